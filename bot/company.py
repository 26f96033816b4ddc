"""Nobody is left alone with a call that takes its time: first a sign that the bot is at work, then a message."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

_NOTICED = 0.5  # seconds after which a person begins to wonder
_SIGN_LASTS = 4.0  # seconds


@asynccontextmanager
async def company(
    sign: Callable[[], Awaitable[None]],
    show: Callable[[], Awaitable[None]],
    patience: float,
    noticed: float = _NOTICED,
    lasts: float = _SIGN_LASTS,
) -> AsyncIterator[None]:
    """Until it is left, calls `sign` again and again, and `show` once, after `patience` seconds.

    `noticed` is after how many seconds it begins, `lasts` for how many a sign is seen.
    A `show` that has begun is waited for: whatever it sends must be known. Neither may raise.
    """
    begun = asyncio.Event()
    signing = asyncio.create_task(_again_and_again(sign, noticed, lasts))
    showing = asyncio.create_task(_once(show, patience, begun))
    try:
        yield
    finally:
        signing.cancel()
        if not begun.is_set():
            showing.cancel()
        await asyncio.gather(signing, showing, return_exceptions=True)


async def _again_and_again(sign: Callable[[], Awaitable[None]], noticed: float, lasts: float) -> None:
    await asyncio.sleep(noticed)
    while True:
        await sign()
        await asyncio.sleep(lasts)


async def _once(show: Callable[[], Awaitable[None]], patience: float, begun: asyncio.Event) -> None:
    await asyncio.sleep(patience)
    begun.set()
    await show()
