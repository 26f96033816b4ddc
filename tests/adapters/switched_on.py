"""What the stages of the adapters share: an adapter that is switched on, against its stand-in or one answer to everything."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import aiohttp
from aiohttp import web

from adapters.base import Adapter, Service
from adapters.faults import Fault
from adapters.http import Http, pooled_session
from adapters.sandbox import Sandbox
from tests.adapters.servers import serving

_LARGEST = 64 * 1024 * 1024  # bytes of a request
_JSON = "application/json"
MONDAY = datetime(2026, 11, 23, 8, 5, tzinfo=UTC)  # 09:05 in Berlin


@dataclass
class Moment:
    """A clock that is set by hand."""

    value: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.value


class Played:
    """What is played on a stage: the stand-in does what it is told, and tells what it was asked."""

    sandbox: Sandbox

    def fail(self, kind: str, **details: object) -> None:
        self.sandbox.script.add(Fault.model_validate({"kind": kind, **details}))

    def asked(self, method: str, path: str = "") -> int:
        """How many requests of a kind came in."""
        return sum(entry.method == method and path in entry.path for entry in self.sandbox.journal)


@asynccontextmanager
async def switched_on(adapter: Adapter, url: str) -> AsyncIterator[tuple[Service, aiohttp.ClientSession]]:
    """The adapter against whatever answers there. Waiting before another attempt takes no time."""
    async with pooled_session() as session:
        yield Service(adapter, url, Http(session, sleep=_at_once), adapter.client.load(url)), session


@asynccontextmanager
async def against(
    adapter: Adapter, status: int, body: object, headers: Mapping[str, str], kind: str = _JSON
) -> AsyncIterator[Service]:
    """The adapter as it is to somebody whose every question gets the same answer; `body` is JSON where it is not bytes."""

    async def answer(_: web.Request) -> web.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return web.Response(status=status, body=content, content_type=kind, headers=headers)

    app = web.Application(client_max_size=_LARGEST)
    app.add_routes([web.route("*", "/{path:.*}", answer)])
    async with serving(app) as address, switched_on(adapter, f"{address}/") as (service, _):
        yield service


async def _at_once(seconds: float) -> None:
    pass
