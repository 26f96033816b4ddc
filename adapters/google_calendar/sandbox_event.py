"""What becomes of an event that somebody sends: https://developers.google.com/workspace/calendar/api/v3/reference/events."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from adapters.google_calendar import sandbox_series
from adapters.google_calendar.sandbox_times import Json, checked_span

_ID = re.compile(r"[a-v0-9]{5,1024}")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_STATUSES = ("confirmed", "tentative", "cancelled")
_ANSWERS = ("needsAction", "accepted", "declined", "tentative")
_SPAN = ("start", "end")
_STAMPED = {"kind", "etag", "id", "htmlLink", "created", "updated", "iCalUID", "hangoutLink"}
_GOOGLES_OWN = _STAMPED | {"creator", "organizer", "recurringEventId", "originalStartTime"}
_A_GUESTS_OWN = {"attendees", "attendeesOmitted", "reminders", "colorId", "transparency", "visibility", "status"}


def new(body: Json, owner: str) -> Json:
    """An event as it is first stored, apart from what the calendar itself stamps on it."""
    person = {"email": owner, "self": True}
    sent = {name: value for name, value in body.items() if name not in _GOOGLES_OWN}
    defaults = {"status": "confirmed", "sequence": 0, "reminders": {"useDefault": True}, "eventType": "default"}
    return {**defaults, **sent, "creator": person, "organizer": person}


def patched(event: Json, body: Json) -> Json:
    """Objects are merged, lists replaced, null removes: https://developers.google.com/workspace/calendar/api/guides/performance."""
    if body.get("attendeesOmitted"):
        body = {**body, "attendees": _own_answer(event, body.get("attendees", [])), "attendeesOmitted": None}
    return _merged(event, {name: value for name, value in body.items() if name not in _GOOGLES_OWN})


def replaced(event: Json, body: Json) -> Json:
    """What is not sent is gone, but for what is Google's own."""
    kept = {name: value for name, value in event.items() if name in _GOOGLES_OWN}
    return {"status": "confirmed", **{name: value for name, value in body.items() if name not in _GOOGLES_OWN}, **kept}


def check_rights(event: Json, body: Json) -> None:
    """Guests may change their own copy of an event, and nothing that everybody shares."""
    shared = body.keys() - _A_GUESTS_OWN - _GOOGLES_OWN
    if shared and not event["organizer"].get("self") and not event.get("guestsCanModify"):
        raise web.HTTPForbidden(text="Shared properties can only be changed by the organizer of the event.")


def settled(event: Json, owner: str, zone: ZoneInfo) -> Json:
    """Checks an event and fills in what Google fills in."""
    checked_span(event, zone)
    if event["status"] not in _STATUSES:
        raise web.HTTPBadRequest(text="Invalid status value.")
    if event.get("recurrence"):
        sandbox_series.check(event, zone)
    settled = {**event, **{which: _with_zone(event[which], zone) for which in _SPAN}}
    if event.get("attendees"):
        settled["attendees"] = [_attendee(each, owner) for each in event["attendees"]]
    return _with_video(settled)


def check_id(id: Any) -> None:
    if not isinstance(id, str) or not _ID.fullmatch(id):
        raise web.HTTPBadRequest(text="Invalid resource id value.")


def _with_zone(value: Json, zone: ZoneInfo) -> Json:
    return {"timeZone": zone.key, **value} if "dateTime" in value else value


def _attendee(attendee: Any, owner: str) -> Json:
    if not isinstance(attendee, dict) or not attendee.get("email"):
        raise web.HTTPBadRequest(text="Missing attendee email.")
    if not _ADDRESS.fullmatch(attendee["email"]):
        raise web.HTTPBadRequest(text="Invalid attendee email.")
    if attendee.get("responseStatus", "needsAction") not in _ANSWERS:
        raise web.HTTPBadRequest(text="Invalid attendee response status.")
    me = {"self": True} if attendee["email"] == owner else {}
    return {"responseStatus": "needsAction", **{name: value for name, value in attendee.items() if name != "self"}, **me}


def _own_answer(event: Json, sent: list[Json]) -> list[Json]:
    by_email = {attendee.get("email"): attendee for attendee in sent}
    return [
        {**guest, **by_email[guest["email"]]} if guest.get("self") and guest["email"] in by_email else guest
        for guest in event.get("attendees", [])
    ]


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> Json:
    merged = {name: value for name, value in old.items() if new.get(name, value) is not None}
    for name, value in new.items():
        if isinstance(value, Mapping):
            merged[name] = _merged(merged[name] if isinstance(merged.get(name), Mapping) else {}, value)
        elif value is not None:
            merged[name] = value
    return merged


def _with_video(event: Json) -> Json:
    """A requested conference is there at once; the same request makes no second one."""
    request = event.get("conferenceData", {}).get("createRequest")
    if not request or event.get("hangoutLink"):
        return event
    letters = "".join(chr(ord("a") + byte % 26) for byte in hashlib.sha256(request["requestId"].encode()).digest())
    code = f"{letters[:3]}-{letters[3:7]}-{letters[7:10]}"
    link = f"https://meet.google.com/{code}"
    conference = {
        "createRequest": {**request, "status": {"statusCode": "success"}},
        "conferenceId": code,
        "conferenceSolution": {"key": {"type": "hangoutsMeet"}, "name": "Google Meet"},
        "entryPoints": [{"entryPointType": "video", "uri": link, "label": link.removeprefix("https://")}],
    }
    return {**event, "hangoutLink": link, "conferenceData": conference}
