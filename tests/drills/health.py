"""What the bots say of their health while their database is away."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import aiohttp

_EVERY = 0.2  # seconds from one look to the next
_PATIENCE = 8.0  # seconds: a bot takes five to find out that nothing is written any more
_MAY_SAY = {"ready", "starting, or ending", "the inbox can't be written"}  # strangers may ask, and are told no more
_ENDED = (0, "")


class Health:
    """`wrong` counts answers to `/healthz` of a bot that runs and is not alive, and any that tell more than they may."""

    def __init__(self) -> None:
        self.wrong = 0
        self._green = 0.0

    def green(self) -> float:
        """The most seconds that a bot went on being ready after its database was gone, since this was asked last."""
        green, self._green = self._green, 0.0
        return green

    @asynccontextmanager
    async def watched(self, urls: Sequence[str]) -> AsyncIterator[None]:
        timeout = aiohttp.ClientTimeout(_PATIENCE)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            watches = [asyncio.create_task(self._watch(session, url)) for url in urls]
            try:
                yield
            finally:
                for watch in watches:
                    watch.cancel()
                await asyncio.gather(*watches, return_exceptions=True)

    async def _watch(self, session: aiohttp.ClientSession, url: str) -> None:
        began, is_green = time.monotonic(), True
        while True:
            asked = time.monotonic()
            ready, alive = await _ask(session, f"{url}readyz"), await _ask(session, f"{url}healthz")
            is_green = is_green and ready[0] == 200
            if is_green:
                self._green = max(self._green, asked - began)
            self.wrong += (ready != _ENDED and ready[1] not in _MAY_SAY) + (alive not in (_ENDED, (200, "ok")))
            await asyncio.sleep(_EVERY)


async def _ask(session: aiohttp.ClientSession, url: str) -> tuple[int, str]:
    """The status and what was said; nothing, where nobody answers."""
    try:
        async with session.get(url) as answer:
            return answer.status, await answer.text()
    except (aiohttp.ClientError, TimeoutError):
        return _ENDED
