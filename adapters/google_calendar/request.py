"""What we ask of Google, as its JSON: https://developers.google.com/workspace/calendar/api/v3/reference/events/insert."""

import base64
import hashlib
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from adapters.google_calendar.meeting import later


def event_id(call: str) -> str:
    """An event's id made of the call's, in the alphabet that Google asks for: base32hex in lower case."""
    return base64.b32hexencode(hashlib.sha256(call.encode()).digest()).decode().lower().rstrip("=")


def new_event(
    id: str, title: str, start: datetime, minutes: int, guests: Iterable[str], place: str, description: str, video: bool
) -> dict[str, Any]:
    """A new event; what is empty is left out."""
    body = {
        "id": id,
        "summary": title,
        **span(start, later(start, timedelta(minutes=minutes))),
        "attendees": [{"email": guest} for guest in guests],
        "location": place,
        "description": description,
        "conferenceData": _video_call(id) if video else None,
    }
    return {name: value for name, value in body.items() if value}


def span(start: datetime | date, end: datetime | date) -> dict[str, dict[str, str]]:
    """From when to when."""
    return {"start": _time(start), "end": _time(end)}


def _time(moment: datetime | date) -> dict[str, str]:
    """A date stays a date, a time says its zone by name."""
    if isinstance(moment, datetime):
        return {"dateTime": moment.isoformat(timespec="seconds"), "timeZone": str(moment.tzinfo)}
    return {"date": moment.isoformat()}


def _video_call(request: str) -> dict[str, Any]:
    """The same request makes the same call, however often it is sent."""
    return {"createRequest": {"requestId": request, "conferenceSolutionKey": {"type": "hangoutsMeet"}}}
