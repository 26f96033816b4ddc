"""When people are busy: https://developers.google.com/workspace/calendar/api/v3/reference/freebusy."""

import random
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from adapters.google_calendar.sandbox_store import Book
from adapters.google_calendar.sandbox_times import moment

Span = tuple[datetime, datetime]
_COLLEAGUES = "@acme.test"  # everybody there exists
_SATURDAY = 5


def owner_busy(book: Book, start: datetime, end: datetime) -> list[Span]:
    """The busy times in somebody's own calendar: what is cancelled, declined or marked as free does not count."""
    spans: list[Span] = []
    for event in book.expanded(start, end):
        declined = any(guest.get("self") and guest["responseStatus"] == "declined" for guest in event.get("attendees", ()))
        if event["status"] != "cancelled" and not declined and event.get("transparency") != "transparent":
            spans.append((moment(event["start"], book.zone), moment(event["end"], book.zone)))
    return _merged(spans, start, end)


def colleague_busy(email: str, start: datetime, end: datetime, zone: ZoneInfo) -> list[Span] | None:
    """A colleague's busy times, the same whenever they are asked for; None for somebody unknown."""
    if not email.casefold().endswith(_COLLEAGUES) or email.startswith("@"):
        return None
    day, spans = start.astimezone(zone).date(), list[Span]()
    while datetime.combine(day, time(), zone) < end:
        spans += _colleagues_day(email.casefold(), day, zone)
        day += timedelta(days=1)
    return _merged(spans, start, end)


def _colleagues_day(email: str, day: date, zone: ZoneInfo) -> Iterator[Span]:
    chosen = random.Random(f"{email} {day}")
    for hour in sorted(chosen.sample(range(9, 17), 3)) if day.weekday() < _SATURDAY else ():
        begin = datetime.combine(day, time(hour, chosen.choice((0, 30))), zone)
        yield begin, begin + timedelta(minutes=chosen.choice((30, 60)))


def _merged(spans: Iterable[Span], start: datetime, end: datetime) -> list[Span]:
    """In order, cut to the time that was asked for, none touching another."""
    merged: list[Span] = []
    for begin, finish in sorted((max(begin, start), min(finish, end)) for begin, finish in spans):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], finish))
        elif begin < finish:
            merged.append((begin, finish))
    return merged
