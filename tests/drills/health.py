"""What the bots say of their health while their database is away."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import aiohttp

_EVERY = 0.2  # seconds from one look to the next
_PATIENCE = 8.0  # seconds: a bot takes five to find out that nothing is written any more
_PROMPT = 1.0  # seconds: who is ready says so within them, for a supervisor waits no longer
_ALIVE = 4.0  # seconds in which who is alive says so, on a loaded machine
_LONG_ENOUGH = 2.0  # seconds of trouble, in which it shows
_MAY_SAY = {"ready", "starting, or ending", "the inbox can't be written"}  # strangers may ask, and are told no more
_ENDED = (0, "")
_HANGS = (-1, "")


class Health:
    """`wrong` counts what a bot that runs says, or fails to say, wrongly: `/healthz` that hangs or denies that it is alive, any
    answer that tells more than it may, and `/readyz` that said yes all through a trouble of more than two seconds.
    """

    def __init__(self) -> None:
        self.wrong = 0
        self._green = 0.0

    def green(self) -> float:
        """The most seconds that a bot went on being ready after its database was gone, since this was asked last."""
        green, self._green = self._green, 0.0
        return green

    @asynccontextmanager
    async def watched(self, urls: Sequence[str]) -> AsyncIterator[None]:
        async with aiohttp.ClientSession() as session:
            watches = [asyncio.create_task(self._watch(session, url)) for url in urls]
            try:
                yield
            finally:
                for watch in watches:
                    watch.cancel()
                await asyncio.gather(*watches, return_exceptions=True)

    async def _watch(self, session: aiohttp.ClientSession, url: str) -> None:
        began, green, is_green = time.monotonic(), 0.0, True
        try:
            while True:
                asked = time.monotonic()
                ready, alive = await asyncio.gather(
                    _ask(session, f"{url}readyz", _PATIENCE), _ask(session, f"{url}healthz", _ALIVE)
                )
                is_green = is_green and ready[0] == 200 and time.monotonic() - asked < _PROMPT
                green = asked - began if is_green else green
                self.wrong += (ready not in (_ENDED, _HANGS) and ready[1] not in _MAY_SAY) + (
                    alive not in (_ENDED, (200, "ok"))
                )
                await asyncio.sleep(_EVERY)
        finally:
            self._green = max(self._green, green)
            self.wrong += is_green and green > _LONG_ENOUGH


async def _ask(session: aiohttp.ClientSession, url: str, seconds: float) -> tuple[int, str]:
    """The status and what was said; nothing was, where nobody answers."""
    try:
        async with session.get(url, timeout=aiohttp.ClientTimeout(seconds)) as answer:
            return answer.status, await answer.text()
    except TimeoutError:
        return _HANGS
    except aiohttp.ClientError:
        return _ENDED
