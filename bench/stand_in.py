"""What the stand-ins of both platforms are: servers that answer at once, and count what is posted.

`GET /take` gives what was posted, each as `[number, text, when]`, and forgets it; `GET /count` says how many there are to take.
`number` is that of the request which is answered. `when` is in seconds of the machine's monotonic clock, which all processes
share.
"""

import asyncio
import json
import time
from collections.abc import Callable
from typing import cast

import uvloop

from bench.tally import Posted
from bench.wire import split

Answer = Callable[[str, bytes], object]
"""A platform's own: what is answered to this path, without its query, and this body; as JSON."""


class Posts:
    """What was posted and not yet taken."""

    def __init__(self) -> None:
        self._posted: list[Posted] = []

    def add(self, number: int, text: str) -> None:
        self._posted.append((number, text, time.monotonic()))

    def count(self) -> int:
        return len(self._posted)

    def take(self) -> list[Posted]:
        taken, self._posted = self._posted, []
        return taken


def serve(port: int, posts: Posts, answer: Answer) -> None:
    """Until the process ends."""
    uvloop.run(_serve(port, posts, answer))


class _Connection(asyncio.Protocol):
    def __init__(self, posts: Posts, answer: Answer) -> None:
        self._posts = posts
        self._answer = answer
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        while whole := split(self._received):
            head, body, self._received = whole
            path = head.split(b" ", 2)[1].partition(b"?")[0].decode()
            self._transport.write(_response(self._told(path, body)))

    def _told(self, path: str, body: bytes) -> object:
        if path == "/count":
            return self._posts.count()
        if path == "/take":
            return self._posts.take()
        return self._answer(path, body)


def _response(value: object) -> bytes:
    body = json.dumps(value).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


async def _serve(port: int, posts: Posts, answer: Answer) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(posts, answer), "127.0.0.1", port, backlog=1024)
    await server.serve_forever()
