"""Sends requests, notes when each was sent and acknowledged: `python -m bench.load 3000 http://…:4010/ command 500 250 50 0 1`.

The arguments are the ports, with commas between them, which are sent to in turn; the address of the platform's stand-in, a kind
of request, the first request's number, how many there are, and how many a second; in how many conversations, and from how many
tenants. With 0 a second, each of 64 connections to each port sends its next request as soon as the one before is acknowledged.
The result is one line of JSON: `asked`, which is `[number, status, sent, acknowledged]` for each request, in seconds of the
machine's monotonic clock; and `cpu`, the seconds that sending took of this process.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import cast

import uvloop

from bench.crowd import Crowd
from bench.platforms import BY_KIND
from bench.tally import CLOSED, LATE, Asked
from bench.wire import split, status_of

WIDTH = 64
_PATIENCE = 10.0  # seconds to wait for an acknowledgement; Slack itself waits for three


class _Connection(asyncio.Protocol):
    """Kept alive, with one request under way at most."""

    def __init__(self) -> None:
        self._received = b""
        self._status: asyncio.Future[int] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if whole := split(self._received):
            head, _, self._received = whole
            self._settle(status_of(head))

    def connection_lost(self, error: Exception | None) -> None:
        self._settle(CLOSED)

    async def send(self, request: bytes) -> int:
        """The status that it is answered with. What is not answered in time is given up, and the connection with it."""
        self._status = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        try:
            async with asyncio.timeout(_PATIENCE):
                return await self._status
        except TimeoutError:
            self.transport.close()
            return LATE

    def _settle(self, status: int) -> None:
        if self._status and not self._status.done():
            self._status.set_result(status)


class _Client:
    """Sends to one port, over one connection, or over another where that was closed."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def connect(self) -> None:
        _, self.connection = await asyncio.get_running_loop().create_connection(_Connection, "127.0.0.1", self._port)

    async def ask(self, number: int, request: bytes) -> Asked:
        sent = time.monotonic()
        try:
            if self.connection.transport.is_closing():
                await self.connect()
            status = await self.connection.send(request)
        except OSError:
            status = CLOSED
        return number, status, sent, time.monotonic()


async def saturate(ports: Sequence[int], requests: Sequence[tuple[int, bytes]]) -> list[Asked]:
    """As fast as they are acknowledged."""
    left = iter(requests)

    async def go_on(client: _Client) -> list[Asked]:
        return [await client.ask(number, request) for number, request in left]

    async with _clients(ports) as clients:
        done = await asyncio.gather(*(go_on(each) for each in clients))
    return [asked for each in done for asked in each]


async def steady(ports: Sequence[int], requests: Sequence[tuple[int, bytes]], rate: float) -> list[Asked]:
    """So many a second, however long each takes."""
    loop = asyncio.get_running_loop()
    async with _clients(ports) as idle, asyncio.TaskGroup() as group:
        start = loop.time()
        tasks: list[asyncio.Task[Asked]] = []
        for index, (number, request) in enumerate(requests):
            await asyncio.sleep(start + index / rate - loop.time())
            tasks.append(group.create_task(_ask(ports, idle, number, request)))
    return [task.result() for task in tasks]


async def _ask(ports: Sequence[int], idle: list[_Client], number: int, request: bytes) -> Asked:
    client = idle.pop(0) if idle else await _connected(ports[number % len(ports)])
    asked = await client.ask(number, request)
    idle.append(client)
    return asked


@asynccontextmanager
async def _clients(ports: Sequence[int]) -> AsyncIterator[list[_Client]]:
    clients = [await _connected(port) for _ in range(WIDTH) for port in ports]
    try:
        yield clients
    finally:
        for each in clients:
            each.connection.transport.close()


async def _connected(port: int) -> _Client:
    client = _Client(port)
    await client.connect()
    return client


def main(ports: Sequence[int], api: str, kind: str, first: int, number: int, rate: float, crowd: Crowd) -> None:
    write, now = BY_KIND[kind].writers(api, crowd)[kind], time.time()
    requests = [(each, write(each, now)) for each in range(first, first + number)]
    before = time.process_time()
    asked = uvloop.run(steady(ports, requests, rate) if rate else saturate(ports, requests))
    print(json.dumps({"asked": asked, "cpu": time.process_time() - before}))


if __name__ == "__main__":
    _, _ports, _api, _kind, _first, _number, _rate, *_crowd = sys.argv
    _to = [int(port) for port in _ports.split(",")]
    main(_to, _api, _kind, int(_first), int(_number), float(_rate), Crowd(*map(int, _crowd)))
