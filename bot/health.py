"""`/healthz`, `/readyz` and `/metrics`: whether the bot is alive and ready."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from bot.metrics import Metrics
from storage.errors import StorageError
from storage.inbox import Inbox

_TIMEOUT = 5.0  # seconds


class Probes:
    """For whoever runs the bot. They tell nothing of what is inside.

    `count` counts the connected accounts, by service and state. `working` is to be set once deliveries are being answered:
    until then the bot is alive, but not ready.
    """

    def __init__(self, inbox: Inbox, count: Callable[[], Awaitable[Mapping[tuple[str, str], int]]], metrics: Metrics) -> None:
        self._inbox = inbox
        self._count = count
        self._metrics = metrics
        self.working = False

    async def alive(self, request: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def ready(self, request: web.Request) -> web.Response:
        """Ready is who answers deliveries and can write to the inbox."""
        if not self.working:
            return web.Response(status=503, text="starting")
        if not await self._writable():
            return web.Response(status=503, text="the inbox can't be written")
        return web.Response(text="ready")

    async def metrics(self, request: web.Request) -> web.Response:
        with contextlib.suppress(StorageError, TimeoutError):  # the rest is wanted most when the database is away
            await self._measure_queue()
            await self._measure_connections()
        return web.Response(body=self._metrics.exposition(), content_type="text/plain", charset="utf-8")

    async def _measure_queue(self) -> None:
        async with asyncio.timeout(_TIMEOUT):
            counts = await self._inbox.counts()
        for state, number in counts.items():
            self._metrics.queue_depth.labels(state).set(number)

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
