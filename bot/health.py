"""`/healthz`, `/readyz` and `/metrics`: whether the bot is alive and ready."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from bot.metrics import Metrics
from bot.receiving import Room
from storage.errors import StorageError
from storage.inbox import Inbox

_TIMEOUT = 5.0  # seconds


class Probes:
    """For whoever runs the bot. They tell nothing of what is inside.

    `count` counts the connected accounts, by service and state; `breakers` tells the state of each service's breaker; `now`
    gives seconds since the epoch. `working` is to be set while deliveries are being answered, from the start to the end: before
    and after that the bot is alive, but not ready.
    """

    def __init__(
        self,
        inbox: Inbox,
        count: Callable[[], Awaitable[Mapping[tuple[str, str], int]]],
        breakers: Callable[[], Mapping[str, str]],
        room: Room,
        metrics: Metrics,
        now: Callable[[], float],
    ) -> None:
        self._inbox = inbox
        self._count = count
        self._breakers = breakers
        self._room = room
        self._metrics = metrics
        self._now = now
        self.working = False
        self._takeovers = 0  # that are counted already

    async def alive(self, request: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def ready(self, request: web.Request) -> web.Response:
        """Ready is who answers deliveries and can write to the inbox."""
        if not self.working:
            return web.Response(status=503, text="starting, or ending")
        if not await self._writable():
            return web.Response(status=503, text="the inbox can't be written")
        return web.Response(text="ready")

    async def metrics(self, request: web.Request) -> web.Response:
        self._measure_process()
        with contextlib.suppress(StorageError, TimeoutError):  # the rest is wanted most when the database is away
            await self._measure_queue()
            await self._measure_connections()
        return web.Response(body=self._metrics.exposition(), content_type="text/plain", charset="utf-8")

    def _measure_process(self) -> None:
        self._metrics.database_up.set(self._inbox.alive)
        self._metrics.http_connections.set(self._room.taken)
        self._metrics.takeovers.inc(self._inbox.takeovers - self._takeovers)
        self._takeovers = self._inbox.takeovers
        for service, state in self._breakers().items():
            self._metrics.breaker_open.labels(service).set(state != "closed")

    async def _measure_queue(self) -> None:
        async with asyncio.timeout(_TIMEOUT):
            counts = await self._inbox.counts()
            oldest = await self._inbox.oldest(self._now())
        for state, number in counts.items():
            self._metrics.queue_depth.labels(state).set(number)
        self._metrics.oldest_waiting.set(oldest)

    async def _measure_connections(self) -> None:
        async with asyncio.timeout(_TIMEOUT):
            counts = await self._count()
        self._metrics.connections.clear()
        for labels, number in counts.items():
            self._metrics.connections.labels(*labels).set(number)

    async def _writable(self) -> bool:
        """Writes something: a read would still succeed on a full disk."""
        try:
            async with asyncio.timeout(_TIMEOUT):
                await self._inbox.probe()
        except (StorageError, TimeoutError):
            return False
        return self._inbox.alive
