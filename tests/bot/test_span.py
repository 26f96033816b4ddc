"""Days in somebody's zone, also those that are shorter or longer than others."""

from datetime import date, datetime
from math import inf

import pytest

from bot.span import span


@pytest.mark.parametrize(
    ("day", "zone", "since", "hours"),
    [
        ("2026-11-23", "UTC", "2026-11-23T00:00:00+00:00", 24),
        ("2026-11-23", "America/New_York", "2026-11-23T05:00:00+00:00", 24),
        ("2026-03-29", "Europe/Berlin", "2026-03-28T23:00:00+00:00", 23),
        ("2026-10-25", "Europe/Berlin", "2026-10-24T22:00:00+00:00", 25),
    ],
)
def test_a_day_goes_from_midnight_to_midnight(day: str, zone: str, since: str, hours: int) -> None:
    at = datetime.fromisoformat(since).timestamp()
    assert span(date.fromisoformat(day), date.fromisoformat(day), zone) == (at, at + hours * 3600)


def test_what_is_left_out_is_left_open() -> None:
    assert span(None, None, "Europe/Berlin") == (-inf, inf)


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York", "Pacific/Kiritimati"])
def test_there_is_a_first_and_a_last_day(zone: str) -> None:
    since, until = span(date.min, date.max, zone)
    assert (since < 0, until) == (True, inf)
