"""An account of the stand-in and its calendars."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from adapters.google_calendar import sandbox_week
from adapters.google_calendar.sandbox_store import Book
from adapters.google_calendar.sandbox_times import Json

_TEAM = "c_team@group.calendar.google.com"


def books(account: str, zone: ZoneInfo, now: Callable[[], datetime]) -> tuple[Book, Book]:
    """A new account's own calendar and its team's, with a week around today in them."""
    own = Book(email(account), "Work", email(account), zone, primary=True, now=now)
    team = Book(_TEAM, "Team", email(account), zone, primary=False, now=now)
    sandbox_week.fill(own)
    sandbox_week.fill_team(team)
    return own, team


def email(account: str) -> str:
    """An account that is no address gets one at Acme."""
    name = "".join(letter if letter.isalnum() else "-" for letter in account.casefold()).strip("-")
    return account if "@" in account else f"{name}@acme.test"


def entry(book: Book) -> Json:
    """A calendar as it stands in its account's list."""
    own: Json = {"kind": "calendar#calendarListEntry", "etag": book.etag, "id": book.id, "summary": book.name}
    own |= {"timeZone": book.zone.key, "accessRole": "owner", "selected": True, "colorId": "14", "defaultReminders": []}
    return own | ({"primary": True} if book.primary else {"dataOwner": book.owner})


def calendar(book: Book) -> Json:
    """A calendar by itself."""
    return {"kind": "calendar#calendar", "etag": book.etag, "id": book.id, "summary": book.name, "timeZone": book.zone.key}
