"""What can go wrong with a service, on demand: a stand-in plays these instead of, or around, its own answer."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from math import ceil
from typing import Literal

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

DROPPED = 599  # no answer was given: the status that the journal notes
Kind = Literal["status", "redirect", "drop_before", "drop_after", "slow", "trickle", "malformed", "huge"]
Answer = Callable[[], Awaitable[web.StreamResponse]]
Refusal = Callable[[int, str], web.Response]

_STEP = 0.05  # seconds between two looks whether the client is still there
_HUGE_CHUNKS = 256  # of 64 KiB: twice what Http takes


class Fault(BaseModel):
    """Happens to the next `times` requests that match `method` and `path`, a regular expression; both empty: to any.

    The work is never done: `status` (with `retry_after`), `redirect` (to `location`), `drop_before` (the connection closes).
    The work is done first: `drop_after` (no answer), `trickle` (a byte each `seconds`), `malformed` (200 with broken JSON),
    `huge` (16 MiB). The work is done after `seconds`, whether or not the client still waits: `slow`.
    """

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    method: str = ""
    path: str = ""
    times: int = Field(default=1, ge=1)
    status: int = Field(default=500, ge=300, lt=DROPPED)
    retry_after: str | None = None
    location: str = ""
    seconds: float = Field(default=1.0, ge=0)

    def matches(self, method: str, path: str) -> bool:
        return self.method.upper() in ("", method) and re.search(self.path, path) is not None


class Script:
    """Faults in the order in which they were given: of those that match a request, the first happens."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, *faults: Fault) -> None:
        self._faults += [fault.model_copy() for fault in faults]

    def clear(self) -> None:
        self._faults.clear()

    def take(self, method: str, path: str) -> Fault | None:
        fault = next((fault for fault in self._faults if fault.matches(method, path)), None)
        if fault:
            fault.times -= 1
            self._faults = [left for left in self._faults if left.times]
        return fault


async def play(fault: Fault, request: web.Request, answer: Answer, refusal: Refusal) -> web.StreamResponse:
    """Lets the fault happen. `answer` does the work, `refusal` words an error as the vendor does."""
    match fault.kind:
        case "status":
            return _refused(fault, refusal)
        case "redirect":
            return web.Response(status=fault.status if fault.status < 400 else 302, headers={"Location": fault.location})
        case "drop_before":
            return _drop(request)
        case "slow":
            await _wait(request, fault.seconds)
            return await answer()
    done = await answer()
    match fault.kind:
        case "drop_after":
            return _drop(request)
        case "trickle":
            return await _trickle(request, done, fault.seconds)
        case "huge":
            return await _huge(request)
    return web.Response(body=b'{"id": "1", "items": [{', content_type="application/json")


def _refused(fault: Fault, refusal: Refusal) -> web.Response:
    response = refusal(fault.status, "This failure was asked for.")
    if fault.retry_after is not None:
        response.headers["Retry-After"] = fault.retry_after
    return response


def _drop(request: web.Request) -> web.StreamResponse:
    if request.transport:
        request.transport.close()
    return web.Response(status=DROPPED)  # never seen: aiohttp finds the connection closed


async def _wait(request: web.Request, seconds: float) -> None:
    """Sleeps for as long as the client waits, so that a stand-in can stop at once when nobody does."""
    steps = ceil(seconds / _STEP)
    for _ in range(steps):
        if request.transport:
            await asyncio.sleep(seconds / steps)


async def _trickle(request: web.Request, done: web.StreamResponse, seconds: float) -> web.StreamResponse:
    body = done.body if isinstance(done, web.Response) and isinstance(done.body, bytes) else b"{}"
    response = web.StreamResponse(
        status=done.status, headers={"Content-Type": done.content_type, "Content-Length": str(len(body))}
    )
    await response.prepare(request)
    for byte in body:
        await response.write(bytes((byte,)))
        await _wait(request, seconds)
    return response


async def _huge(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    for _ in range(_HUGE_CHUNKS):
        await response.write(b" " * 65536)
    return response
