"""Our nouns, and how Google's JSON becomes them: https://developers.google.com/workspace/calendar/api/v3/reference/events."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from adapters.errors import Refused

ANSWERS = {"yes": "accepted", "no": "declined", "maybe": "tentative", "unanswered": "needsAction"}
_OF_ALL_OCCURRENCES = ("summary", "location", "description", "attendees", "organizer", "htmlLink")
_OURS = {theirs: ours for ours, theirs in ANSWERS.items()}


@dataclass(frozen=True)
class Calendar:
    """A calendar that the person has in their list. `writable` says whether they may put meetings on it."""

    id: str
    name: str
    zone: str
    primary: bool
    writable: bool


@dataclass(frozen=True)
class Guest:
    """Somebody who is invited. `answer` is yes, no, maybe or unanswered; `me` marks the asker."""

    email: str
    name: str
    answer: str
    me: bool


@dataclass(frozen=True)
class Meeting:
    """An event. `start` and `end` are aware, in the asker's zone; an all-day one has dates, `end` being the day after its last.

    `answer` is the asker's own, empty where they are not among the guests. `mine` says that the asker is the organizer.
    `calendar` is the calendar's id, empty for the asker's own one. `series` is the id that all occurrences share.
    """

    id: str
    etag: str
    title: str
    start: datetime | date
    end: datetime | date
    calendar: str = ""
    url: str = ""
    place: str = ""
    description: str = ""
    video: str = ""
    guests: tuple[Guest, ...] = ()
    series: str = ""
    mine: bool = True
    cancelled: bool = False

    @property
    def all_day(self) -> bool:
        return not isinstance(self.start, datetime)

    @property
    def answer(self) -> str:
        return next((guest.answer for guest in self.guests if guest.me), "")

    @property
    def minutes(self) -> int:
        """How long it takes, as a stopwatch would say: clocks may change on the way."""
        return int(elapsed(self.start, self.end).total_seconds()) // 60

    @property
    def first_day(self) -> date:
        return self.start.date() if isinstance(self.start, datetime) else self.start

    @property
    def last_day(self) -> date:
        """Ends are exclusive: midnight, and the day after, belong to the day before."""
        end = self.end
        last = (end - timedelta(microseconds=1)).date() if isinstance(end, datetime) else end - timedelta(days=1)
        return max(self.first_day, last)

    def on(self, day: date) -> bool:
        """Whether any part of it falls on that day."""
        return self.first_day <= day <= self.last_day

    def at(self, start: datetime, minutes: int | None = None) -> "Meeting":
        """The same meeting at another time, as long as before unless told otherwise. An all-day one keeps its days."""
        length = elapsed(self.start, self.end)
        if self.all_day:
            return replace(self, start=start.date(), end=start.date() + length)
        return replace(self, start=start, end=later(start, length if minutes is None else timedelta(minutes=minutes)))

    def is_when(self, other: "Meeting") -> bool:
        """Whether both begin and end at the same moments."""
        return (self.start, self.end) == (other.start, other.end)


def meeting_of(event: Mapping[str, Any], zone: ZoneInfo, calendar: str = "") -> Meeting:
    """An event of Google's as a meeting of ours. Raises Refused where a deleted event has lost its details."""
    original = event.get("originalStartTime")
    start, end = event.get("start") or original, event.get("end") or original
    if not start or not end:
        raise Refused("That meeting was deleted, and nothing is left of it.")
    return Meeting(
        id=event["id"],
        etag=event.get("etag", ""),
        title=event.get("summary") or "(no title)",
        start=_moment(start, zone),
        end=_moment(end, zone),
        calendar=calendar,
        url=event.get("htmlLink", ""),
        place=event.get("location", ""),
        description=event.get("description", ""),
        video=_video(event),
        guests=tuple(_guest(attendee) for attendee in event.get("attendees", ())),
        series=event.get("recurringEventId", ""),
        mine=event.get("organizer", {}).get("self", "organizer" not in event),
        cancelled=event.get("status") == "cancelled",
    )


def occurrence(remains: Mapping[str, Any], series: Mapping[str, Any]) -> Mapping[str, Any]:
    """A cancelled occurrence, of which Google keeps little but its time, with what its series knows of it."""
    began = remains["originalStartTime"]
    told = {name: series[name] for name in _OF_ALL_OCCURRENCES if name in series}
    return {**told, **remains, "start": began, "end": _ends(began, series)}


def calendar_of(entry: Mapping[str, Any]) -> Calendar:
    """An entry of the person's calendar list."""
    name = entry.get("summaryOverride") or entry.get("summary", entry["id"])
    writable = entry.get("accessRole") in ("owner", "writer")
    return Calendar(entry["id"], name, entry.get("timeZone", ""), entry.get("primary", False), writable)


def elapsed(start: datetime | date, end: datetime | date) -> timedelta:
    """The true time between two moments. Python subtracts wall clocks where both are in the same zone."""
    if isinstance(start, datetime) and isinstance(end, datetime):
        return end.astimezone(UTC) - start.astimezone(UTC)
    return timedelta(days=end.toordinal() - start.toordinal())


def later(start: datetime, by: timedelta) -> datetime:
    """The moment that much true time after `start`, in the same zone."""
    return (start.astimezone(UTC) + by).astimezone(start.tzinfo)


def _moment(value: Mapping[str, str], zone: ZoneInfo) -> datetime | date:
    if "date" in value:
        return date.fromisoformat(value["date"])
    moment = datetime.fromisoformat(value["dateTime"])
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(value["timeZone"]))
    return moment.astimezone(zone)


def _ends(began: Mapping[str, str], series: Mapping[str, Any]) -> Mapping[str, str]:
    """When an occurrence of that series ends."""
    zone = ZoneInfo("UTC")
    length = elapsed(_moment(series["start"], zone), _moment(series["end"], zone))
    if "date" in began:
        return {"date": (date.fromisoformat(began["date"]) + length).isoformat()}
    begin = _moment(began, zone)
    return {"dateTime": (begin + length).isoformat()} if isinstance(begin, datetime) else began


def _guest(attendee: Mapping[str, Any]) -> Guest:
    answer = _OURS.get(attendee.get("responseStatus", ""), "unanswered")
    return Guest(attendee.get("email", ""), attendee.get("displayName", ""), answer, attendee.get("self", False))


def _video(event: Mapping[str, Any]) -> str:
    entries = event.get("conferenceData", {}).get("entryPoints", ())
    video = next((entry.get("uri", "") for entry in entries if entry.get("entryPointType") == "video"), "")
    return event.get("hangoutLink") or video
