"""An answer that is given piece by piece ends early where somebody stops it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from storage.errors import StorageError

_Piece = TypeVar("_Piece")
_EVERY = 1.0  # seconds between two looks


class StoppedError(Exception):
    """Somebody wants no more of it."""


async def until(
    pieces: AsyncIterator[_Piece],
    stopped: Callable[[], Awaitable[bool]],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> AsyncIterator[_Piece]:
    """The pieces, as they come. Raises StoppedError, also while none comes."""
    watching = asyncio.create_task(_watch(stopped, sleep))
    try:
        while True:
            coming = asyncio.ensure_future(anext(pieces, None))
            try:
                await asyncio.wait({coming, watching}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                if not coming.done():
                    coming.cancel()
                    with suppress(asyncio.CancelledError, StopAsyncIteration):
                        await coming
            if coming.cancelled():
                watching.result()  # it has failed, or else:
                raise StoppedError
            piece = coming.result()
            if piece is None:
                return
            yield piece
    finally:
        watching.cancel()


async def _watch(stopped: Callable[[], Awaitable[bool]], sleep: Callable[[float], Awaitable[None]]) -> None:
    while not await _asked(stopped):
        await sleep(_EVERY)


async def _asked(stopped: Callable[[], Awaitable[bool]]) -> bool:
    """A database that is away for a moment stops nothing."""
    with suppress(StorageError):
        return await stopped()
    return False
