"""What the tests play on: the stand-in over HTTP, and somebody with a key who asks."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
from aiohttp import web

from adapters.base import Access, Secret, Service
from adapters.chat import Piece, Prompt, Turn
from adapters.perplexity import ADAPTER
from adapters.perplexity.client import Perplexity
from adapters.perplexity.sandbox import PerplexitySandbox
from tests.adapters.servers import serving
from tests.adapters.switched_on import Played, against, switched_on

NOW = datetime(2026, 11, 23, 8, 5, tzinfo=UTC)
SONAR = "perplexity/sonar"
KEY = "CANARY-key-77aa"
QUESTION = Prompt((Turn("user", "Why is the sky blue?"),), "Be brief.")


@dataclass
class Stage(Played):
    sandbox: PerplexitySandbox
    service: Service
    session: aiohttp.ClientSession

    def open(self, key: str = "") -> Perplexity:
        return opened(self.service, key or self.sandbox.grant("ana@acme.test"))

    @property
    def sent(self) -> dict[str, Any]:
        """The last question."""
        sent: dict[str, Any] = json.loads(self.sandbox.journal[-1].body)
        return sent


def opened(service: Service, key: str) -> Perplexity:
    client = service.open(Access("call-1", Secret(key), ZoneInfo("UTC"), lambda: NOW))
    assert isinstance(client, Perplexity)
    return client


async def pieces(perplexity: Perplexity, model: str = SONAR, prompt: Prompt = QUESTION) -> list[Piece]:
    return [piece async for piece in perplexity.stream(model, prompt)]


@asynccontextmanager
async def staged() -> AsyncIterator[Stage]:
    sandbox = PerplexitySandbox(lambda: NOW)
    sandbox.pause = 0
    root = web.Application()
    root.add_subapp("/perplexity/", sandbox.app)
    async with serving(root) as address, switched_on(ADAPTER, f"{address}/perplexity/") as (service, session):
        yield Stage(sandbox, service, session)


@asynccontextmanager
async def answered(status: int, body: object, kind: str = "application/json") -> AsyncIterator[Perplexity]:
    """Perplexity as it is to somebody whose every question gets the same answer."""
    async with against(ADAPTER, status, body, {}, kind) as service:
        yield opened(service, KEY)


def told(*events: dict[str, Any]) -> bytes:
    """Events as they are sent."""
    return b"".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events)
