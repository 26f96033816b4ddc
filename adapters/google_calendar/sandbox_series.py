"""Events that repeat, as their occurrences: https://developers.google.com/workspace/calendar/api/guides/recurringevents."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from aiohttp import web
from dateutil.rrule import rrulestr

from adapters.google_calendar.sandbox_times import Json, moment


def check(event: Json, zone: ZoneInfo) -> None:
    """Refuses a recurrence that can't be read."""
    try:
        next(occurrences(event, zone, moment(event["start"], zone), moment(event["start"], zone)), None)
    except (ValueError, TypeError, AttributeError):
        raise web.HTTPBadRequest(text="Invalid recurrence rule.") from None


def occurrences(event: Json, zone: ZoneInfo, after: datetime, before: datetime) -> Iterator[Json]:
    """The occurrences that touch the time from `after` to `before`. Each begins at the same wall time in the event's zone."""
    own = ZoneInfo(event["start"].get("timeZone", zone.key))
    start, end = (moment(event[name], zone).astimezone(own) for name in ("start", "end"))
    length = end.replace(tzinfo=None) - start.replace(tzinfo=None)
    rule = rrulestr("\n".join(event["recurrence"]), dtstart=start, forceset=True)
    for begin in rule.between(after.astimezone(own) - length - timedelta(days=1), before.astimezone(own), inc=True):
        if begin + length > after and begin < before:
            yield _occurrence(event, begin, length)


def _occurrence(event: Json, begin: datetime, length: timedelta) -> Json:
    all_day = "date" in event["start"]
    suffix = f"{begin:%Y%m%d}" if all_day else f"{begin.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    own = {
        "id": f"{event['id']}_{suffix}",
        "htmlLink": f"{event.get('htmlLink', '')}_{suffix}",
        "recurringEventId": event["id"],
        "originalStartTime": _told(begin, event["start"], all_day),
        "start": _told(begin, event["start"], all_day),
        "end": _told(begin + length, event["end"], all_day),
    }
    return {**{name: value for name, value in event.items() if name != "recurrence"}, **own}


def _told(when: datetime, like: Json, all_day: bool) -> Json:
    return {"date": f"{when:%Y-%m-%d}"} if all_day else {**like, "dateTime": when.isoformat()}
