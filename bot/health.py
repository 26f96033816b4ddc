"""`/healthz`, `/readyz` and `/metrics`: whether the bot is alive and ready."""

import asyncio

from aiohttp import web

from bot.metrics import Metrics
from storage.errors import StorageError
from storage.inbox import Inbox

_TIMEOUT = 5.0  # seconds


class Probes:
    """For whoever runs the bot. They tell nothing of what is inside."""

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
