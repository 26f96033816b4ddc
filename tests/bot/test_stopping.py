"""What is given piece by piece ends where it is to, also while nothing comes, and whoever gives it knows at once."""

import asyncio
from collections.abc import AsyncGenerator, Iterator

import pytest

from adapters.errors import Unavailable
from bot.platform import StoppedError
from bot.stopping import LateError, until
from storage.errors import StorageError


class Pieces:
    """Gives these; then nothing for a minute, unless it is `short`."""

    def __init__(self, *pieces: str | Exception, short: bool = False) -> None:
        self._pieces = pieces
        self._short = short
        self.closed = False

    async def come(self) -> AsyncGenerator[str, None]:
        try:
            for piece in self._pieces:
                if isinstance(piece, Exception):
                    raise piece
                yield piece
            await asyncio.sleep(0 if self._short else 60)
        finally:
            self.closed = True


async def _never() -> bool:
    return False


async def _soon(seconds: float) -> None:
    await asyncio.sleep(0.01)


async def test_all_of_it_comes_where_nobody_stops_it() -> None:
    assert [each async for each in until(Pieces("a", "b", short=True).come(), _never)] == ["a", "b"]


async def test_it_is_stopped_while_nothing_comes() -> None:
    pieces, answers = Pieces("a"), iter([False, False, True])

    async def stopped() -> bool:
        return next(answers)

    coming = until(pieces.come(), stopped, sleep=_soon)
    assert await anext(coming) == "a"
    with pytest.raises(StoppedError):
        await anext(coming)
    assert pieces.closed


async def test_it_ends_where_it_takes_too_long() -> None:
    pieces, late = Pieces("a"), iter([False, False, True])
    with pytest.raises(LateError):
        [each async for each in until(pieces.come(), _never, lambda: next(late), _soon)]
    assert pieces.closed


async def test_a_database_that_is_away_stops_nothing() -> None:
    looks = _looks()

    async def stopped() -> bool:
        if next(looks):
            raise StorageError("away")
        return True

    with pytest.raises(StoppedError):
        [each async for each in until(Pieces("a").come(), stopped, sleep=_soon)]
    assert next(looks, None) is None


async def test_what_goes_wrong_on_its_way_is_told() -> None:
    with pytest.raises(Unavailable, match="broke off"):
        [each async for each in until(Pieces("a", Unavailable("broke off")).come(), _never)]


async def test_whoever_waits_for_it_can_be_cancelled() -> None:
    pieces = Pieces("a")

    async def wait() -> None:
        async for _ in until(pieces.come(), _never):
            pass

    waiting = asyncio.create_task(wait())
    await asyncio.sleep(0.05)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert pieces.closed


def _looks() -> Iterator[bool]:
    yield from (True, True, False)
