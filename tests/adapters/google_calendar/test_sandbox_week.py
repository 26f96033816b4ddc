"""What a new account finds: never dull, always the same, whoever asks and whatever day it is."""

from datetime import UTC, date, datetime, timedelta

import pytest

from adapters.google_calendar.client import GoogleCalendar
from tests.adapters.google_calendar.stage import Stage

MONDAY = date(2026, 11, 23)
WEEK = [MONDAY + timedelta(days=number) for number in range(7)]


def opened_on(stage: Stage, day: date, account: str = "ana@acme.test", zone: str = "Europe/Berlin") -> GoogleCalendar:
    stage.now.value = datetime(day.year, day.month, day.day, 7, 0, tzinfo=UTC)
    return stage.open(zone, account)


@pytest.mark.parametrize("today", WEEK)
async def test_every_day_of_three_weeks_has_something(stage: Stage, today: date) -> None:
    google = opened_on(stage, today)
    days = [MONDAY + timedelta(days=number) for number in range(-7, 14)]
    meetings = await google.agenda(days[0], days[-1])
    timed = {day: sum(each.on(day) and not each.all_day for each in meetings) for day in days}
    assert all(2 <= number <= 4 for day, number in timed.items() if day.weekday() < 5)
    assert all(timed[day] == 1 for day in days if day.weekday() >= 5)
    assert sum(each.all_day for each in meetings) == 1


@pytest.mark.parametrize("today", WEEK)
async def test_an_invitation_waits_on_the_next_working_day(stage: Stage, today: date) -> None:
    (budget,) = await opened_on(stage, today).titled("budget review")
    ahead = (budget.first_day - today).days
    assert (budget.answer, budget.first_day.weekday() < 5, 1 <= ahead <= 3) == ("unanswered", True, True)


@pytest.mark.parametrize("today", WEEK)
async def test_one_coming_stand_up_is_cancelled(stage: Stage, today: date) -> None:
    google = opened_on(stage, today)
    coming = await google.agenda(today + timedelta(days=1), today + timedelta(days=7))
    assert sum(each.title == "Stand-up" for each in coming) == 4


async def test_everybody_finds_the_same(stage: Stage) -> None:
    first = await stage.open(account="slack:T1:U1").agenda(MONDAY, WEEK[-1])
    other = await stage.open(account="teams:x:y").agenda(MONDAY, WEEK[-1])
    assert [(each.id, each.title, each.start, each.place) for each in first] == [
        (each.id, each.title, each.start, each.place) for each in other
    ]


async def test_the_week_is_in_the_account_s_own_zone(stage: Stage) -> None:
    far = stage.open("Pacific/Auckland", "kiri@acme.test")
    first = (await far.agenda(MONDAY))[0]
    assert (first.title, f"{first.start:%H:%M %z}") == ("Stand-up", "09:30 +1300")


async def test_today_is_the_account_s_own(stage: Stage) -> None:
    stage.now.value = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)  # Monday already in Auckland
    (budget,) = await stage.open("Pacific/Auckland", "kiri@acme.test").titled("budget review")
    assert budget.first_day == date(2026, 12, 1)


async def test_the_team_has_a_calendar_of_its_own(stage: Stage, google: GoogleCalendar) -> None:
    meetings = await google.agenda(MONDAY, MONDAY + timedelta(days=13), "Team")
    assert [each.title for each in meetings] == ["All hands", "Tom on vacation", "Incident review"]
