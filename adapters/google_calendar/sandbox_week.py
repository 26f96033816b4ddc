"""What a new account finds in its calendars: last week, this one and the next, the same for everybody."""

import base64
import hashlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from adapters.google_calendar.sandbox_store import Book
from adapters.google_calendar.sandbox_times import Json

_STANDUP = "Stand-up"
_RULE = "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
_WEEK: tuple[tuple[tuple[str, int, str, str], ...], ...] = (  # Monday to Sunday: when, minutes, what, where
    (("10:00", 60, "Week planning", "Room Kepler"), ("14:00", 30, "1:1 with Mira", "")),
    (("11:00", 60, "Design review", "Room Curie"), ("15:30", 45, "Call with Globex", "")),
    (("12:00", 60, "Lunch with Tom", "Cafe Luna"), ("13:30", 120, "Roadmap workshop", "Room Kepler")),
    (("10:30", 60, "Interview: backend engineer", "Room Noether"), ("16:00", 45, "Architecture circle", "")),
    (("11:00", 60, "Retrospective", "Room Curie"), ("15:00", 60, "Demo", "Room Kepler")),
    (("10:00", 60, "Farmers' market", "Old square"),),
    (("17:00", 60, "Call with the family", ""),),
)
_WITH_VIDEO = {"Call with Globex", "1:1 with Mira", "Call with the family"}
_SATURDAY = 5


def fill(book: Book) -> None:
    """The account's own calendar: an invitation waits on its next working day, and one stand-up after that is cancelled."""
    today = book.now().astimezone(book.zone).date()
    monday = today - timedelta(days=today.weekday() + 7)
    _add(book, monday, "09:30", 15, _STANDUP, recurrence=[_RULE])
    for day in (monday + timedelta(days=number) for number in range(21)):
        for at, minutes, title, place in _WEEK[day.weekday()]:
            _add(book, day, at, minutes, title, place)
    invited, without, all_day = _working_days_after(today, 3)
    _add(book, invited, "13:00", 30, "Budget review", "Room Noether", guests=["lena@acme.test", book.owner, "tom@acme.test"])
    _add_day(book, all_day, "Release day")
    standup = next(
        each for each in book.expanded(_at(book, without, "00:00"), _at(book, without, "23:59")) if _is_standup(each)
    )
    book.delete(standup["id"], "")


def fill_team(book: Book) -> None:
    """The calendar that the team shares."""
    today = book.now().astimezone(book.zone).date()
    monday = today - timedelta(days=today.weekday())
    _add(book, monday + timedelta(days=3), "16:30", 30, "All hands", "Room Kepler")
    _add(book, monday + timedelta(days=8), "14:00", 60, "Incident review", "")
    _add_day(book, monday + timedelta(days=7), "Tom on vacation", days=5)


def _add(
    book: Book,
    day: date,
    at: str,
    minutes: int,
    title: str,
    place: str = "",
    guests: list[str] | None = None,
    recurrence: list[str] | None = None,
) -> None:
    start = _at(book, day, at)
    event: Json = {"id": _id(book, day, title), "summary": title, "location": place, "recurrence": recurrence}
    event |= {"start": _told(book, start), "end": _told(book, start + timedelta(minutes=minutes))}
    if title in _WITH_VIDEO:
        event["conferenceData"] = {"createRequest": {"requestId": title}}
    stored = book.insert({name: value for name, value in event.items() if value})
    if guests:
        host = {"email": guests[0], "displayName": guests[0].partition("@")[0].title()}
        book.put({**stored, "organizer": host, "creator": host, "attendees": list(_invited(guests, book.owner))})


def _add_day(book: Book, day: date, title: str, days: int = 1) -> None:
    span = {"start": {"date": f"{day}"}, "end": {"date": f"{day + timedelta(days=days)}"}}
    event = {"id": _id(book, day, title), "summary": title, "transparency": "transparent", **span}
    book.insert(event)


def _invited(guests: list[str], owner: str) -> Iterator[Json]:
    """The first one asks and comes; the owner has not answered."""
    for guest in guests:
        if guest == owner:
            yield {"email": guest, "self": True, "responseStatus": "needsAction"}
        else:
            host = {"organizer": True} if guest == guests[0] else {}
            yield {"email": guest, "displayName": guest.partition("@")[0].title(), "responseStatus": "accepted", **host}


def _working_days_after(today: date, count: int) -> list[date]:
    days = (today + timedelta(days=number) for number in range(1, 8))
    return [day for day in days if day.weekday() < _SATURDAY][:count]


def _at(book: Book, day: date, at: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(at), book.zone)


def _told(book: Book, moment: datetime) -> Json:
    return {"dateTime": moment.isoformat(), "timeZone": book.zone.key}


def _id(book: Book, day: date, title: str) -> str:
    digest = hashlib.sha256(f"{book.name} {day} {title}".encode()).digest()
    return base64.b32hexencode(digest).decode().lower()[:26]


def _is_standup(event: Json) -> bool:
    return event.get("summary") == _STANDUP and "recurringEventId" in event
