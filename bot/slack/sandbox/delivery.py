"""Takes what happens in the workspace to the bot: signed over HTTP, or through the socket that it holds open."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import aiohttp

from adapters.base import Secret
from bot.slack.sandbox.socket_mode import Sockets
from bot.slack.verify import SIGNATURE, TIMESTAMP, sign

_PATIENCE = 3.0  # seconds: https://docs.slack.dev/apis/events-api/#responding
_JSON, _FORM = "application/json", "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Delivery:
    """How the bot took one delivery. `status` is 0 where it did not answer in time or not at all: `reason` says which."""

    kind: str  # as in Socket Mode: "events_api", "slash_commands" or "interactive"
    payload: Mapping[str, Any]
    retry: int
    status: int
    body: str = ""
    reason: str = ""
    last: bool = False  # the bot wants no further attempt

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def answer(self) -> dict[str, Any]:
        """What the bot said in its acknowledgement; words alone are its text."""
        try:
            said = json.loads(self.body or "{}")
        except ValueError:
            return {"text": self.body}
        return said if isinstance(said, dict) else {"text": self.body}


class Courier:
    """Delivers. `delays` are the seconds before each further attempt at an event; Slack's are 0, 60 and 300."""

    def __init__(
        self, url: str, secret: Secret, sockets: Sockets, now: Callable[[], datetime], delays: Sequence[float]
    ) -> None:
        self.url = url
        self.delays = delays
        self.deliveries: list[Delivery] = []  # every attempt, in the order in which they ended
        self._secret = secret
        self._sockets = sockets
        self._now = now
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(_PATIENCE), cookie_jar=aiohttp.DummyCookieJar())

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session:
            await self._session.close()

    async def settled(self) -> None:
        """Returns when nothing is under way any more."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def event(self, payload: Mapping[str, Any]) -> Delivery:
        """The first attempt; the others follow by themselves where it fails."""
        first = await self.hand_over("events_api", payload)
        if not first.ok and not first.last:
            self.later(self._again(first))
        return first

    async def hand_over(self, kind: str, payload: Mapping[str, Any], retry: int = 0, reason: str = "") -> Delivery:
        """One attempt, by socket where the bot holds one open."""
        attempt = self._through_socket if self._sockets.connected else self._over_http
        delivery = await attempt(kind, payload, retry, reason)
        self.deliveries.append(delivery)
        return delivery

    def later(self, work: Awaitable[Any]) -> None:
        task = asyncio.ensure_future(_done(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _again(self, failed: Delivery) -> None:
        for retry, delay in enumerate(self.delays, 1):
            await asyncio.sleep(delay)
            failed = await self.hand_over("events_api", failed.payload, retry, failed.reason)
            if failed.ok or failed.last:
                return

    async def _through_socket(self, kind: str, payload: Mapping[str, Any], retry: int, reason: str) -> Delivery:
        try:
            async with asyncio.timeout(_PATIENCE):
                answer = await self._sockets.send(kind, payload, retry, reason)
        except TimeoutError:
            return Delivery(kind, payload, retry, 0, reason="timeout")
        except ConnectionError:
            return Delivery(kind, payload, retry, 0, reason="connection_failed")
        return Delivery(kind, payload, retry, 200, json.dumps(answer) if answer else "")

    async def _over_http(self, kind: str, payload: Mapping[str, Any], retry: int, reason: str) -> Delivery:
        body, type = _written(kind, payload)
        headers = {"Content-Type": type, **self._signed(body), **_retried(retry, reason)}
        if not self._session:
            raise RuntimeError("the sandbox is not being served yet")
        try:
            async with self._session.post(self.url, data=body, headers=headers, allow_redirects=False) as answer:
                text = await answer.text(errors="replace")
        except TimeoutError:
            return Delivery(kind, payload, retry, 0, reason="http_timeout")
        except aiohttp.ClientError:
            return Delivery(kind, payload, retry, 0, reason="connection_failed")
        wants_no_more = answer.headers.get("X-Slack-No-Retry") == "1"
        return Delivery(kind, payload, retry, answer.status, text, "" if answer.ok else "http_error", wants_no_more)

    def _signed(self, body: bytes) -> dict[str, str]:
        timestamp = str(int(self._now().timestamp()))
        return {TIMESTAMP: timestamp, SIGNATURE: sign(self._secret, timestamp, body)}


def _written(kind: str, payload: Mapping[str, Any]) -> tuple[bytes, str]:
    if kind == "events_api":
        return json.dumps(payload).encode(), _JSON
    fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(fields).encode(), _FORM


def _retried(retry: int, reason: str) -> dict[str, str]:
    return {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": reason} if retry else {}


async def _done(work: Awaitable[Any]) -> None:
    await work
