"""What the tests play on: the stand-in over HTTP, watched by HubSpot's own description, and people who use it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import aiohttp
from aiohttp import web

from adapters.base import Access, Secret, Service
from adapters.faults import Fault
from adapters.hubspot import ADAPTER
from adapters.hubspot.client import HubSpot
from adapters.hubspot.sandbox import HubSpotSandbox
from tests.adapters.hubspot.specs import checking
from tests.adapters.servers import serving
from tests.adapters.switched_on import against, switched_on

ANA = "ana@acme.test"
MONDAY = datetime(2026, 11, 23, 8, 5, tzinfo=UTC)  # 09:05 in Berlin
TOKEN = "CANARY-token-41ab"


@dataclass
class Moment:
    """A clock that is set by hand."""

    value: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.value


@dataclass
class Stage:
    """The stand-in, and `open` for the CRM of Ana."""

    sandbox: HubSpotSandbox
    service: Service
    session: aiohttp.ClientSession
    now: Moment

    def open(self, call: str = "call-1", again: bool = False, token: str = "") -> HubSpot:
        return opened(self.service, token or self.sandbox.grant(ANA), self.now, call, again)

    def fail(self, kind: str, **details: object) -> None:
        self.sandbox.script.add(Fault.model_validate({"kind": kind, **details}))

    def asked(self, method: str, path: str = "") -> int:
        """How many requests of a kind came in."""
        return sum(entry.method == method and path in entry.path for entry in self.sandbox.journal)

    @property
    def changes(self) -> int:
        return self.sandbox.changes(ANA)


def opened(service: Service, token: str, now: Moment, call: str = "call-1", again: bool = False) -> HubSpot:
    client = service.open(Access(call, Secret(token), ZoneInfo("Europe/Berlin"), now, "T1", again, MONDAY))
    assert isinstance(client, HubSpot)
    return client


@asynccontextmanager
async def staged() -> AsyncIterator[Stage]:
    """At the end nothing may have differed from HubSpot's description, where that is at hand."""
    now, complaints = Moment(), list[str]()
    sandbox = HubSpotSandbox(now)
    sandbox.app.middlewares.append(checking(complaints))
    root = web.Application()
    root.add_subapp("/hubspot/", sandbox.app)
    async with serving(root) as address, switched_on(ADAPTER, f"{address}/hubspot/") as (service, session):
        yield Stage(sandbox, service, session, now)
    assert complaints == [], complaints


@asynccontextmanager
async def answered(status: int, body: object, **headers: str) -> AsyncIterator[HubSpot]:
    """The CRM of somebody whose every question gets the same answer."""
    async with against(ADAPTER, status, body, headers) as service:
        yield opened(service, TOKEN, Moment())
