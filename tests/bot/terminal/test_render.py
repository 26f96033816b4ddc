"""Replies as a terminal draws them."""

import io
import re
import unicodedata

import pytest
from rich.console import Console

from bot.terminal.render import Mark, numbered, render, spelled_out
from commands.reply import Button, Field, Item, Reply
from tests.bot.terminal.replies import BAD_ADDRESSES, FULL, HOSTILE, holding, leading_to

# What rich itself writes: colours, and links with an id
_COLOURS = re.compile(r"\x1b\[[\d;]*m")
_LINK = re.compile(r"\x1b\]8;(?:id=\d+)?;([^\x1b\x07]*)\x1b\\")


def drawn(reply: Reply, mark: Mark = spelled_out, width: int = 80) -> str:
    """What the terminal is sent."""
    stream = io.StringIO()
    Console(file=stream, force_terminal=True, color_system="truecolor", width=width, legacy_windows=False).print(
        render(reply, mark)
    )
    return stream.getvalue()


def seen(reply: Reply, mark: Mark = spelled_out, width: int = 80) -> list[str]:
    """What a person sees of it."""
    return [line.rstrip() for line in _LINK.sub("", _COLOURS.sub("", drawn(reply, mark, width))).splitlines()]


def links(reply: Reply) -> set[str]:
    return set(_LINK.findall(drawn(reply))) - {""}


def test_everything_in_a_reply_is_shown() -> None:
    assert seen(FULL) == [
        "2 meetings on Tuesday",
        "  Where  Room 1",
        "  Zone   Europe/Berlin",
        "  • Stand-up — 09:00, daily",
        "    Cancel → calendar cancel meeting=e1",
        "  • Lunch — 12:00",
        "https://calendar.test/map.png",
        "day.ics  12 kB",
        'Undo → calendar cancel meeting="e 2"',
        "Open ↗",
    ]


def test_titles_and_buttons_lead_where_they_should() -> None:
    assert links(FULL) == {"https://calendar.test/1", "https://calendar.test/day", "https://calendar.test/map.png"}


def test_an_underlined_title_ends_where_its_words_end() -> None:
    shown = drawn(
        Reply("Look", items=(Item("There", url="https://acme.test/"), Item("Further away", url="https://acme.test/")))
    )
    assert [run for run in re.findall(r"\x1b\[1;4m([^\x1b]*)", shown) if run != run.rstrip()] == []


def test_numbers_follow_the_order_in_which_buttons_are_pressed() -> None:
    numbers = [line.strip() for line in seen(FULL, numbered()) if "[" in line]
    assert numbers == ["[1] Cancel", "[2] Undo", "[3] Fill in a form"]
    assert [button.label for button in FULL.pressed] == ["Cancel", "Undo", "Fill in a form"]


def test_each_reply_is_numbered_from_one() -> None:
    reply = Reply("Done", buttons=(Button("Undo", "calendar cancel"),))
    assert seen(reply, numbered()) == seen(reply, numbered()) == ["Done", "[1] Undo"]


def test_long_details_stay_in_their_column() -> None:
    lines = seen(Reply("One", items=(Item("Lunch", "with everybody " * 5),), fields=(Field("Notes", "a\nb"),)), width=40)
    assert lines[1:3] == ["  Notes  a", "         b"]
    assert all(line.startswith("    ") for line in lines[4:])


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("mark", [spelled_out, numbered()])
def test_foreign_text_controls_nothing(text: str, mark: Mark) -> None:
    shown = "".join(seen(holding(text), mark))
    assert [sign for sign in shown if unicodedata.category(sign) in ("Cc", "Cs") or sign in "\u202e\u2028\u2029"] == []


@pytest.mark.parametrize("text", HOSTILE)
def test_foreign_text_brings_no_link(text: str) -> None:
    assert links(holding(text)) <= {"https://calendar.test/1", "https://calendar.test/day", "https://calendar.test/map.png"}


@pytest.mark.parametrize("text", ["[bold]x[/bold]", "[/]", ":smile:", "[link=https://evil.test]x[/link]", "\\[x]"])
def test_markup_reads_as_it_was_written(text: str) -> None:
    assert seen(Reply(text, items=(Item(text, text),))) == [text, f"  • {text} — {text}"]


@pytest.mark.parametrize("url", BAD_ADDRESSES)
def test_only_web_addresses_are_linked(url: str) -> None:
    assert links(leading_to(url)) == set()
    assert seen(leading_to(url)) == ["Look", "  • There"]
