"""Google Calendar as the person who asked: https://developers.google.com/workspace/calendar/api/v3/reference."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from adapters.base import Access, Client, Service
from adapters.errors import Refused
from adapters.google_calendar.free import Availability, Slot, free_slots, working_hours
from adapters.google_calendar.meeting import ANSWERS, Calendar, Meeting, calendar_of, meeting_of, occurrence
from adapters.google_calendar.request import event_id, new_event, span
from adapters.google_calendar.wire import InTheWay, Library, NotFound, Wire, load, readable

_AHEAD = timedelta(days=90)  # how far "next", words and titles look
_CALENDARS = 50  # that one question about busy times may name


class GoogleCalendar(Client):
    """One person's calendars. `calendar` is everywhere a calendar's name or id; empty, it is their own one.

    Every method raises the four errors of `adapters.errors`, with texts written for the person.
    """

    def __init__(self, service: Service, access: Access) -> None:
        super().__init__(service, access)
        self._wire = Wire(service, access)
        self._library: Library = service.sdk

    @classmethod
    def load(cls, base_url: str) -> Library:
        return load(base_url)

    async def calendars(self) -> list[Calendar]:
        """All calendars in the person's list."""
        listing = self._library.calendars.list(maxResults=250)
        with readable():
            return [calendar_of(entry) async for entry in self._wire.entries(self._library.calendars, listing)]

    async def calendar_id(self, name: str) -> str:
        """The id behind a calendar's name. Raises Refused where there is none, or more than one."""
        if name in ("", "primary"):
            return "primary"
        calendars = await self.calendars()
        named = [each.id for each in calendars if name.casefold() == each.name.casefold()]
        found = [each.id for each in calendars if name in (each.id, each.name)] or named
        if not found:
            raise Refused(f"You have no calendar “{name}”. Yours are: {', '.join(each.name for each in calendars)}.")
        if len(found) > 1:
            raise Refused(f"You have {len(found)} calendars “{name}”. Say which one by its id: {', '.join(found)}.")
        return found[0]

    async def account(self) -> str:
        """The address of the person's own calendar, which is their account's."""
        return next((calendar.id for calendar in await self.calendars() if calendar.primary), "")

    async def agenda(self, first: date, last: date | None = None, calendar: str = "") -> list[Meeting]:
        """What is on from the first day to the last, both included, in order. Days begin and end in the asker's zone."""
        days = [first + timedelta(days=number) for number in range(((last or first) - first).days + 1)]
        start, end = self._midnight(days[0]), self._midnight(days[-1] + timedelta(days=1))
        meetings = self._meetings(await self.calendar_id(calendar), start, end)
        return [meeting async for meeting in meetings if any(meeting.on(day) for day in days)]

    async def next(self, calendar: str = "") -> Meeting | None:
        """The next meeting to begin that the person has not declined; all-day ones do not count."""
        now = self.now
        async for meeting in self._meetings(await self.calendar_id(calendar), now, now + _AHEAD):
            if isinstance(meeting.start, datetime) and meeting.start >= now and meeting.answer != "no":
                return meeting
        return None

    async def find(self, words: str, since: date, calendar: str = "") -> list[Meeting]:
        """The meetings of 90 days with these words in their title, description, place or guests."""
        start = self._midnight(since)
        meetings = self._meetings(await self.calendar_id(calendar), start, start + _AHEAD, q=words)
        return [meeting async for meeting in meetings]

    async def titled(self, words: str, calendar: str = "", cancelled: bool = False) -> list[Meeting]:
        """Coming (or cancelled) meetings with all these words in their title; where one's title is just that, only such."""
        wanted = words.casefold().split()
        meetings = self._meetings(await self.calendar_id(calendar), self.now, self.now + _AHEAD, showDeleted=cancelled)
        found = [each async for each in meetings if each.cancelled == cancelled and _has(each.title, wanted)]
        return [each for each in found if each.title.casefold().split() == wanted] or found

    async def meeting(self, id: str, calendar: str = "") -> Meeting:
        """One meeting by its id, cancelled or not."""
        return await self._get(await self.calendar_id(calendar), id)

    async def free(self, people: Iterable[str], days: Sequence[date], hours: tuple[time, time], minutes: int) -> Availability:
        """When the asker and everybody in `people` (e-mail addresses) have that many minutes within those days' hours."""
        windows = working_hours(days, hours, self._access.zone)
        busy = await self._busy(["primary", *dict.fromkeys(people)], windows[0].start, windows[-1].end)
        if busy["primary"] is None:
            raise Refused("Google Calendar does not tell me when you are busy.")
        taken = [slot for slots in busy.values() for slot in slots or ()]
        slots = free_slots(windows, taken, timedelta(minutes=minutes), self.now, self._access.zone)
        return Availability(tuple(slots), tuple(person for person, slots in busy.items() if slots is None))

    async def busy(self, meeting: Meeting) -> list[Meeting]:
        """What else takes the person's own time then: no all-day meetings, none that they declined."""
        if not isinstance(meeting.start, datetime) or not isinstance(meeting.end, datetime):
            return []
        found = self._meetings("primary", meeting.start, meeting.end)
        return [each async for each in found if not each.all_day and each.answer != "no" and each.id != meeting.id]

    async def create(
        self,
        title: str,
        start: datetime,
        minutes: int,
        guests: Iterable[str] = (),
        place: str = "",
        description: str = "",
        video: bool = False,
        calendar: str = "",
    ) -> Meeting:
        """Makes a meeting and invites the guests. However often the same call asks for it, there is one.

        Raises Refused if an earlier attempt made it and it has been cancelled since.
        """
        where, id = await self.calendar_id(calendar), event_id(self._access.call)
        if self.again and (made := await self._made(where, id)):
            return made
        body = new_event(id, title, start.astimezone(self._access.zone), minutes, guests, place, description, video)
        insert = self._library.events.insert(calendarId=where, body=body, sendUpdates="all", conferenceDataVersion=1)
        try:
            return self._meeting(await self._wire.ask(insert), where)
        except InTheWay:  # an earlier attempt got through
            if made := await self._made(where, id):
                return made
            raise

    async def move(self, meeting: Meeting, start: datetime, minutes: int | None = None) -> Meeting:
        """Moves a meeting, keeping its length unless told otherwise. An all-day one moves to that day.

        This and all changes below are made once, however often the same call asks for them, and only if nobody has changed
        the meeting since it was read: they raise Refused then.
        """
        wanted = meeting.at(start.astimezone(self._access.zone), minutes)
        changes = span(wanted.start, wanted.end)
        return await self._change(meeting, self._patch(meeting, changes), lambda it: not it.cancelled and it.is_when(wanted))

    async def cancel(self, meeting: Meeting) -> Meeting:
        """Cancels a meeting (of a series, this occurrence) and tells the guests. `restore` takes it back.

        Google does not tell the version that this makes.
        """
        where = meeting.calendar or "primary"
        delete = self._library.events.delete(calendarId=where, eventId=meeting.id, sendUpdates="all")
        return await self._change(meeting, delete, lambda it: it.cancelled)

    async def restore(self, meeting: Meeting) -> Meeting:
        """Puts a cancelled meeting back as it was."""
        return await self._change(meeting, self._patch(meeting, {"status": "confirmed"}), lambda it: not it.cancelled)

    async def respond(self, meeting: Meeting, answer: str) -> Meeting:
        """Answers an invitation with yes, no, maybe or unanswered; everybody else's answers stay as they are."""
        me = next((guest for guest in meeting.guests if guest.me), None)
        if me is None:
            raise Refused(f"You are not among the guests of “{meeting.title}”, so there is nothing to answer.")
        own = {"email": me.email, "responseStatus": ANSWERS[answer]}
        patch = self._patch(meeting, {"attendees": [own], "attendeesOmitted": True})
        return await self._change(meeting, patch, lambda it: it.answer == answer)

    async def _meetings(self, where: str, start: datetime, end: datetime, **more: Any) -> AsyncIterator[Meeting]:
        """What is on between two moments, in order, series as their occurrences; cancelled ones only if asked for."""
        wanted = {**_span(start, end), "singleEvents": True, "orderBy": "startTime", "maxResults": 250, **more}
        listing = self._library.events.list(calendarId=where, **wanted)
        async for event in self._wire.entries(self._library.events, listing):
            if event.get("status") != "cancelled" or (more.get("showDeleted") and "start" in event):
                yield self._meeting(event, where)

    async def _busy(self, people: list[str], start: datetime, end: datetime) -> dict[str, list[Slot] | None]:
        """Everybody's busy times; None for those of whom Google does not tell."""
        if len(people) > _CALENDARS:
            raise Refused(f"I can compare at most {_CALENDARS - 1} people's calendars with yours.")
        body = {**_span(start, end), "items": [{"id": person} for person in people]}
        answer = await self._wire.ask(self._library.free_busy.query(body=body))
        with readable():
            return {person: _slots(answer.get("calendars", {}).get(person)) for person in people}

    async def _get(self, where: str, id: str) -> Meeting:
        event = await self._event(where, id)
        if event.get("status") == "cancelled" and "start" not in event and "recurringEventId" in event:
            series = await self._event(where, event["recurringEventId"])
            with readable():
                event = occurrence(event, series)
        return self._meeting(event, where)

    async def _event(self, where: str, id: str) -> Mapping[str, Any]:
        return await self._wire.ask(self._library.events.get(calendarId=where, eventId=id))

    async def _made(self, where: str, id: str) -> Meeting | None:
        """What an earlier attempt made, if it got through. Raises Refused where it has been cancelled since."""
        try:
            found = await self._get(where, id)
        except NotFound:
            return None
        if found.cancelled:
            raise Refused(f"“{found.title}” was created before and has been cancelled since.")
        return found

    async def _change(self, meeting: Meeting, change: Any, is_made: Callable[[Meeting], bool]) -> Meeting:
        """The meeting afterwards. A change that is found made already, as by an earlier attempt, is not made again."""
        where = meeting.calendar or "primary"
        latest = await self._get(where, meeting.id) if self.again else meeting
        if is_made(latest):
            return latest
        try:
            changed = await self._wire.change(change, meeting.etag)
        except InTheWay:
            found = await self._get(where, meeting.id)
            if not is_made(found):
                raise
            return found
        if not changed:  # a deletion
            return replace(meeting, cancelled=True, etag="")
        return self._meeting(changed, where)

    def _patch(self, meeting: Meeting, changes: Mapping[str, Any]) -> Any:
        where = meeting.calendar or "primary"
        return self._library.events.patch(calendarId=where, eventId=meeting.id, body=changes, sendUpdates="all")

    def _meeting(self, event: Mapping[str, Any], where: str) -> Meeting:
        with readable():
            return meeting_of(event, self._access.zone, "" if where == "primary" else where)

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self._access.zone)


def _span(start: datetime, end: datetime) -> dict[str, str]:
    return {"timeMin": start.isoformat(timespec="seconds"), "timeMax": end.isoformat(timespec="seconds")}


def _has(title: str, wanted: list[str]) -> bool:
    return all(word in title.casefold() for word in wanted)


def _slots(told: Mapping[str, Any] | None) -> list[Slot] | None:
    if told is None or told.get("errors"):
        return None
    return [Slot(datetime.fromisoformat(busy["start"]), datetime.fromisoformat(busy["end"])) for busy in told.get("busy", ())]
