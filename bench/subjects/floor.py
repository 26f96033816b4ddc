"""The floor: a bare aiohttp handler that verifies, acknowledges, and posts one reply through a pooled session."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp
from aiohttp import web


class Floor(ABC):
    """What it is on every platform. `status` is that of an acknowledgement."""

    def __init__(self, path: str, status: int) -> None:
        self._status = status
        self._tasks: set[asyncio.Task[None]] = set()
        self.app = web.Application()
        self.app.router.add_post(path, self._handle)
        self.app.cleanup_ctx.append(self._pooled)

    @abstractmethod
    def read(self, headers: Mapping[str, str], body: bytes) -> tuple[str, str] | None:
        """Where somebody said something, and what; None where it does not come from the platform."""

    @abstractmethod
    async def reply(self, where: str, text: str) -> None:
        """Posts one message there."""

    async def post(self, url: str, token: str, message: Mapping[str, Any]) -> None:
        async with self.session.post(url, json=message, headers={"Authorization": f"Bearer {token}"}) as answer:
            await answer.json()

    async def _handle(self, request: web.Request) -> web.Response:
        asked = self.read(request.headers, await request.read())
        if not asked:
            return web.Response(status=401)
        task = asyncio.create_task(self.reply(*asked))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return web.Response(status=self._status)

    async def _pooled(self, _: web.Application) -> AsyncIterator[None]:
        async with aiohttp.ClientSession() as self.session:
            yield
