"""Nobody is left alone with a call that takes its time: first a sign that the bot is at work, then a message."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from math import inf
from typing import Any

_NOTICED = 0.5  # seconds after which a person begins to wonder
_SIGN_LASTS = 4.0  # seconds

Work = Callable[[], Coroutine[Any, Any, None]]


@asynccontextmanager
async def company(
    sign: Callable[[], Awaitable[None]],
    show: Work,
    patience: float,
    noticed: float = _NOTICED,
    lasts: float = _SIGN_LASTS,
) -> AsyncIterator[None]:
    """Until it is left, calls `sign` again and again, and `show` once, after `patience` seconds.

    `noticed` is after how many seconds it begins, `lasts` for how many a sign is seen. A `show` that has begun is waited for:
    whatever it sends must be known. Neither may raise.
    """
    loop = asyncio.get_running_loop()
    signing: list[asyncio.Task[None]] = []
    showing: list[asyncio.Task[None]] = []

    def begin(tasks: list[asyncio.Task[None]], work: Work) -> None:
        tasks.append(loop.create_task(work()))

    timers = [loop.call_later(noticed, begin, signing, partial(_again_and_again, sign, lasts))]  # most calls are over by then
    timers += [loop.call_later(patience, begin, showing, show)] if patience < inf else []
    try:
        yield
    finally:
        for timer in timers:
            timer.cancel()
        for task in signing:
            task.cancel()
        await asyncio.gather(*signing, *showing, return_exceptions=True)


async def _again_and_again(sign: Callable[[], Awaitable[None]], lasts: float) -> None:
    while True:
        await sign()
        await asyncio.sleep(lasts)
