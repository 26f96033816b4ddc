"""A stateful stand-in for Google Calendar: https://developers.google.com/workspace/calendar/api/v3/reference."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from adapters.google_calendar import AUTH, sandbox_account, sandbox_busy, sandbox_errors, sandbox_listing, sandbox_state
from adapters.google_calendar.sandbox_push import Channels
from adapters.google_calendar.sandbox_store import Book
from adapters.google_calendar.sandbox_times import Json, rfc3339, timestamp, zone_named
from adapters.sandbox import Sandbox
from adapters.sandbox_authorization import AuthorizationServer
from adapters.sandbox_body import json_object
from adapters.sandbox_families import Habits

_CALENDAR = "/calendar/v3/calendars/{calendar}"
_EVENT = _CALENDAR + "/events/{event}"
_HABITS = Habits(offline=AUTH.extra, open_revocation=True, revokes_account=True)
_LONGEST_QUESTION = timedelta(days=92)


@dataclass(frozen=True)
class Notice:
    """A mail that Google would have sent to the guests of an event."""

    event: str
    to: tuple[str, ...]
    change: str  # the HTTP method that caused it


class CalendarSandbox(Sandbox):
    """What the adapter uses of Calendar v3, and what push and incremental sync need. `notices` are the mails to guests."""

    asks = r"/freeBusy$"

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__("google_calendar", now)
        self.notices: list[Notice] = []
        self.authorization = AuthorizationServer(self, AUTH, replace(_HABITS))
        self._books: dict[str, tuple[Book, ...]] = {}
        self._channels = Channels(now)
        self.app.cleanup_ctx.append(self._channels.deliver)
        self.app.add_routes(
            [
                web.get("/calendar/v3/users/me/calendarList", self._list_calendars),
                web.get("/calendar/v3/users/me/calendarList/{calendar}", self._get_entry),
                web.get(_CALENDAR, self._get_calendar),
                web.get(f"{_CALENDAR}/events", self._list_events),
                web.post(f"{_CALENDAR}/events", self._insert),
                web.post(f"{_CALENDAR}/events/quickAdd", self._quick_add),
                web.post(f"{_CALENDAR}/events/watch", self._watch),
                web.get(_EVENT, self._get_event),
                web.patch(_EVENT, self._patch),
                web.put(_EVENT, self._update),
                web.delete(_EVENT, self._delete),
                web.get(f"{_EVENT}/instances", self._instances),
                web.post("/calendar/v3/freeBusy", self._free_busy),
                web.post("/calendar/v3/channels/stop", self._stop),
            ]
        )

    def state(self, account: str) -> Mapping[str, Any]:
        return {book.id: sandbox_state.state(book) for book in self._books.get(account, ())}

    def changes(self, account: str) -> int:
        return sum(book.version for book in self._books.get(account, ()))

    def error(self, status: int, text: str) -> web.Response:
        return sandbox_errors.answer(status, text)

    async def _list_calendars(self, request: web.Request) -> web.Response:
        entries = [sandbox_account.entry(book) for book in self._books_of(request)]
        return web.json_response({"kind": "calendar#calendarList", "etag": '"p1"', "items": entries})

    async def _get_entry(self, request: web.Request) -> web.Response:
        return web.json_response(sandbox_account.entry(self._book(request)))

    async def _get_calendar(self, request: web.Request) -> web.Response:
        return web.json_response(sandbox_account.calendar(self._book(request)))

    async def _list_events(self, request: web.Request) -> web.Response:
        return web.json_response(sandbox_listing.page(self._book(request), request.query))

    async def _instances(self, request: web.Request) -> web.Response:
        book, series = self._book(request), request.match_info["event"]
        book.get(series)
        return web.json_response(sandbox_listing.page(book, request.query, series))

    async def _get_event(self, request: web.Request) -> web.Response:
        book = self._book(request)
        return web.json_response(sandbox_listing.told(book.get(request.match_info["event"]), book, request.query))

    async def _insert(self, request: web.Request) -> web.Response:
        book, body = self._book(request), await _event_body(request)
        return self._written(request, book, book.insert(body))

    async def _quick_add(self, request: web.Request) -> web.Response:
        """The stand-in reads no dates: what is said becomes the title, the next full hour the time."""
        book = self._book(request)
        start = book.now().astimezone(book.zone).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        span = {"start": {"dateTime": start.isoformat()}, "end": {"dateTime": (start + timedelta(hours=1)).isoformat()}}
        return self._written(request, book, book.insert({"summary": request.query.get("text", ""), **span}))

    async def _patch(self, request: web.Request) -> web.Response:
        return await self._change(request, whole=False)

    async def _update(self, request: web.Request) -> web.Response:
        return await self._change(request, whole=True)

    async def _change(self, request: web.Request, whole: bool) -> web.Response:
        book, body, etag = self._book(request), await _event_body(request), request.headers.get("If-Match", "")
        event = book.change(request.match_info["event"], body, etag, whole)
        return self._written(request, book, event)

    async def _delete(self, request: web.Request) -> web.Response:
        book, id = self._book(request), request.match_info["event"]
        guests = book.get(id).get("attendees", [])
        book.delete(id, request.headers.get("If-Match", ""))
        self._note(request, book, {"id": id, "attendees": guests})
        return web.Response(status=204)

    async def _watch(self, request: web.Request) -> web.Response:
        book = self._book(request)
        uri = f"{request.url.origin()}{request.path.removesuffix('/watch')}?alt=json"
        return web.json_response(self._channels.open(await _body(request), _resource(book), uri))

    async def _stop(self, request: web.Request) -> web.Response:
        self.grant_of(request)
        body = await _body(request)
        self._channels.stop(str(body.get("id")), str(body.get("resourceId")))
        return web.Response(status=204)

    async def _free_busy(self, request: web.Request) -> web.Response:
        books, body = self._books_of(request), await _body(request)
        start, end = (timestamp(body.get(name, ""), name) for name in ("timeMin", "timeMax"))
        if end <= start or end - start > _LONGEST_QUESTION:
            raise web.HTTPBadRequest(
                text="The specified time range is empty." if end <= start else "The time range is too long."
            )
        zone = zone_named(body.get("timeZone", "UTC"), "response")
        told = {item["id"]: _busy(books, item["id"], start, end, zone) for item in body.get("items", [])}
        span = {"timeMin": rfc3339(start), "timeMax": rfc3339(end)}
        return web.json_response({"kind": "calendar#freeBusy", **span, "calendars": told})

    def _written(self, request: web.Request, book: Book, event: Json) -> web.Response:
        self._note(request, book, event)
        return web.json_response(sandbox_listing.told(event, book, request.query))

    def _note(self, request: web.Request, book: Book, event: Json) -> None:
        self._channels.changed(_resource(book))
        to = tuple(guest["email"] for guest in event.get("attendees", ()) if not guest.get("self"))
        if to and request.query.get("sendUpdates") in ("all", "externalOnly"):
            self.notices.append(Notice(event["id"], to, request.method))

    def _book(self, request: web.Request) -> Book:
        wanted = request.match_info["calendar"]
        for book in self._books_of(request):
            if wanted == book.id or (wanted == "primary" and book.primary):
                return book
        raise web.HTTPNotFound(text="Not Found")

    def _books_of(self, request: web.Request) -> tuple[Book, ...]:
        """The calendars of the token's account, made when it first appears."""
        grant = self.grant_of(request)
        if grant.account not in self._books:
            self._books[grant.account] = sandbox_account.books(grant.account, ZoneInfo(grant.zone), self.now)
        return self._books[grant.account]


def _busy(books: tuple[Book, ...], id: str, start: datetime, end: datetime, zone: ZoneInfo) -> Json:
    own = next((book for book in books if id == book.id or (id == "primary" and book.primary)), None)
    spans = sandbox_busy.owner_busy(own, start, end) if own else sandbox_busy.colleague_busy(id, start, end, books[0].zone)
    if spans is None:
        return {"errors": [{"domain": "global", "reason": "notFound"}], "busy": []}
    return {
        "busy": [{"start": begin.astimezone(zone).isoformat(), "end": end.astimezone(zone).isoformat()} for begin, end in spans]
    }


def _resource(book: Book) -> str:
    return f"{book.owner} {book.id}"


async def _event_body(request: web.Request) -> Json:
    """Without the parameter that asks for it, conferences are left alone."""
    body = await _body(request)
    if request.query.get("conferenceDataVersion") != "1":
        body.pop("conferenceData", None)
    return body


async def _body(request: web.Request) -> Json:
    return await json_object(request, "Parse Error", empty="{}")
