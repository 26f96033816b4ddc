"""Free time: the arithmetic, and the question to Google."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from adapters.errors import Refused
from adapters.google_calendar.client import GoogleCalendar
from adapters.google_calendar.free import Slot, free_slots, working_days, working_hours
from tests.adapters.google_calendar.stage import Stage, answered

BERLIN = ZoneInfo("Europe/Berlin")
DAY = date(2026, 11, 25)
OFFICE = (time(9), time(17))
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def at(clock: str, day: date = DAY, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), zone)


def told(slots: Iterable[Slot]) -> list[str]:
    return [f"{slot.start:%H:%M}-{slot.end:%H:%M}" for slot in slots]


def free(*busy: tuple[str, str], minutes: int = 30, now: datetime = LONG_AGO) -> list[str]:
    spans = [Slot(at(start), at(end)) for start, end in busy]
    return told(free_slots(working_hours([DAY], OFFICE, BERLIN), spans, timedelta(minutes=minutes), now, BERLIN))


def test_an_empty_day_is_all_free() -> None:
    assert free() == ["09:00-17:00"]


def test_busy_times_are_taken_out_whatever_their_order() -> None:
    assert free(("14:00", "15:00"), ("10:00", "11:00")) == ["09:00-10:00", "11:00-14:00", "15:00-17:00"]


def test_busy_times_may_overlap_touch_and_repeat() -> None:
    busy = ("10:00", "12:00"), ("11:00", "13:00"), ("13:00", "14:00"), ("10:30", "10:45"), ("10:00", "12:00")
    assert free(*busy) == ["09:00-10:00", "14:00-17:00"]


def test_busy_times_outside_the_hours_do_not_count() -> None:
    assert free(("07:00", "08:30"), ("18:00", "19:00"), ("20:00", "21:00")) == ["09:00-17:00"]


def test_busy_times_across_the_edges_are_cut() -> None:
    assert free(("08:00", "09:30"), ("16:00", "18:00")) == ["09:30-16:00"]


def test_a_full_day_has_no_free_time() -> None:
    assert free(("08:00", "18:00")) == []


def test_stretches_begin_and_end_at_quarters() -> None:
    assert free(("09:00", "10:05"), ("11:55", "13:01")) == ["10:15-11:45", "13:15-17:00"]


def test_too_short_stretches_are_left_out() -> None:
    assert free(("09:30", "16:45"), minutes=30) == ["09:00-09:30"]
    assert free(("09:30", "16:45"), minutes=15) == ["09:00-09:30", "16:45-17:00"]


def test_what_is_past_is_not_free() -> None:
    assert free(now=at("11:07")) == ["11:15-17:00"]
    assert free(now=at("17:00")) == []


def test_a_day_on_which_clocks_change_is_as_long_as_it_is() -> None:
    long, short = (working_hours([day], (time(0), time(8)), BERLIN) for day in (date(2026, 10, 25), date(2026, 3, 29)))
    assert [free_slots(each, [], timedelta(hours=9), LONG_AGO, BERLIN) != [] for each in (long, short)] == [True, False]
    assert [free_slots(each, [], timedelta(hours=7), LONG_AGO, BERLIN) != [] for each in (long, short)] == [True, True]


def test_weekends_are_no_working_days() -> None:
    assert working_days(date(2026, 11, 27), 3) == [date(2026, 11, 27), date(2026, 11, 30), date(2026, 12, 1)]
    assert working_days(date(2026, 11, 28), 1) == [date(2026, 11, 30)]
    assert len(working_days(DAY, 20)) == 20


MINUTES = some.integers(0, 24 * 60)
SPANS = some.lists(some.tuples(MINUTES, MINUTES).map(sorted), max_size=8)


@given(SPANS, some.integers(1, 480), MINUTES)
def test_no_stretch_touches_a_busy_time_and_each_is_long_enough(spans: list[list[int]], minutes: int, past: int) -> None:
    midnight, length = at("00:00").astimezone(UTC), timedelta(minutes=minutes)
    now = midnight + timedelta(minutes=past)
    busy = [Slot(midnight + timedelta(minutes=start), midnight + timedelta(minutes=end)) for start, end in spans]
    slots = free_slots(working_hours([DAY], OFFICE, BERLIN), busy, length, now, BERLIN)
    assert all(slot.end - slot.start >= length for slot in slots)
    assert all(max(at("09:00"), now) <= slot.start < slot.end <= at("17:00") for slot in slots)
    assert all(
        slot.end <= taken.start or slot.start >= taken.end for slot in slots for taken in busy if taken.start < taken.end
    )
    assert all(moment.minute % 15 == 0 for slot in slots for moment in (slot.start, slot.end))


async def test_one_s_own_meetings_are_busy_times(google: GoogleCalendar) -> None:
    found = await google.free([], [date(2026, 11, 24)], OFFICE, 30)
    assert told(found.slots) == ["09:00-09:30", "09:45-11:00", "12:00-13:00", "13:30-15:30", "16:15-17:00"]


async def test_all_day_declined_and_cancelled_ones_are_none(stage: Stage, google: GoogleCalendar) -> None:
    (budget,) = await google.titled("budget")
    await google.respond(budget, "no")
    found = await google.free([], [date(2026, 11, 24)], (time(13), time(14)), 60)
    assert told(found.slots) == ["13:00-14:00"]
    found = await google.free([], [date(2026, 11, 26)], (time(12), time(14)), 120)
    assert told(found.slots) == ["12:00-14:00"]  # although it is Release day


async def test_colleagues_have_busy_times_of_their_own_and_always_the_same(stage: Stage, google: GoogleCalendar) -> None:
    days = working_days(date(2026, 11, 24), 5)
    alone, together = await google.free([], days, OFFICE, 30), await google.free(["lena@acme.test"], days, OFFICE, 30)
    assert sum((slot.end - slot.start for slot in together.slots), timedelta()) < sum(
        (slot.end - slot.start for slot in alone.slots), timedelta()
    )
    assert together == await stage.open(account="ben@acme.test").free(["LENA@acme.test"], days, OFFICE, 30)
    assert together.unseen == ()


async def test_who_can_t_be_seen_is_told_by_name(google: GoogleCalendar) -> None:
    found = await google.free(["lena@acme.test", "x@nowhere.org", "x@nowhere.org"], [DAY], OFFICE, 30)
    assert found.unseen == ("x@nowhere.org",)
    assert found.slots


async def test_slots_are_in_the_asker_s_zone_and_hours(stage: Stage) -> None:
    far = stage.open("Pacific/Auckland")
    found = await far.free([], [DAY], (time(10), time(12)), 60)
    assert [(str(slot.start.tzinfo), f"{slot.start:%d %H:%M}") for slot in found.slots] == [("Pacific/Auckland", "25 10:00")]


async def test_without_one_s_own_busy_times_nothing_is_free() -> None:
    async with answered(200, {"calendars": {"primary": {"errors": [{"reason": "notFound"}]}}}) as google:
        with pytest.raises(Refused, match="does not tell me when you are busy"):
            await google.free([], [DAY], OFFICE, 30)


async def test_too_many_people_are_refused_before_anything_is_asked(stage: Stage, google: GoogleCalendar) -> None:
    with pytest.raises(Refused, match="at most 49 people"):
        await google.free([f"p{number}@acme.test" for number in range(50)], [DAY], OFFICE, 30)
    assert stage.asked("POST") == 0
