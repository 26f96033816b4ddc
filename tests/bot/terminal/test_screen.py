"""Where replies are shown."""

import io
import re

from bot.terminal.colours import ColourScreen
from bot.terminal.render import numbered, spelled_out
from bot.terminal.screen import PlainScreen
from commands.reply import Button, Reply


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def standing(sent: str) -> list[str]:
    """What stands on the terminal at the end: the little of a terminal that rich makes use of here."""
    lines, row = [""], 0
    for part in re.findall(r"\x1b\[[\d;?]*[A-Za-z]|[\r\n]|[^\x1b\r\n]+", sent):
        if part == "\x1b[1A":
            row -= 1
        elif part == "\x1b[2K":
            lines[row] = ""
        elif part == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        elif part[0] not in "\x1b\r":
            lines[row] += part
    return [line.rstrip() for line in lines[: row + 1]][:-1]


def test_a_pipe_gets_the_last_reply_only() -> None:
    stream = io.StringIO()
    with PlainScreen(stream).drawing() as draw:
        draw(Reply("Checking…"))
        draw(Reply("All is well."))
    assert stream.getvalue() == "All is well.\n"


def test_a_pipe_gets_nothing_where_nothing_was_said() -> None:
    stream = io.StringIO()
    with PlainScreen(stream).drawing():
        pass
    assert stream.getvalue() == ""


def test_a_terminal_sees_each_reply_in_the_place_of_the_one_before() -> None:
    stream = Terminal()
    with ColourScreen(stream, lambda: spelled_out).drawing() as draw:
        draw(Reply("Checking…\nand checking"))
        draw(Reply("All is well."))
    assert "Checking" in stream.getvalue()
    assert "\x1b[1A" in stream.getvalue()  # up, over what was drawn
    assert standing(stream.getvalue()) == ["All is well."]


def test_numbers_begin_anew_with_each_reply() -> None:
    stream = Terminal()
    with ColourScreen(stream, numbered).drawing() as draw:
        draw(Reply("One", buttons=(Button("Undo", "attempt echo"),)))
        draw(Reply("Two", buttons=(Button("Undo", "attempt echo"),)))
    assert "[2]" not in stream.getvalue()
    assert standing(stream.getvalue()) == ["Two", "[1] Undo"]


def test_a_reply_taller_than_the_terminal_is_shown_in_full() -> None:
    stream = Terminal()
    with ColourScreen(stream, lambda: spelled_out).drawing() as draw:
        draw(Reply("\n".join(f"line {number}" for number in range(200))))
    assert standing(stream.getvalue()) == [f"line {number}" for number in range(200)]
