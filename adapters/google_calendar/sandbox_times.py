"""Moments in Google's JSON: read, checked, and told in another zone."""

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aiohttp import web

Json = dict[str, Any]


def moment(value: Json, zone: ZoneInfo) -> datetime:
    """An EventDateTime as an aware moment; a day begins at midnight in `zone`, the calendar's own."""
    if "date" in value:
        return datetime.combine(date.fromisoformat(value["date"]), time(), zone)
    read = datetime.fromisoformat(value["dateTime"])
    return read if read.tzinfo else read.replace(tzinfo=ZoneInfo(value.get("timeZone", zone.key)))


def told_in(value: Json, zone: ZoneInfo) -> Json:
    """The same moment with the offset that `zone` has then."""
    return {**value, "dateTime": moment(value, zone).astimezone(zone).isoformat()} if "dateTime" in value else value


def checked_span(event: Json, zone: ZoneInfo) -> None:
    """Refuses what Google refuses about `start` and `end`."""
    for which in ("start", "end"):
        _check(event.get(which), which, bool(event.get("recurrence")))
    if ("date" in event["start"]) != ("date" in event["end"]):
        raise web.HTTPBadRequest(text="Start and end times must either both be date or both be dateTime.")
    start, end = moment(event["start"], zone), moment(event["end"], zone)
    if end < start or (end == start and "date" in event["start"]):
        raise web.HTTPBadRequest(text="The specified time range is empty.")


def timestamp(text: str, name: str) -> datetime:
    """A parameter in RFC 3339, which must have an offset."""
    try:
        value = datetime.fromisoformat(text)
    except (ValueError, TypeError):
        raise web.HTTPBadRequest(text=f"Invalid value for {name}.") from None
    if value.tzinfo is None:
        raise web.HTTPBadRequest(text=f"Missing offset in {name}.")
    return value


def zone_named(name: str, which: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise web.HTTPBadRequest(text=f"Invalid time zone definition for {which} time.") from None


def rfc3339(value: datetime) -> str:
    """As Google writes its own timestamps: in UTC, with milliseconds."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _check(value: Any, which: str, repeats: bool) -> None:
    if not isinstance(value, dict) or not (value.get("date") or value.get("dateTime")):
        raise web.HTTPBadRequest(text=f"Missing {which} time.")
    try:
        said = [date.fromisoformat(value["date"])] if value.get("date") else []
        said += [datetime.fromisoformat(value["dateTime"])] if value.get("dateTime") else []
    except (ValueError, TypeError):
        raise web.HTTPBadRequest(text=f"Invalid {which} time.") from None
    if len(said) > 1:
        raise web.HTTPBadRequest(text=f"Invalid {which} time.")
    if value.get("timeZone"):
        zone_named(value["timeZone"], which)
    elif isinstance(said[0], datetime) and (repeats or said[0].tzinfo is None):
        raise web.HTTPBadRequest(text=f"Missing time zone definition for {which} time.")
