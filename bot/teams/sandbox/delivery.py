"""Takes what happens in Teams to the bot, signed, and once more where the bot did not take it."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp

_PATIENCE = 15.0  # seconds: https://learn.microsoft.com/azure/bot-service/bot-builder-howto-long-operations-guidance
_PATIENCE_WITH_SEARCH = 5.0


@dataclass(frozen=True)
class Delivery:
    """How the bot took one delivery. `status` is 0 where it did not answer in time or not at all: `reason` says which.

    `reason` also says what Teams could do nothing with in the answer to an invoke.
    """

    kind: str  # an activity's type, or an invoke's name
    payload: Mapping[str, Any]
    retry: int
    status: int
    body: str = ""
    reason: str = ""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300 and not self.reason

    @property
    def answer(self) -> Any:
        """The JSON that the bot answered; None where it is none."""
        try:
            return json.loads(self.body) if self.body else None
        except ValueError:
            return None


class Courier:
    """Delivers. `delays` are the seconds before each further attempt; `token` gives a fresh token for a service URL."""

    def __init__(self, url: str, token: Callable[[str], str], delays: Sequence[float]) -> None:
        self.url = url
        self.delays = delays
        self.patience = _PATIENCE  # seconds in which the bot has to answer
        self.deliveries: list[Delivery] = []  # every attempt, in the order in which they ended
        self._token = token
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())

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

    async def deliver(self, activity: Mapping[str, Any]) -> Delivery:
        """The first attempt; the others follow by themselves where it fails. An invoke is not tried again: somebody waits."""
        first = await self._hand_over(activity)
        if not first.ok and activity["type"] != "invoke":
            self._later(self._again(first))
        return first

    async def post(self, body: bytes, headers: Mapping[str, str], patience: float = _PATIENCE) -> tuple[int, str, str]:
        """The status, the body, and what went wrong: nothing of it is looked at."""
        if not self._session:
            raise RuntimeError("the sandbox is not being served yet")
        timeout = aiohttp.ClientTimeout(patience)
        try:
            async with self._session.post(
                self.url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as answer:
                return answer.status, await answer.text(errors="replace"), ""
        except TimeoutError:
            return 0, "", "timeout"
        except aiohttp.ClientError:
            return 0, "", "connection_failed"

    async def _again(self, failed: Delivery) -> None:
        for retry, delay in enumerate(self.delays, 1):
            await asyncio.sleep(delay)
            if (await self._hand_over(failed.payload, retry)).ok:
                return

    async def _hand_over(self, activity: Mapping[str, Any], retry: int = 0) -> Delivery:
        kind = str(activity.get("name") or activity["type"])
        patience = _PATIENCE_WITH_SEARCH if kind.startswith("composeExtension/") else self.patience
        headers = headers_of(self._token(activity["serviceUrl"]))
        status, text, reason = await self.post(json.dumps(activity).encode(), headers, patience)
        delivery = Delivery(kind, activity, retry, status, text, reason)
        self.deliveries.append(delivery)
        return delivery

    def _later(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def headers_of(token: str | None) -> dict[str, str]:
    """Those of a delivery; without a token none is told."""
    told = {} if token is None else {"Authorization": f"Bearer {token}"}
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Microsoft-SkypeBotApi (Microsoft-BotFramework/3.0)",
    } | told
