"""What people see of a calendar of the stand-in: what is on, not how it came about."""

from datetime import UTC, timedelta
from typing import Any

from adapters.google_calendar.sandbox_store import Book
from adapters.google_calendar.sandbox_times import Json, moment

_UNSEEN = {"kind", "etag", "created", "updated", "sequence", "iCalUID", "originalStartTime", "conferenceData"}
_AROUND = timedelta(days=30)
_TIMES = ("start", "end")


def state(book: Book) -> Json:
    """Its events by their ids, of series the occurrences around now; what is cancelled is gone."""
    events = book.expanded(book.now() - _AROUND, book.now() + _AROUND)
    return {event["id"]: _seen(event, book) for event in events if event["status"] != "cancelled"}


def _seen(event: Json, book: Book) -> Json:
    times = {name: _instant(event[name], book) for name in _TIMES}
    return {name: value for name, value in event.items() if name not in _UNSEEN and value} | times


def _instant(value: Json, book: Book) -> Any:
    """A time is the same moment in whatever zone it is told."""
    return value["date"] if "date" in value else moment(value, book.zone).astimezone(UTC).isoformat()
