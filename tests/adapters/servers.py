"""Servers on 127.0.0.1 for the tests of this folder: a stand-in that keeps a diary, and sockets that misbehave."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from ssl import SSLContext
from typing import Any

import aiohttp
from aiohttp import web

from adapters.sandbox import Sandbox

WALL = 1_800_000_000.0  # Unix time
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Clock:
    """Moves only when somebody sleeps, and remembers for how long."""

    def __init__(self) -> None:
        self.time = 0.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.time += seconds


class Calendar:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.time = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time


class Diary(Sandbox):
    """A service that can be written to: `lines` holds what was done, `journal` what was asked."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__("diary", now)
        self.lines: list[str] = []
        self.written = asyncio.Event()
        self.app.router.add_get("/lines", self._get_lines)
        self.app.router.add_route("*", "/line", self._add_line)
        self.app.router.add_get("/mine", self._get_mine)

    async def _get_lines(self, request: web.Request) -> web.Response:
        return web.json_response(self.lines)

    async def _add_line(self, request: web.Request) -> web.Response:
        self.lines.append(await request.text())
        self.written.set()
        return web.json_response({"line": len(self.lines)})

    async def _get_mine(self, request: web.Request) -> web.Response:
        return web.json_response({"account": self.account_of(request)})


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    """Serves an application at the root; gives its address."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def listening(talk: Talk, tls: SSLContext | None = None) -> AsyncIterator[str]:
    """Serves bare TCP, each connection as `talk` says; gives `127.0.0.1:port`."""
    talks: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        talks.add(task)
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls)
    try:
        yield "{}:{}".format(*server.sockets[0].getsockname())
    finally:
        server.close()
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)


async def hear(reader: asyncio.StreamReader) -> bytes:
    """The head of one request."""
    return await reader.readuntil(b"\r\n\r\n")


async def status(client: aiohttp.ClientSession, path: str, **options: Any) -> int:
    """What a GET is answered."""
    async with client.get(path, **options) as answer:
        return answer.status
