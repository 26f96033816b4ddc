"""SQLite's disk is full, takes no writes, fails to flush, or is held by somebody else."""

import asyncio
import signal
import sqlite3
from contextlib import closing

import pytest

from tests.acceptance.world import Bot
from tests.drills import injection, small_disk
from tests.drills.account import LONG
from tests.drills.conftest import OpenTown
from tests.drills.injection import FLUSHES, WRITES, injected
from tests.drills.series import series
from tests.drills.town import Town

_A_WHILE = 3.0  # seconds in which a process flushes often

needs_root = pytest.mark.skipif(bool(small_disk.why_not()), reason=small_disk.why_not())
needs_strace = pytest.mark.skipif(bool(injection.why_not()), reason=injection.why_not())


async def test_nothing_is_lost_while_somebody_else_holds_the_database(on_sqlite: OpenTown) -> None:
    async with on_sqlite() as town:
        await town.start()
        async with town.talking(30, seconds=1.0), town.away():
            await held(town, 10.0 if LONG else 2.5)
        account = await town.account("B1: SQLite locked by another")

    assert account.faults == {}


@needs_root
async def test_nothing_is_lost_on_a_full_disk_and_it_goes_on_when_there_is_room(on_sqlite: OpenTown) -> None:
    with small_disk.small_disk(8) as disk:
        async with on_sqlite(database=f"sqlite:///{disk.path / 'inbox.sqlite'}") as town:
            await town.start()
            async with town.talking(200 if LONG else 40, seconds=2.0):
                for _ in range(5 if LONG else 1):
                    await asyncio.sleep(town.random.uniform(0.1, 0.3))
                    await asyncio.to_thread(_shorten_log, town)
                    async with town.away():
                        disk.fill()
                        await asyncio.sleep(1.0)
                        ready = await town.bots[0].get("readyz")
                        disk.empty()
            account = await town.account("B2: disk full, SQLite")

    assert account.faults == {}
    assert ready == 503


@needs_strace
async def test_nothing_is_lost_while_the_disk_takes_nothing(on_sqlite: OpenTown) -> None:
    async with on_sqlite() as town:
        await town.start()
        faults = await series(town, (_not_written, _not_flushed))

    assert faults == {}


@needs_strace
async def test_a_process_that_dies_inside_a_flush_loses_nothing_that_it_acknowledged(on_sqlite: OpenTown) -> None:
    async with on_sqlite() as town:
        await town.start()
        faults = await series(town, [_killed_inside_flushes])

    assert faults == {}


async def held(town: Town, seconds: float) -> None:
    """Somebody else has the database to itself."""
    with closing(sqlite3.connect(_file(town), isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        await asyncio.sleep(seconds)
        holder.execute("ROLLBACK")


def _shorten_log(town: Town) -> None:
    """What room SQLite's write-ahead log has had it keeps: while that is used again, a full disk is not felt."""
    with closing(sqlite3.connect(_file(town))) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")


async def _not_written(town: Town) -> str:
    await _failing(town, WRITES, "EROFS")
    return "B3: writes refused (EROFS), SQLite"


async def _not_flushed(town: Town) -> str:
    await _failing(town, FLUSHES, "EIO")
    return "B4: fsync fails (EIO), SQLite"


async def _failing(town: Town, calls: str, error: str) -> None:
    async with town.talking(100 if LONG else 20, seconds=6.0 if LONG else 1.5):
        for _ in range(5 if LONG else 1):
            await asyncio.sleep(town.random.uniform(0.1, 0.3))
            files = (_file(town), f"{_file(town)}-wal")
            async with town.away(), injected([town.bots[0].pid], calls, f"error={error}", *files):
                await asyncio.sleep(1.0)
                assert await town.bots[0].get("readyz") == 503


async def _killed_inside_flushes(town: Town) -> str:
    tried, inside = 20 if LONG else 1, 0
    for number in range(1, tried + 1):
        async with town.talking(10 + 2 * number, seconds=0.3 + number / 10):
            with town.ledger.trouble():
                if await _killed_inside(town.bots[0], number):
                    inside += 1
                    await town.up(town.bots[0])
    town.ledger.kills += inside
    assert inside > 0
    return f"A7: kill -9 inside an fsync, {inside} of {tried} tried, SQLite"


async def _killed_inside(bot: Bot, number: int) -> bool:
    """False where it does not flush so often."""
    async with injected([bot.pid], FLUSHES, f"signal=SIGKILL:when={number}"):
        try:
            return await asyncio.wait_for(bot.wait(), _A_WHILE) == -signal.SIGKILL
        except TimeoutError:
            return False


def _file(town: Town) -> str:
    return town.database.removeprefix("sqlite:///")
