"""One calendar of the stand-in: its events, their versions, and what happens to them."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from aiohttp import web

from adapters.google_calendar import sandbox_event, sandbox_series
from adapters.google_calendar.sandbox_times import Json, moment, rfc3339

_FIRST_ETAG = 3_500_000_000_000_000
_HORIZON = timedelta(days=365)  # how far a series without an end is expanded
_REMAINS = {"kind", "id", "status", "recurringEventId", "originalStartTime", "etag"}  # of a cancelled occurrence


class Book:
    """A calendar and its events, as Google's JSON. An occurrence of a series is stored once it differs from the series."""

    def __init__(self, id: str, name: str, owner: str, zone: ZoneInfo, primary: bool, now: Callable[[], datetime]) -> None:
        self.id = id
        self.name = name
        self.owner = owner
        self.zone = zone
        self.primary = primary
        self.now = now
        self.version = 0
        self._events: dict[str, Json] = {}
        self._versions: dict[str, int] = {}

    @property
    def etag(self) -> str:
        return f'"{_FIRST_ETAG + self.version}"'

    def get(self, id: str) -> Json:
        """An event or an occurrence, cancelled or not. Raises 404."""
        event = self._events.get(id) or self._occurrence(id)
        if event is None:
            raise web.HTTPNotFound(text="Not Found")
        return event

    def changed_since(self, version: int) -> list[Json]:
        return [event for id, event in self._events.items() if self._versions[id] > version]

    def all(self) -> list[Json]:
        """What is stored: single events, series, and the occurrences that differ."""
        return list(self._events.values())

    def expanded(self, start: datetime | None, end: datetime | None) -> Iterator[Json]:
        """Single events, and occurrences instead of series. Without an end, a series goes on for a year."""
        for event in self.all():
            if event.get("recurrence"):
                yield from self._unchanged_occurrences(event, start, end)
            else:
                yield event

    def insert(self, body: Json) -> Json:
        """Raises 400 for what is no event, 409 where its id is taken."""
        id = body.get("id") or hashlib.sha256(f"{self.id} {self.version}".encode()).hexdigest()[:26]
        sandbox_event.check_id(id)
        if id in self._events:
            raise web.HTTPConflict(text="The requested identifier already exists.")
        event = {**sandbox_event.new(body, self.owner), "id": id}
        return self.put(sandbox_event.settled(event, self.owner, self.zone))

    def change(self, id: str, body: Json, if_match: str, whole: bool) -> Json:
        """Patches an event, or replaces it whole. A cancelled one comes back to life with `status` confirmed."""
        event = self._whole(self._matching(id, if_match))
        sandbox_event.check_rights(event, body)
        event = (sandbox_event.replaced if whole else sandbox_event.patched)(event, body)
        event = sandbox_event.settled(event, self.owner, self.zone)
        return self.delete(id, "") if event["status"] == "cancelled" else self.put(event)

    def delete(self, id: str, if_match: str) -> Json:
        """Cancels an event. Raises 410 where it is cancelled already."""
        event = self._matching(id, if_match)
        if event["status"] == "cancelled":
            raise web.HTTPGone(text="Resource has been deleted")
        for other in self.all():
            if other.get("recurringEventId") == id:
                del self._events[other["id"]]
        kept = {name: value for name, value in event.items() if name in _REMAINS} if "recurringEventId" in event else event
        return self.put({**kept, "status": "cancelled"})

    def put(self, event: Json) -> Json:
        """Stores an event under a new version, stamped as Google stamps it."""
        self.version += 1
        stamps = {"kind": "calendar#event", "etag": self.etag, "id": event["id"]}
        if "start" in event:
            created = event.get("created", rfc3339(self.now()))
            stamps |= {"created": created, "updated": rfc3339(self.now()), "iCalUID": f"{event['id']}@google.com"}
            stamps["htmlLink"] = f"https://www.google.com/calendar/event?eid={event['id']}"
        self._events[event["id"]] = {**event, **stamps}
        self._versions[event["id"]] = self.version
        return self._events[event["id"]]

    def _matching(self, id: str, if_match: str) -> Json:
        event = self.get(id)
        if if_match not in ("", "*", event["etag"]):
            raise web.HTTPPreconditionFailed(text="Precondition Failed")
        return event

    def _whole(self, event: Json) -> Json:
        """A cancelled occurrence has lost its details; its series knows them."""
        if "start" in event:
            return event
        occurrence = self._occurrence(event["id"])
        if occurrence is None:
            raise web.HTTPNotFound(text="Not Found")
        return {**occurrence, "status": "cancelled"}

    def _occurrence(self, id: str) -> Json | None:
        """An occurrence as its series has it. Its id ends in the time at which it would begin."""
        series, _, begins = id.rpartition("_")
        event = self._events.get(series, {})
        try:
            day = datetime.strptime(begins[:8], "%Y%m%d").replace(tzinfo=UTC)
        except ValueError:
            return None
        if not event.get("recurrence"):
            return None
        near = sandbox_series.occurrences(event, self.zone, day - timedelta(days=1), day + timedelta(days=2))
        return next((occurrence for occurrence in near if occurrence["id"] == id), None)

    def _unchanged_occurrences(self, series: Json, start: datetime | None, end: datetime | None) -> Iterator[Json]:
        start = start or moment(series["start"], self.zone)
        for occurrence in sandbox_series.occurrences(series, self.zone, start, end or self.now() + _HORIZON):
            if occurrence["id"] not in self._events:
                yield occurrence
