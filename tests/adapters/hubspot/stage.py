"""What the tests play on: the stand-in over HTTP, watched by HubSpot's own description, and people who use it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import aiohttp
from aiohttp import web

from adapters.base import Access, Secret, Service
from adapters.hubspot import ADAPTER
from adapters.hubspot.client import HubSpot
from adapters.hubspot.sandbox import HubSpotSandbox
from tests.adapters.hubspot.specs import checking
from tests.adapters.servers import serving
from tests.adapters.switched_on import MONDAY, Moment, Played, against, switched_on

ANA = "ana@acme.test"
TOKEN = "CANARY-token-41ab"


@dataclass
class Stage(Played):
    """The stand-in, and `open` for the CRM of Ana."""

    sandbox: HubSpotSandbox
    service: Service
    session: aiohttp.ClientSession
    now: Moment

    def open(self, call: str = "call-1", again: bool = False, token: str = "") -> HubSpot:
        return opened(self.service, token or self.sandbox.grant(ANA), self.now, call, again)

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
