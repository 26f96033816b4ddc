"""What the tests play on: the stand-in over HTTP, watched by Google's own description, and people who use it."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
from aiohttp import web

from adapters.base import Access, Secret, Service
from adapters.google_calendar import ADAPTER
from adapters.google_calendar.client import GoogleCalendar
from adapters.google_calendar.sandbox import CalendarSandbox
from tests.adapters.google_calendar.discovery import checking
from tests.adapters.servers import serving
from tests.adapters.switched_on import Moment, Played, against, switched_on

ANA = "ana@acme.test"


@dataclass(frozen=True)
class Answer:
    status: int
    body: dict[str, Any]

    @property
    def reason(self) -> str:
        """Of an error."""
        return str(self.body["error"]["errors"][0]["reason"])


@dataclass
class Stage(Played):
    """The stand-in, and `open` for the calendar of whoever asks."""

    sandbox: CalendarSandbox
    service: Service
    session: aiohttp.ClientSession
    now: Moment

    def open(
        self, zone: str = "Europe/Berlin", account: str = ANA, call: str = "call-1", again: bool = False
    ) -> GoogleCalendar:
        return opened(self.service, self.sandbox.grant(account, zone), zone, self.now, call, again=again)

    async def send(self, method: str, path: str, body: object = None, zone: str = "Europe/Berlin", **headers: str) -> Answer:
        """A request as Ana, by hand: for what the adapter itself does not do."""
        headers = {"Authorization": f"Bearer {self.sandbox.grant(ANA, zone)}", **headers}
        url = f"{self.service.base_url}calendar/v3/{path}"
        async with self.session.request(method, url, json=body, headers=headers) as answer:
            return Answer(answer.status, json.loads(await answer.read() or b"{}"))

    async def add(self, title: str, start: str, end: str, zone: str = "", **more: object) -> Mapping[str, Any]:
        """An event in Ana's calendar; dates make it an all-day one."""
        name = {"timeZone": zone} if zone else {}
        times = {which: {"date" if len(at) == 10 else "dateTime": at, **name} for which, at in (("start", start), ("end", end))}
        answer = await self.send("POST", "calendars/primary/events", {"summary": title, **times, **more})
        assert answer.status == 200, answer.body
        return answer.body


def opened(
    service: Service, token: str, zone: str, now: Moment, call: str = "call-1", tenant: str = "", again: bool = False
) -> GoogleCalendar:
    client = service.open(Access(call, Secret(token), ZoneInfo(zone), now, tenant, again))
    assert isinstance(client, GoogleCalendar)
    return client


@asynccontextmanager
async def staged(prefix: str = "/google_calendar") -> AsyncIterator[Stage]:
    """Serves the stand-in below `prefix`; at the end nothing may have differed from Google's description."""
    now, complaints = Moment(), list[str]()
    sandbox = CalendarSandbox(now)
    sandbox.app.middlewares.append(checking(complaints))
    root = web.Application()
    root.add_subapp(f"{prefix}/", sandbox.app)
    async with serving(root) as address, connected(f"{address}{prefix}/") as (service, session):
        yield Stage(sandbox, service, session, now)
    assert complaints == [], complaints


def connected(url: str) -> AbstractAsyncContextManager[tuple[Service, aiohttp.ClientSession]]:
    """The adapter, switched on against whatever answers there."""
    return switched_on(ADAPTER, url)


@asynccontextmanager
async def answered(status: int, body: object, **headers: str) -> AsyncIterator[GoogleCalendar]:
    """The calendar of somebody whose every question gets the same answer."""
    async with against(ADAPTER, status, body, headers) as service:
        yield opened(service, "CANARY-token-5f0c", "Europe/Berlin", Moment())
