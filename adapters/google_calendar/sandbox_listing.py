"""What a list of events holds: its filters, its pages and its sync tokens."""

import base64
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from adapters.google_calendar.sandbox_store import Book
from adapters.google_calendar.sandbox_times import Json, moment, rfc3339, timestamp, told_in, zone_named

_MOST = 2500
_TOKEN_LIFE = timedelta(days=7)
_TIMES = ("start", "end", "originalStartTime")
_NOT_WITH_TOKEN = ("iCalUID", "orderBy", "q", "timeMin", "timeMax", "updatedMin")


def page(book: Book, query: Mapping[str, str], series: str = "") -> Json:
    """One page of `events.list`; with `series`, of `events.instances`."""
    zone = zone_named(query["timeZone"], "response") if "timeZone" in query else book.zone
    found = _matching(book, query, series)
    size, offset = min(_number(query, "maxResults", 250), _MOST), _offset(query)
    items = [_told(event, zone) for event in found[offset : offset + size]]
    more = offset + size < len(found)
    return {
        "kind": "calendar#events",
        "etag": book.etag,
        "summary": book.name,
        "updated": rfc3339(book.now()),
        "timeZone": book.zone.key,
        "accessRole": "owner",
        "defaultReminders": [{"method": "popup", "minutes": 10}] if book.primary else [],
        **({"nextPageToken": _sealed({"offset": offset + size})} if more else {}),
        **({} if more or "q" in query or "orderBy" in query or series else {"nextSyncToken": _sync_token(book)}),
        "items": items,
    }


def told(event: Json, book: Book, query: Mapping[str, str]) -> Json:
    """One event, with its times in the zone that was asked for."""
    return _told(event, zone_named(query["timeZone"], "response") if "timeZone" in query else book.zone)


def _matching(book: Book, query: Mapping[str, str], series: str) -> list[Json]:
    if "syncToken" in query:
        return _changed(book, query)
    start, end = _span(query)
    singles = bool(series) or _flag(query, "singleEvents")
    if query.get("orderBy") == "startTime" and not singles:
        raise web.HTTPBadRequest(text="The requested ordering is not available for the particular query.")
    events = book.expanded(start, end) if singles else book.all()
    kept = [event for event in events if _wanted(event, query, singles) and _touches(event, start, end, book)]
    if series:
        kept = [event for event in kept if event.get("recurringEventId") == series]
    if query.get("orderBy") == "startTime" or series:
        return sorted(kept, key=lambda event: moment(event.get("start") or event["originalStartTime"], book.zone))
    return sorted(kept, key=lambda event: event.get("updated", "")) if query.get("orderBy") == "updated" else kept


def _changed(book: Book, query: Mapping[str, str]) -> list[Json]:
    """What changed since the token, cancelled events too. Raises 410 for a token that is too old."""
    if any(name in query for name in _NOT_WITH_TOKEN):
        raise web.HTTPBadRequest(text="Sync token cannot be used together with other query restrictions.")
    token = _opened(query["syncToken"], "version")
    if book.now() - timestamp(token["made"], "syncToken") > _TOKEN_LIFE:
        raise web.HTTPGone(text="Sync token is no longer valid, a full sync is required.")
    changed = book.changed_since(token["version"])
    if not _flag(query, "singleEvents"):
        return changed
    series = {event["id"] for event in changed if event.get("recurrence")}
    of_series = [event for event in book.expanded(None, None) if event.get("recurringEventId") in series]
    others = [event for event in changed if event["id"] not in series and event.get("recurringEventId") not in series]
    return others + of_series


def _wanted(event: Json, query: Mapping[str, str], singles: bool) -> bool:
    deleted = event["status"] == "cancelled"
    if deleted and not _flag(query, "showDeleted") and (singles or "recurringEventId" not in event):
        return False
    if "updatedMin" in query and event.get("updated", "") < rfc3339(timestamp(query["updatedMin"], "updatedMin")):
        return False
    if "iCalUID" in query and event.get("iCalUID") != query["iCalUID"]:
        return False
    return all(word in _words(event) for word in query.get("q", "").casefold().split())


def _touches(event: Json, start: datetime | None, end: datetime | None, book: Book) -> bool:
    """Ends after `start` and begins before `end`; a series counts as going on for ever."""
    begins = moment(event.get("start") or event["originalStartTime"], book.zone)
    ends = moment(event.get("end") or event["originalStartTime"], book.zone)
    return (end is None or begins < end) and (start is None or ends > start or bool(event.get("recurrence")))


def _span(query: Mapping[str, str]) -> tuple[datetime | None, datetime | None]:
    start, end = (timestamp(query[name], name) if name in query else None for name in ("timeMin", "timeMax"))
    if start and end and end <= start:
        raise web.HTTPBadRequest(text="The specified time range is empty.")
    return start, end


def _words(event: Json) -> str:
    people = [*event.get("attendees", ()), event.get("organizer", {})]
    said = [event.get(name, "") for name in ("summary", "description", "location")]
    said += [person.get(name, "") for person in people for name in ("email", "displayName")]
    return " ".join(said).casefold()


def _told(event: Json, zone: ZoneInfo) -> Json:
    times: Json = {name: told_in(event[name], zone) for name in _TIMES if name in event}
    return {**event, **times}


def _flag(query: Mapping[str, str], name: str) -> bool:
    return query.get(name, "false").lower() == "true"


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not text.isdigit() or text == "0":
        raise web.HTTPBadRequest(text=f"Invalid value for {name}.")
    return int(text)


def _offset(query: Mapping[str, str]) -> int:
    return int(_opened(query["pageToken"], "offset")["offset"]) if "pageToken" in query else 0


def _sync_token(book: Book) -> str:
    return _sealed({"version": book.version, "made": rfc3339(book.now())})


def _sealed(value: Json) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


def _opened(token: str, name: str) -> dict[str, Any]:
    """What a token holds. Raises 400 for one that was not made here."""
    try:
        value: dict[str, Any] = json.loads(base64.urlsafe_b64decode(token))
        value[name]
    except (ValueError, LookupError, TypeError):
        raise web.HTTPBadRequest(text="Invalid token value.") from None
    return value
