"""Since when something is looked at: what has been, in the zone of whoever asks."""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import pytest

from commands.command import command
from commands.past import Past
from commands.reply import Reply
from commands.usage import UsageError

BERLIN = ZoneInfo("Europe/Berlin")
WEDNESDAY = datetime(2026, 11, 25, 12, 0, 30, tzinfo=BERLIN)
MONDAY = datetime(2026, 11, 23, 12, 0, 30, tzinfo=BERLIN)


@command
async def look(since: Annotated[Past, "since when"]) -> Reply:
    """Look."""
    return Reply(since.isoformat())


def read(words: str, now: datetime = WEDNESDAY) -> str:
    """As it will be run: its own form means the same again."""
    arguments = look.validate({"since": words}, now)
    assert look.validate(arguments, now, typed=False) == arguments
    return str(arguments["since"])


@pytest.mark.parametrize(
    ("words", "moment"),
    [
        ("today", "2026-11-25T00:00:00+01:00"),
        ("yesterday", "2026-11-24T00:00:00+01:00"),
        ("Monday", "2026-11-23T00:00:00+01:00"),
        ("on friday", "2026-11-20T00:00:00+01:00"),
        ("last week", "2026-11-16T00:00:00+01:00"),
        ("this week", "2026-11-23T00:00:00+01:00"),
        ("2 days ago", "2026-11-23T00:00:00+01:00"),
        ("last 2 days", "2026-11-23T00:00:00+01:00"),
        ("a week ago", "2026-11-18T00:00:00+01:00"),
        ("3 nov", "2026-11-03T00:00:00+01:00"),
        ("1 march", "2026-03-01T00:00:00+01:00"),
        ("1 july", "2026-07-01T00:00:00+02:00"),
        ("2026-11-20", "2026-11-20T00:00:00+01:00"),
        ("9:00", "2026-11-25T09:00:00+01:00"),
        ("2026-11-20T08:30", "2026-11-20T08:30:00+01:00"),
        ("2026-11-20T08:30:00Z", "2026-11-20T09:30:00+01:00"),
        ("yesterday 14:00", "2026-11-24T14:00:00+01:00"),
        ("friday 9am", "2026-11-20T09:00:00+01:00"),
        ("this morning", "2026-11-25T09:00:00+01:00"),
        ("2 hours ago", "2026-11-25T10:00:00+01:00"),
        ("half an hour ago", "2026-11-25T11:30:00+01:00"),
        ("the last hour", "2026-11-25T11:00:00+01:00"),
        ("90m", "2026-11-25T10:30:00+01:00"),
    ],
)
def test_it_is_read_as_it_is_meant(words: str, moment: str) -> None:
    assert read(words) == moment


@pytest.mark.parametrize(
    "words", ["tomorrow", "next friday", "2027-01-01", "2026-12-01 9:00", "day after tomorrow", "in 3 days"]
)
def test_what_is_still_to_come_is_refused(words: str) -> None:
    with pytest.raises(UsageError, match="is still to come"):
        read(words)


def test_a_time_that_is_still_to_come_today_may_be_yesterdays() -> None:
    with pytest.raises(UsageError, match="Do you mean since Tuesday 24 November, 14:00") as caught:
        read("14:00")
    assert [each.value for each in caught.value.choices] == ["2026-11-24T14:00:00+01:00"]


@pytest.mark.parametrize(
    ("words", "now", "choices"),
    [
        ("monday", MONDAY, ["2026-11-16T00:00:00+01:00", "2026-11-23T00:00:00+01:00"]),
        ("2h", WEDNESDAY, ["2026-11-25T02:00:00+01:00", "2026-11-25T10:00:00+01:00"]),
        ("3/4", WEDNESDAY, ["2026-03-04T00:00:00+01:00", "2026-04-03T00:00:00+02:00"]),
    ],
)
def test_what_may_mean_two_is_asked_about(words: str, now: datetime, choices: list[str]) -> None:
    with pytest.raises(UsageError, match="Do you mean since") as caught:
        read(words, now)
    assert [each.value for each in caught.value.choices] == choices
    assert read(choices[0], now) == choices[0]


@pytest.mark.parametrize("words", ["", "45", "soon", "0m", "99999 hours ago", "2026-02-30", "in 2 hours", "x" * 500, "now\x00"])
def test_what_is_no_time_is_told_with_examples(words: str) -> None:
    with pytest.raises(UsageError, match="Try “monday”, “14:00” or “2 hours ago”"):
        read(words)


def test_hours_are_counted_through_a_change_of_clocks() -> None:
    assert read("3 hours ago", datetime(2026, 10, 25, 4, 0, tzinfo=BERLIN)) == "2026-10-25T02:00:00+02:00"
