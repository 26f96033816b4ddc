"""What the tests of OpenAI, Claude and Gemini play on: a stand-in over HTTP, and somebody with a key who asks."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from adapters import anthropic, gemini, openai
from adapters.base import Access, Secret, Service
from adapters.chat import Delta, Piece, Prompt, Turn
from adapters.hosted_chat import HostedChat
from adapters.http import Http
from adapters.sandbox_chat import ChatSandbox
from tests.adapters.door import Door
from tests.adapters.servers import serving
from tests.adapters.switched_on import Played, against, switched_on

NOW = datetime(2026, 11, 23, 8, 5, tzinfo=UTC)
KEY = "CANARY-key-77aa"
SKY = Prompt((Turn("user", "Why is the sky blue?"),), "Be brief.")
ADAPTERS = {adapter.name: adapter for adapter in (openai.ADAPTER, anthropic.ADAPTER, gemini.ADAPTER)}
MODELS = {"openai": "gpt-6-luna", "anthropic": "claude-sonnet-5-5", "gemini": "gemini-3.8-flash"}


@dataclass
class Stage(Played):
    """`model` is one that the stand-in knows."""

    sandbox: ChatSandbox
    service: Service

    @property
    def model(self) -> str:
        return MODELS[self.service.adapter.name]

    def open(self, key: str = "", first: float = 5.0, idle: float = 5.0) -> HostedChat:
        return opened(self.service, key or self.sandbox.grant("ana@acme.test"), first, idle)

    async def ask(self, prompt: Prompt = SKY, model: str = "", client: HostedChat | None = None) -> list[Piece]:
        return await asked(client or self.open(), model or self.model, prompt)

    @property
    def sent(self) -> dict[str, Any]:
        """The last question, as it came."""
        sent: dict[str, Any] = json.loads(self.sandbox.journal[-1].body)
        return sent


async def asked(client: HostedChat, model: str, prompt: Prompt = SKY) -> list[Piece]:
    return [piece async for piece in client.stream(model, prompt)]


def text(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces if isinstance(piece, Delta))


def opened(service: Service, key: str, first: float = 5.0, idle: float = 5.0) -> HostedChat:
    client = service.open(Access("call-1", Secret(key), ZoneInfo("UTC"), lambda: NOW))
    assert isinstance(client, HostedChat)
    client.first, client.idle = first, idle
    return client


@asynccontextmanager
async def staged(name: str) -> AsyncIterator[Stage]:
    sandbox = ADAPTERS[name].sandbox(lambda: NOW)
    assert isinstance(sandbox, ChatSandbox)
    sandbox.pace = 0.0
    root = web.Application(client_max_size=64 * 1024 * 1024)
    root.add_subapp(f"/{name}/", sandbox.app)
    async with serving(root) as address, switched_on(ADAPTERS[name], f"{address}/{name}/") as (service, _):
        yield Stage(sandbox, service)


@asynccontextmanager
async def answered(
    name: str, status: int, body: object, kind: str = "application/json", **headers: str
) -> AsyncIterator[HostedChat]:
    """The provider as it is to somebody whose every question gets the same answer."""
    async with against(ADAPTERS[name], status, body, headers, kind) as service:
        yield opened(service, KEY)


@asynccontextmanager
async def answering(name: str) -> AsyncIterator[tuple[Door, Callable[[], HostedChat]]]:
    """The provider that answers what its door says, and who asks it with nothing known of earlier answers."""
    door = Door()
    app = web.Application(middlewares=[door.answer])
    async with serving(app) as address, switched_on(ADAPTERS[name], f"{address}/") as (service, session):
        yield door, lambda: opened(replace(service, http=Http(session, sleep=_at_once)), KEY)


async def _at_once(seconds: float) -> None:
    pass
