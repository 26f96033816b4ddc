"""What the tests play on: the stand-in over HTTP, watched by Notion's own description, and people who use it."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
from aiohttp import web

from adapters.base import Access, Secret, Service
from adapters.notion import ADAPTER
from adapters.notion.client import Notion
from adapters.notion.sandbox import VERSION, NotionSandbox
from tests.adapters.notion.specification import checking
from tests.adapters.servers import serving
from tests.adapters.switched_on import Moment, Played, against, switched_on

ANA = "ana@acme.test"


@dataclass(frozen=True)
class Answer:
    status: int
    body: dict[str, Any]


@dataclass
class Stage(Played):
    """The stand-in, and `open` for the workspace of whoever asks."""

    sandbox: NotionSandbox
    service: Service
    session: aiohttp.ClientSession
    now: Moment

    def open(self, account: str = ANA, call: str = "call-1", again: bool = False, zone: str = "Europe/Berlin") -> Notion:
        return opened(self.service, self.sandbox.grant(account, zone), self.now, call, again, zone)

    def state(self, account: str = ANA) -> Any:
        return self.sandbox.state(account)

    def changes(self, account: str = ANA) -> int:
        return self.sandbox.changes(account)

    async def send(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """A request as Ana, by hand: for what the adapter itself does not do."""
        headers = {"Authorization": f"Bearer {self.sandbox.grant(ANA)}", "Notion-Version": VERSION, **headers}
        async with self.session.request(method, f"{self.service.base_url}v1/{path}", json=body, headers=headers) as answer:
            return Answer(answer.status, json.loads(await answer.read()))

    async def edit(self, block: str, text: str) -> None:
        """What somebody else does in Notion itself."""
        type = (await self.send("GET", f"blocks/{block}")).body["type"]
        body = {type: {"rich_text": [{"type": "text", "text": {"content": text}}]}}
        assert (await self.send("PATCH", f"blocks/{block}", body)).status == 200


def opened(
    service: Service,
    token: str,
    now: Moment,
    call: str = "call-1",
    again: bool = False,
    zone: str = "Europe/Berlin",
    asked: datetime | None = None,
) -> Notion:
    client = service.open(Access(call, Secret(token), ZoneInfo(zone), now, "", again, asked or now()))
    assert isinstance(client, Notion)
    return client


@asynccontextmanager
async def staged(prefix: str = "/notion") -> AsyncIterator[Stage]:
    """Serves the stand-in below `prefix`; at the end nothing may have differed from Notion's description."""
    now, complaints = Moment(), list[str]()
    sandbox = NotionSandbox(now)
    sandbox.app.middlewares.append(checking(complaints))
    root = web.Application()
    root.add_subapp(f"{prefix}/", sandbox.app)
    async with serving(root) as address, switched_on(ADAPTER, f"{address}{prefix}/") as (service, session):
        sandbox.grant(ANA)
        yield Stage(sandbox, service, session, now)
    assert complaints == [], complaints


@asynccontextmanager
async def answered(status: int, body: object, **headers: str) -> AsyncIterator[Notion]:
    """The workspace of somebody whose every question gets the same answer."""
    async with against(ADAPTER, status, body, headers) as service:
        yield opened(service, "CANARY-token-5f0c", Moment())
