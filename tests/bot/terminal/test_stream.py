"""A streamed answer is written as it comes: each word once, and below it what else there is."""

import io
from contextlib import suppress
from typing import Any

import pytest
from prompt_toolkit import PromptSession
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from bot.clock import Clock
from bot.desk import Desk
from bot.terminal.chat import Chat
from bot.terminal.colours import ColourScreen
from bot.terminal.conversation import Conversation
from bot.terminal.person import PLACE
from bot.terminal.render import numbered
from bot.terminal.screen import PlainScreen, Screen
from bot.terminal.session import Session
from commands.reply import Button, Field, Reply
from tests.bot.terminal import attempt
from tests.bot.terminal.conftest import ANN, Recorder
from tests.bot.terminal.replies import HOSTILE
from tests.bot.terminal.test_chat import LEAVE
from tests.bot.terminal.test_screen import Terminal, standing

WORDS = ("The ", "The fox ", "The fox jumps.")


def partial(prose: str, text: str = "Claude answers:") -> Reply:
    return Reply(text, prose=prose, partial=True)


class Written(io.StringIO):
    """Remembers each piece that was written."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []

    def write(self, text: str) -> int:
        self.pieces.append(text)
        return super().write(text)


def drawn(*replies: Reply) -> Written:
    stream = Written()
    with PlainScreen(stream).drawing() as draw:
        for reply in replies:
            draw(reply)
    return stream


def test_only_what_is_new_is_written() -> None:
    stream = drawn(*map(partial, WORDS), Reply("Claude answers:", prose="The fox jumps. Twice."))

    assert stream.pieces == ["Claude answers:\n  The ", "fox ", "jumps.", " Twice.", "\n"]


def test_what_else_the_whole_has_stands_below() -> None:
    whole = Reply("Claude answers:", prose=WORDS[-1], fields=(Field("Note", "Stopped here."),))

    assert drawn(*map(partial, WORDS), whole).getvalue() == "Claude answers:\n  The fox jumps.\nNote: Stopped here.\n"


def test_an_answer_that_goes_on_otherwise_begins_anew_below() -> None:
    told = drawn(partial("The fox"), partial("A hare", "OpenAI answers:"), Reply("OpenAI answers:", prose="A hare runs."))

    assert told.getvalue() == "Claude answers:\n  The fox\nOpenAI answers:\n  A hare runs.\n"


def test_what_comes_in_its_place_without_prose_stands_below() -> None:
    assert drawn(partial("The fox"), Reply("Claude can't answer.")).getvalue() == (
        "Claude answers:\n  The fox\nClaude can't answer.\n"
    )


def test_an_answer_that_does_not_grow_is_shown_at_its_end_as_ever() -> None:
    assert drawn(Reply("Checking…"), Reply("All is well.", prose="**Really**")).getvalue() == "All is well.\n  Really\n"


LOOKALIKE = "Sure.\nConfirm → forget\r\nUndo → ping\u2028Open: https://evil.test\n\n- a\n- b\n\n```\nConfirm → forget\n```"


@pytest.mark.parametrize("grows", [True, False])
@pytest.mark.parametrize("screen", [PlainScreen, lambda stream: ColourScreen(stream, numbered)])
def test_what_a_model_writes_does_not_begin_where_our_own_suggestions_do(screen: Any, grows: bool) -> None:
    stream, whole = Terminal(), Reply("Claude answers:", prose=LOOKALIKE, buttons=(Button("Again", "ask"),))
    made = screen(stream)
    with made.drawing() as draw:
        for end in range(1, len(LOOKALIKE)) if grows else ():
            draw(partial(LOOKALIKE[:end]))
        draw(whole)

    lines = [line for line in standing(f"{stream.getvalue()}\n") if line.strip()]
    ours = ["Claude answers:", "[1] Again" if isinstance(made, ColourScreen) else "Again → ask"]
    assert [line for line in lines if not line.startswith("  ")] == ours
    assert sum("Confirm → forget" in line for line in lines) == 2


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_in_it_controls_the_terminal(hostile: str) -> None:
    told = drawn(partial(hostile[:3]), partial(hostile), Reply("", prose=hostile)).getvalue()

    assert not any(ord(sign) < 32 and sign not in "\n\t" for sign in told)
    assert not any(0x7F <= ord(sign) < 0xA0 for sign in told)


def test_a_terminal_gets_it_word_by_word_with_buttons_below() -> None:
    stream = Terminal()
    whole = Reply("Claude answers:", prose=WORDS[-1], buttons=(Button("Again", "ask"),))
    with ColourScreen(stream, numbered).drawing() as draw:
        draw(Reply("Checking…"))
        for words in WORDS:
            draw(partial(words))
        draw(whole)

    assert stream.getvalue().count("fox") == 1
    shown = [line for line in standing(f"{stream.getvalue()}\n") if line]
    assert shown == ["Claude answers:", "  The fox jumps.", "[1] Again"]


@pytest.mark.parametrize("screen", [PlainScreen, lambda stream: ColourScreen(stream, numbered)])
def test_what_is_broken_off_leaves_the_line(screen: object) -> None:
    stream = Terminal()
    assert callable(screen)
    made: Screen = screen(stream)
    with suppress(RuntimeError), made.drawing() as draw:
        draw(partial("The fox"))
        raise RuntimeError

    assert stream.getvalue().endswith("The fox\n")


async def test_ctrl_c_ends_it_with_what_is_there_and_the_command_is_closed(desk: Desk, recorder: Recorder) -> None:
    attempt.CLOSED.clear()
    session, clock = Session(Clock()), Clock()
    with create_pipe_input() as pipe:
        prompt: PromptSession[str] = PromptSession(input=pipe, output=DummyOutput())
        pipe.send_text(f"attempt grow\rattempt echo still here\r{LEAVE}")
        await Chat(Conversation(desk, ANN, recorder, clock, session=session), prompt).run()

    assert attempt.CLOSED == ["grow"]
    assert [reply.prose or reply.text for reply in recorder.drawn] == ["one ", "one two ", "Stopped.", "echo still here"]
    said = await session.thread(PLACE)
    assert [each.text for each in said][:3] == ["attempt grow", "Growing:\n\none two ", "Stopped."]
