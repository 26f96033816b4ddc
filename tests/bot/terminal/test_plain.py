"""Replies as plain lines."""

import unicodedata

import pytest

from bot.terminal.plain import plain
from commands.reply import Button, Field, Item, Reply
from tests.bot.terminal.replies import BAD_ADDRESSES, FULL, HOSTILE, holding, leading_to


def test_everything_in_a_reply_is_shown() -> None:
    assert plain(FULL).splitlines() == [
        "2 meetings on Tuesday",
        "Where: Room 1",
        "Zone: Europe/Berlin",
        "- Stand-up — 09:00, daily — https://calendar.test/1",
        "  Cancel → calendar cancel meeting=e1",
        "- Lunch — 12:00",
        "https://calendar.test/map.png",
        "day.ics (12 kB)",
        'Undo → calendar cancel meeting="e 2"',
        "Open: https://calendar.test/day",
    ]


def test_a_text_alone_is_a_line_alone() -> None:
    assert plain(Reply("pong")) == "pong"


def test_a_button_that_says_what_to_type_is_not_said_twice() -> None:
    assert plain(Reply("Tell me.", buttons=(Button("help", "help"),))) == "Tell me.\n→ help"


def test_a_form_is_left_out_for_nothing_can_be_typed_for_it_yet() -> None:
    assert plain(Reply("Usage: …", buttons=(Button("Fill in a form", "calendar create", form=True),))) == "Usage: …"


@pytest.mark.parametrize("text", HOSTILE)
def test_foreign_text_controls_nothing(text: str) -> None:
    shown = plain(holding(text)).replace("\n", "")
    assert [sign for sign in shown if unicodedata.category(sign) in ("Cc", "Cs") or sign in "\u202e\u2028\u2029"] == []


def test_a_foreign_title_begins_no_item_of_its_own() -> None:
    lines = plain(Reply("One", items=(Item("Lunch\n- Dinner"),))).splitlines()
    assert lines == ["One", "- Lunch - Dinner"]


def test_a_detail_of_several_lines_stays_below_its_item() -> None:
    reply = Reply("One", items=(Item("Lunch", "first\n- second"),), fields=(Field("Notes", "a\nb: c"),))
    assert plain(reply).splitlines() == ["One", "Notes: a", "  b: c", "- Lunch — first", "  - second"]


@pytest.mark.parametrize("url", BAD_ADDRESSES)
def test_only_web_addresses_are_shown_as_such(url: str) -> None:
    assert plain(leading_to(url)).splitlines() == ["Look", "- There"]
