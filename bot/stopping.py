"""An answer that is given piece by piece ends early where somebody stops it, and where it takes too long."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from bot.platform import StoppedError
from storage.errors import StorageError

_Piece = TypeVar("_Piece")
_EVERY = 1.0  # seconds between two looks


class LateError(Exception):
    """It has taken too long."""


async def until(
    pieces: AsyncGenerator[_Piece, None],
    stopped: Callable[[], Awaitable[bool]],
    late: Callable[[], bool] = lambda: False,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> AsyncGenerator[_Piece, None]:
    """The pieces, as they come. Raises StoppedError and LateError, also while none comes."""
    watching = asyncio.create_task(_watch(stopped, late, sleep))
    try:
        while True:
            coming = asyncio.ensure_future(anext(pieces, None))
            try:
                await asyncio.wait({coming, watching}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                await _over(coming)
            if watching.done() and (coming.cancelled() or coming.exception()):
                raise watching.result()
            piece = coming.result()
            if piece is None:
                return
            yield piece
    finally:
        watching.cancel()


async def _over(coming: asyncio.Future[_Piece | None]) -> None:
    """What does not come is waited for no more."""
    if not coming.done():
        coming.cancel()
        await asyncio.wait({coming})


async def _watch(
    stopped: Callable[[], Awaitable[bool]], late: Callable[[], bool], sleep: Callable[[float], Awaitable[None]]
) -> Exception:
    """Gives back what is to end it."""
    while not await _asked(stopped):
        if late():
            return LateError()
        await sleep(_EVERY)
    return StoppedError()


async def _asked(stopped: Callable[[], Awaitable[bool]]) -> bool:
    """A database that is away for a moment stops nothing."""
    with suppress(StorageError):
        return await stopped()
    return False
