"""PostgreSQL goes away in every way that it can, while people talk to two processes."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest

from tests.drills import injection, partition, small_disk
from tests.drills.account import LONG
from tests.drills.conftest import OpenTown
from tests.drills.injection import FLUSHES, injected
from tests.drills.opening import open_town
from tests.drills.postgres import Postgres, postgres
from tests.drills.series import series
from tests.drills.town import Town

Trouble = Callable[[Postgres, Town], Awaitable[None]]


async def _restarted(server: Postgres, town: Town) -> None:
    await asyncio.to_thread(server.stop, "fast")
    await asyncio.sleep(town.random.uniform(0, 2))
    await asyncio.to_thread(server.start)


async def _crashed(server: Postgres, town: Town) -> None:
    """Whatever it was just committing."""
    server.kill()
    await asyncio.sleep(town.random.uniform(0, 1))
    await asyncio.to_thread(server.start)


async def _stopped_at_once(server: Postgres, town: Town) -> None:
    await asyncio.to_thread(server.stop, "immediate")
    await asyncio.to_thread(server.start)


async def _frozen(server: Postgres, town: Town) -> None:
    frozen = server.freeze()
    await asyncio.sleep(20 if LONG else 3)
    server.thaw(frozen)


async def _cut(server: Postgres, town: Town) -> None:
    for _ in range(10):
        server.cut_connections()
        await asyncio.sleep(0.1)


async def _read_only(server: Postgres, town: Town) -> None:
    """As after a failover to a standby that takes no writes yet."""
    server.execute(f"ALTER DATABASE {town.name} SET default_transaction_read_only = on")
    server.cut_connections()
    await asyncio.sleep(2.0)
    server.execute(f"ALTER DATABASE {town.name} RESET default_transaction_read_only")


async def _no_connections(server: Postgres, town: Town) -> None:
    server.execute(f"ALTER DATABASE {town.name} ALLOW_CONNECTIONS false")
    server.cut_connections()
    await asyncio.sleep(2.0)
    server.execute(f"ALTER DATABASE {town.name} ALLOW_CONNECTIONS true")


async def _unreachable(server: Postgres, town: Town) -> None:
    with partition.partition(server.port):
        await asyncio.sleep(90 if LONG else 3)


async def _unflushed(server: Postgres, town: Town) -> None:
    """It ends by itself then, and what it has not flushed it recovers."""
    async with injected([process.pid for process in server.processes()], FLUSHES, "error=EIO"):
        await asyncio.sleep(1.5)
    await asyncio.to_thread(server.up)


TROUBLES: dict[str, Trouble] = {
    "B4: PostgreSQL's fsync fails (EIO)": _unflushed,
    "B7: PostgreSQL restarted": _restarted,
    "B8: PostgreSQL stopped at once, in mid-commit": _stopped_at_once,
    "B8: PostgreSQL killed, in mid-commit": _crashed,
    "B8: PostgreSQL frozen": _frozen,
    "B9: connections cut, ten times in a second": _cut,
    "B9: no connection to be had": _no_connections,
    "B10: PostgreSQL takes no writes": _read_only,
    "B11: packets to PostgreSQL lost": _unreachable,
}
_NOT_HERE = {"B4": injection.why_not(), "B11": partition.why_not()}
_SHORT = 3  # of them, in the short form: by the seed


async def test_what_was_acknowledged_is_answered_whatever_happens_to_the_database(
    on_postgres: OpenTown, server: Postgres
) -> None:
    here = [name for name in TROUBLES if not _NOT_HERE.get(name.partition(":")[0])]
    async with on_postgres() as town:
        await town.start()
        chosen = here if LONG else town.random.sample(here, _SHORT)
        faults = await series(town, [partial(_meanwhile, server, name) for name in chosen])

    assert faults == {}


async def _meanwhile(server: Postgres, name: str, town: Town) -> str:
    """The trouble, while people talk."""
    async with town.talking(200 if LONG else 20, seconds=6.0 if LONG else 1.5):
        await asyncio.sleep(town.random.uniform(0.2, 0.8))
        async with town.away():
            await TROUBLES[name](server, town)
    return name


@pytest.mark.skipif(not LONG or bool(small_disk.why_not()), reason=small_disk.why_not() or "in the long form only")
async def test_nothing_is_lost_while_the_disk_of_postgresql_is_full(tmp_path: Path, seed: int) -> None:
    with small_disk.small_disk(160) as disk, postgres(disk.path) as server:
        async with open_town(tmp_path, server.create("filled"), 2, seed) as town:
            await town.start()
            async with town.talking(400, seconds=10.0), town.away():
                disk.fill()
                await asyncio.sleep(5.0)
                disk.empty()
                await asyncio.to_thread(server.up)
            account = await town.account("B2: disk full, PostgreSQL")

    assert account.faults == {}
