"""How the bot is: alive, ready, and each service one by one."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

from aiohttp import web

from adapters.base import Client
from adapters.errors import NeedsConnection, Refused, Unavailable, Unknown
from bot.clients import Clients
from bot.metrics import Metrics
from commands.call import Actor
from commands.status import Check, Health
from storage.errors import StorageError
from storage.inbox import Inbox

_TIMEOUT = 5.0  # seconds that one check may take


class Checks:
    """Tries each service, as the person who wants to know, and the bot's own parts."""

    def __init__(self, clients: Clients, own: Mapping[str, Callable[[], Awaitable[str]]]) -> None:
        self._clients = clients
        self._own = own

    def of(self, actor: Actor) -> Health:
        return Health(lambda: self._run(actor))

    async def _run(self, actor: Actor) -> AsyncIterator[Check]:
        """All at once; each is told as soon as it is known."""
        own = [_checked(name, name, check) for name, check in self._own.items()]
        services = [self._service(need, actor) for need in self._clients.services]
        for done in asyncio.as_completed([*own, *services]):
            yield await done

    async def _service(self, need: type[Client], actor: Actor) -> Check:
        adapter = self._clients.services[need].adapter

        async def check() -> str:
            await adapter.check(await self._clients.open(need, actor, "check"))
            return ""

        return await _checked(adapter.name, adapter.title, check)


async def _checked(name: str, title: str, check: Callable[[], Awaitable[str]]) -> Check:
    began = time.perf_counter()
    try:
        async with asyncio.timeout(_TIMEOUT):
            said = await check()
    except NeedsConnection:
        return Check(name, title, "not connected", "")
    except (Refused, Unknown) as error:
        return Check(name, title, "refused", str(error))
    except (Unavailable, TimeoutError, StorageError) as error:
        return Check(name, title, "unavailable", str(error))
    return Check(name, title, "ok", said or f"{(time.perf_counter() - began) * 1000:.0f} ms")


class Probes:
    """`/healthz`, `/readyz` and `/metrics`, for whoever runs the bot. They tell nothing of what is inside."""

    def __init__(self, inbox: Inbox, metrics: Metrics) -> None:
        self._inbox = inbox
        self._metrics = metrics

    async def alive(self, request: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def ready(self, request: web.Request) -> web.Response:
        """Ready is who can write to the inbox: a read would still succeed on a full disk."""
        try:
            async with asyncio.timeout(_TIMEOUT):
                await self._inbox.probe()
        except (StorageError, TimeoutError):
            return web.Response(status=503, text="the inbox can't be written")
        return web.Response(text="ready")

    async def metrics(self, request: web.Request) -> web.Response:
        counts = await self._inbox.counts()
        for state, number in counts.items():
            self._metrics.queue_depth.labels(state).set(number)
        return web.Response(body=self._metrics.exposition(), content_type="text/plain", charset="utf-8")
