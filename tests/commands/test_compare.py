"""Two models side by side: each says its own, whatever becomes of the other."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from adapters.errors import NeedsConnection, Refused, Unavailable
from adapters.faults import Fault
from adapters.sandbox_chat_script import Cut, Filtered, Pause, Thought
from bot.prose import read
from bot.spending import Limits
from commands.compare import compare
from commands.integrations import Integration, Integrations
from commands.preview import Preview
from commands.reply import Reply
from tests.bot.conftest import FixedClock
from tests.bot.stage import Stage, staged

LIMITS = Limits(1.0, 5.0, 9.0)


@pytest.fixture
async def stage(tmp_path: Path, clock: FixedClock) -> AsyncIterator[Stage]:
    async with staged(tmp_path, clock, LIMITS) as opened:
        yield opened


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


async def test_both_say_theirs_in_the_order_in_which_they_were_asked_for(stage: Stage) -> None:
    stage.sandboxes["openai"].say("It is a burrito.")
    stage.sandboxes["anthropic"].say("It is a monoid.")
    for models in (["openai", "claude"], ["claude", "openai"]):
        said = (await _said(stage, models))[-1]
        headings = [block.text for block in read(said.prose) if block.kind == "heading"]
        assert [heading.split()[0].casefold() for heading in headings] == models
        assert not said.partial


async def test_what_is_shown_grows_at_its_end_alone(stage: Stage) -> None:
    """Or it could not be streamed."""
    stage.sandboxes["openai"].say(("One ", Pause(0.3), "```\ntwo ", Pause(0.3), "three."))
    stage.sandboxes["anthropic"].say(("Four ", Pause(0.4), "five."))
    said = await _said(stage)
    assert len(said) > 3
    assert {each.text for each in said} == {"Both were asked:"}
    for shorter, longer in pairwise(said):
        assert longer.prose.startswith(shorter.prose)


async def test_a_fence_that_the_first_leaves_open_does_not_swallow_the_second(stage: Stage) -> None:
    stage.sandboxes["openai"].say("Look:\n\n```python\nprint(1)")
    stage.sandboxes["anthropic"].say("It is a **monoid**.")
    [*_, heading, second] = read((await _said(stage))[-1].prose)
    assert (heading.kind, heading.text.split()[0]) == ("heading", "Claude")
    assert second.text == "It is a monoid."


async def test_nobody_stands_in_for_who_is_away_and_the_other_answers(stage: Stage) -> None:
    stage.sandboxes["openai"].script.add(Fault(kind="status", method="POST", status=503, times=9))
    said = (await _said(stage))[-1]
    headings = [block.text for block in read(said.prose) if block.kind == "heading"]
    assert [heading.split()[0] for heading in headings] == ["openai", "Claude"]
    assert stage.sandboxes["anthropic"].changes("acme") == 1
    assert not said.buttons


async def test_who_is_not_connected_can_be(stage: Stage) -> None:
    del stage.tokens["anthropic"]
    said = (await _said(stage))[-1]
    assert "Claude is not connected yet." in said.prose
    [button] = said.buttons
    assert (button.label, button.command, button.arguments) == ("Connect Claude", "connect", {"service": "anthropic"})


async def test_where_nothing_can_be_connected_there_is_no_button(stage: Stage) -> None:
    del stage.tokens["anthropic"]
    assert not (await _said(stage, connectable=False))[-1].buttons


@pytest.mark.parametrize("error", [NeedsConnection, Unavailable, Refused])
async def test_where_neither_can_answer_that_is_all(stage: Stage, error: type[Exception]) -> None:
    models = ["no-such-model", "nor-this-one"] if error is Refused else ["openai", "claude"]
    if error is NeedsConnection:
        stage.tokens.clear()
    if error is Unavailable:
        for sandbox in stage.sandboxes.values():
            sandbox.script.add(Fault(kind="status", method="POST", status=503, times=9))
    with pytest.raises(error):
        await _said(stage, models)


async def test_how_each_ended_is_said_and_what_each_cost_is_noted(stage: Stage) -> None:
    stage.sandboxes["openai"].say(("One ", "two ", Cut()))
    said = (await _said(stage))[-1]
    assert [(each.name, each.value) for each in said.fields] == [
        ("OpenAI", "It broke off here. Ask again for the whole answer.")
    ]
    assert said.record.count("tokens, $") == 2


async def test_the_footnotes_of_each_are_there_by_whose_they_are(tmp_path: Path, clock: FixedClock) -> None:
    async with staged(tmp_path, clock, LIMITS, named=("openai", "perplexity")) as stage:
        said = (await _said(stage, ["openai", "perplexity"]))[-1]
    assert said.items
    assert {item.detail for item in said.items} == {"Perplexity"}
    assert {item.url for item in said.items} <= set(said.links)


async def test_the_same_twice_is_not_asked(stage: Stage) -> None:
    with pytest.raises(Refused, match="same model twice"):
        await _said(stage, ["openai", "OpenAI"])
    assert stage.sandboxes["openai"].changes("acme") == 0


@pytest.mark.parametrize("named", [("claude", "anthropic"), ("claude", "{usual}"), ("{usual}", "anthropic:{usual}")])
async def test_the_same_by_another_name_is_not_asked_twice(stage: Stage, named: Sequence[str]) -> None:
    offered = await stage.models.assistant(stage.call).offered()
    [usual, another, *_] = [model.id for each in offered if each.name == "anthropic" for model in each.models]
    with pytest.raises(Refused, match="same model twice"):
        await _said(stage, [name.format(usual=usual) for name in named])
    assert stage.sandboxes["anthropic"].changes("acme") == 0
    await _said(stage, [usual, another])
    assert stage.sandboxes["anthropic"].changes("acme") == 2


async def test_what_the_filter_stopped_stands_beside_the_other_with_what_it_cost(stage: Stage) -> None:
    stage.sandboxes["openai"].say(("It is ", Filtered()))
    said = (await _said(stage))[-1]
    assert [(each.name, each.value.partition(":")[0]) for each in said.fields] == [("OpenAI", "It ends here")]
    assert "It is" in said.prose
    assert said.record.count("tokens, $") == 2


async def test_of_one_that_says_nothing_the_reason_is_told(stage: Stage) -> None:
    stage.sandboxes["openai"].say((Thought("Hm. " * 10_000),))
    said = (await _said(stage))[-1]
    assert [each.name for each in said.fields] == ["OpenAI"]
    assert "did not come to an answer" in said.fields[0].value


async def test_to_close_it_is_to_stop_both(stage: Stage) -> None:
    for sandbox in stage.sandboxes.values():
        sandbox.say(("The Earth ", Pause(30.0)))
    replies = _replies(stage, ["openai", "claude"], True)
    async for reply in replies:
        if isinstance(reply, Reply) and reply.prose and all(sandbox.questions for sandbox in stage.sandboxes.values()):
            break
    await replies.aclose()
    await stage.is_over("openai")
    await stage.is_over("anthropic")


async def _said(stage: Stage, models: Sequence[str] = ("openai", "claude"), connectable: bool = True) -> list[Reply]:
    return [each async for each in _replies(stage, models, connectable) if isinstance(each, Reply)]


def _replies(stage: Stage, models: Sequence[str], connectable: bool) -> AsyncGenerator[Reply | Preview, None]:
    given = {"assistant": stage.models.assistant(stage.call), "integrations": _integrations(connectable)}
    return compare.run({"models": list(models), "question": "What is a monad?"}, given, stage.clock.now())


def _integrations(connectable: bool) -> Integrations:
    async def every() -> list[Integration]:
        every = [("openai", "OpenAI"), ("anthropic", "Claude")]
        return [Integration(name, title, "", "", "", connectable=connectable) for name, title in every]

    async def never(*_: object) -> Any:
        raise AssertionError

    return Integrations("", every, never, never, never)
