"""One reply says the same wherever it is read: the same words, the same buttons in the same order, nothing lost.

A further platform is covered the day it is listed in `RENDERERS`.
"""

import io
import re
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from html import unescape

import pytest
import pytest_asyncio
from hypothesis import given, settings
from rich.console import Console, RenderableType

import commands
from adapters import ADAPTERS
from bot.desk import open_desk
from bot.dispatch import Dispatch
from bot.prose import line as line_of
from bot.prose import read
from bot.slack import render as slack
from bot.teams import render as teams
from bot.terminal import render as rich
from bot.terminal.plain import one_line, plain
from bot.terminal.typed import typed
from bot.text import clean, is_web_address
from commands.catalog import subjects
from commands.command import Command
from commands.reply import Button, Field, Item, Reply
from tests.bot.conftest import FixedClock, ask, plan_in
from tests.bot.slack import test_render as slack_tests
from tests.bot.slack.test_render import PAYLOADS, REPLY, everywhere, ids
from tests.bot.teams import test_render as teams_tests
from tests.bot.teams.test_render import LIVING
from tests.bot.terminal.replies import BAD_ADDRESSES, FULL, HOSTILE, holding, leading_to

PREVIEW = Reply(
    "Move “Design review” to Friday 27 November, 14:00–15:00.",
    fields=(
        Field("Time", "Thursday 26 November, 10:00–11:00 → Friday 27 November, 14:00–15:00"),
        Field("Guests", "ann@acme.test, ben@acme.test"),
        Field("As", "Google Calendar: ada@acme.test"),
    ),
    buttons=(
        Button("Confirm", "confirm", {"id": "p1"}, style="primary", anybody=True),
        Button("Cancel", "dismiss", {"id": "p1"}, anybody=True),
    ),
)
READING = [command for subject in subjects(commands.SUBJECTS) for command in subject.commands if not command.writes]


@dataclass(frozen=True)
class Renderer:
    """What a person is shown of a reply: what there is to read, buttons aside, and the labels of these, in their order.

    `fits` says whether the platform takes it. Where nothing can be pressed, nothing stands for a button with a form.
    """

    name: str
    text: Callable[[Reply], str]
    labels: Callable[[Reply], Sequence[str]]
    fits: Callable[[Reply], bool] = lambda _: True
    forms: bool = True


def in_slack(reply: Reply) -> list[slack.Message]:
    return slack.render(reply, ids(reply))


def in_teams(reply: Reply) -> list[teams.Message]:
    return teams.render(reply, ids(reply), "call-1")


def bare(reply: Reply) -> Reply:
    """Without what a terminal spells out, because it has neither buttons nor links; what has no title is its address."""
    items = (Item(each.title or (each.url if is_web_address(each.url) else ""), each.detail) for each in reply.items)
    return replace(reply, items=tuple(items), buttons=(), image="")


def printed(renderable: RenderableType, longest: int) -> str:
    """On a screen so wide that nothing is broken over lines."""
    stream = io.StringIO()
    Console(file=stream, width=2 * longest + 100, color_system=None, legacy_windows=False).print(renderable)
    return stream.getvalue()


def longest(reply: Reply) -> int:
    """Signs on a line. Titles and names are on one, whatever is in them; fields make a table."""
    items = [len(item.title) + line(item.detail) for item in reply.items]
    names = max((len(field.name) for field in reply.fields), default=0)
    values = max((line(field.value) for field in reply.fields), default=0)
    return max(line(reply.text), names + values, *items)


def line(text: str) -> int:
    return max(map(len, clean(text).split("\n")))


def spelled_out(reply: Reply) -> list[str]:
    buttons = [button for button in every_button(reply) if not button.form]
    lines = plain(Reply("", buttons=tuple(buttons))).split("\n")[1:]
    does = [f" → {one_line(typed(button))}" if button.command else f": {button.url}" for button in buttons]
    return [line.removesuffix(told).removeprefix("→ ") for line, told in zip(lines, does, strict=True)]


def numbered(reply: Reply) -> list[str]:
    buttons = every_button(reply)
    drawn = rich.render(Reply("", buttons=buttons), rich.numbered())
    lines = printed(drawn, max((len(button.label) for button in buttons), default=0)).split("\n")[1:-1]
    return [re.sub(r"^\[\d+\] ?| ?↗$", "", line.strip()) for line in lines]


RENDERERS = (
    Renderer(
        "Slack",
        lambda reply: slack_tests.read(in_slack(reply)),
        lambda reply: [unescape(button["text"]["text"]) for button in slack_tests.buttons(in_slack(reply))],
        lambda reply: slack_tests.is_within_limits(in_slack(reply)),
    ),
    Renderer(
        "Teams",
        lambda reply: teams_tests.read(in_teams(reply)),
        lambda reply: [button["title"] for button in teams_tests.buttons(in_teams(reply))],
        lambda reply: teams_tests.is_within_limits(in_teams(reply)),
    ),
    Renderer("plain lines", lambda reply: plain(bare(reply)), spelled_out, forms=False),
    Renderer("a terminal", lambda reply: printed(rich.render(bare(reply), rich.numbered()), longest(bare(reply))), numbered),
)


def every_button(reply: Reply) -> tuple[Button, ...]:
    """In reading order, without those that do nothing."""
    every = [button for item in reply.items for button in item.buttons] + list(reply.buttons)
    return tuple(button for button in every if button.command or is_web_address(button.url))


def words(text: str) -> str:
    """A text as it is read, without the spaces and signs by which places set titles, names and lines apart."""
    return re.sub(r"[\s—•:-]", "", clean(text))


def in_a_reply(reply: Reply) -> str:
    fields = [text for field in reply.fields for text in (field.name, field.value)]
    prose = [line_of(block) for block in read(reply.prose, reply.links)]
    return words(
        "".join([reply.text, *prose, *fields, *(text for item in bare(reply).items for text in (item.title, item.detail))])
    )


def is_label(shown: str, label: str) -> bool:
    """Buttons are never without a label, and a long one is shortened."""
    shown, label = one_line(shown), one_line(label) or "…"
    return shown in (label, label.strip("…")) or (shown.endswith("…") and label.startswith(shown[:-1].rstrip()))


def reads_the_same_everywhere(reply: Reply) -> bool:
    """But for its file, which travels by itself where it can."""
    reply = replace(reply, file=None)
    said = in_a_reply(reply)
    for renderer in RENDERERS:
        assert not said or words(renderer.text(reply)) == said, renderer.name
        labels = [button.label for button in every_button(reply) if renderer.forms or not button.form]
        shown = renderer.labels(reply)
        assert len(shown) == len(labels), renderer.name
        assert all(map(is_label, shown, labels)), renderer.name
        assert renderer.fits(reply), renderer.name
    return True


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def dispatch(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Dispatch]:
    """One for all, for here it is asked and nothing is changed."""
    plan = plan_in(tmp_path_factory.mktemp("desk"), FixedClock(), adapters=ADAPTERS)
    async with open_desk(plan, "", plan.settings.database) as desk:
        yield desk.dispatch


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("command", READING, ids=lambda command: command.name)
async def test_what_a_command_answers(command: Command, dispatch: Dispatch) -> None:
    reply = await ask(dispatch, command.example, id=command.name)
    assert in_a_reply(reply)
    assert reads_the_same_everywhere(reply)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("question", ["nonsense", "calender today", "calendar create lunch", "calendar move stand-up monday"])
async def test_what_is_said_when_there_is_no_answer(question: str, dispatch: Dispatch) -> None:
    reply = await ask(dispatch, question, id=question)
    assert every_button(reply)
    assert reads_the_same_everywhere(reply)


@pytest.mark.parametrize(
    "reply", [FULL, PREVIEW, Reply(""), Reply("x", items=(Item(""),)), *map(leading_to, BAD_ADDRESSES), *map(holding, HOSTILE)]
)
def test_odd_replies(reply: Reply) -> None:
    assert reads_the_same_everywhere(reply)


def test_who_may_press_a_button_and_what_a_reply_settles_change_nothing_of_how_it_looks() -> None:
    """The command decides the one, where it stands the other."""
    other = replace(
        PREVIEW, settles=True, proposal="p1", buttons=tuple(replace(each, anybody=False) for each in PREVIEW.buttons)
    )
    assert (in_slack(other), in_teams(other), plain(other)) == (in_slack(PREVIEW), in_teams(PREVIEW), plain(PREVIEW))


def test_what_is_to_be_confirmed_stands_out_and_what_is_not_does_not() -> None:
    styles = [
        button.get("style")
        for draw in (slack_tests.buttons(in_slack(PREVIEW)), teams_tests.buttons(in_teams(PREVIEW)))
        for button in draw
    ]
    assert styles == ["primary", None, "positive", None]


@pytest.mark.parametrize("payload", [*PAYLOADS, *LIVING], ids=lambda text: ascii(text)[:30])
def test_hostile_replies(payload: str) -> None:
    assert reads_the_same_everywhere(everywhere(payload))


@settings(deadline=None, max_examples=40)
@given(REPLY.map(lambda reply: trimmed(reply, 300)))
def test_any_reply(reply: Reply) -> None:
    assert reads_the_same_everywhere(reply)


def trimmed(reply: Reply, most: int) -> Reply:
    """Texts of at most so many characters: a terminal on which long lines are not broken is slow."""
    items = tuple(replace(item, title=item.title[:most], detail=item.detail[:most]) for item in reply.items)
    fields = tuple(Field(field.name[:most], field.value[:most]) for field in reply.fields)
    return replace(reply, text=reply.text[:most], items=items, fields=fields)


@pytest.mark.parametrize("sign", ["x", "水", "😀", "word ", "line\n", "e\u0301", "*a", "<&>"])
def test_large_texts(sign: str) -> None:
    text = sign * (12_000 // len(sign))  # three of it: several messages on either platform
    assert reads_the_same_everywhere(Reply(text, (Item("A title", text, "https://a.test"),), (Field("A name", text),)))


def test_long_lists() -> None:
    button = Button("Go", "x y")
    items = tuple(Item(f"item {n}", "with detail", "https://a.test", (button,) * (n % 3)) for n in range(400))
    assert reads_the_same_everywhere(Reply("Many", items, buttons=(button,) * 60))
