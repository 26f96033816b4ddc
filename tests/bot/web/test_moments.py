"""A point in time is said as the person who reads it would."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.web.moments import moment, moment_of

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(minutes=1), "today, 08:29"),
        (timedelta(hours=8), "today, 00:30"),
        (timedelta(hours=9), "yesterday, 23:30"),
        (timedelta(days=2), "Sat 21 Nov, 08:30"),
        (timedelta(days=365), "Sun 23 Nov 2025, 08:30"),
        (timedelta(days=-1), "Tue 24 Nov, 08:30"),
    ],
)
def test_days_are_the_readers_own(ago: timedelta, said: str) -> None:
    assert moment(NOW - ago, "Europe/Berlin", NOW).said == said
    assert moment_of((NOW - ago).timestamp(), "Europe/Berlin", NOW).said == said


def test_machines_and_the_curious_get_it_exactly() -> None:
    told = moment(NOW, "America/New_York", NOW)
    assert told.iso == "2026-11-23T02:30:00-05:00"
    assert told.full == "Monday, 23 November 2026, 02:30:00 (America/New_York)"
