"""A sign of life, where an answer is not there at once."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from typing import TextIO

_AFTER = 0.3  # seconds
_EVERY = 0.1  # seconds
_FRAMES = "|/-\\"
_ERASE = "\r\x1b[K"


@contextmanager
def spinning(stream: TextIO) -> Iterator[Callable[[], None]]:
    """Turns on `stream` after a moment, if that is a terminal; gives what stops it. Stopped twice, it stays stopped."""
    if not stream.isatty():
        yield lambda: None
        return
    task = asyncio.get_running_loop().create_task(_turn(stream))
    try:
        yield lambda: _stop(task, stream)
    finally:
        _stop(task, stream)


async def _turn(stream: TextIO) -> None:
    await asyncio.sleep(_AFTER)
    for frame in cycle(_FRAMES):
        _write(stream, f"\r{frame} ")
        await asyncio.sleep(_EVERY)


def _stop(task: asyncio.Task[None], stream: TextIO) -> None:
    if not task.cancelling():
        task.cancel()
        _write(stream, _ERASE)


def _write(stream: TextIO, text: str) -> None:
    stream.write(text)
    stream.flush()
