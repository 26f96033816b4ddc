"""Releases follow one another, forwards and back, while people talk; and a release is put on a database half-way."""

import asyncio
import os
import signal
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import psycopg

from tests.acceptance.fork_server import Forked, the_fork_server
from tests.acceptance.world import Bot
from tests.drills.account import LONG
from tests.drills.conftest import OpenTown
from tests.drills.postgres import Postgres
from tests.drills.series import series
from tests.drills.town import Town

_FILLED = 20_000 if LONG else 500  # rows that get a new shape
_HALF_WAY = 10 if LONG else 2  # databases on which a migration is killed
_LATEST = 0.1  # seconds after its begin
_ROWS = """
INSERT INTO offer (id, call, actor, place, created, expires)
SELECT 'old' || number, '', 'a', '', 0, 0 FROM generate_series(1, %s) AS number"""
_NEW_SHAPE = "SELECT count(*) FROM offer WHERE id LIKE 'old%' AND team = actor || '!'"
_MIGRATING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"


async def test_releases_roll_through_the_processes_and_back_again(on_postgres: OpenTown) -> None:
    async with on_postgres() as town:
        await town.start()
        faults = await series(town, (_deployed, _taken_back))

    assert faults == {}


async def test_a_migration_that_is_killed_and_begun_by_two_at_once_comes_to_its_end(
    on_postgres: OpenTown, server: Postgres
) -> None:
    async with on_postgres() as town:
        faults = await series(town, [partial(_migrated, server)])

    assert faults == {}


async def _deployed(town: Town) -> str:
    with psycopg.connect(town.database) as connection:
        connection.execute(_ROWS, (_FILLED,))
    async with town.talking(600 if LONG else 30, seconds=20.0 if LONG else 1.5):
        for bot in town.bots:
            await _replaced(town, bot, DRILL="the next release")
    with psycopg.connect(town.database) as connection:
        assert connection.execute(_NEW_SHAPE).fetchone() == (_FILLED,)
    return "A11: a release rolls through two processes, with a step that expands and one that fills in, PostgreSQL"


async def _taken_back(town: Town) -> str:
    """By what only added something it can be; what took something away lets no older one start."""
    async with town.talking(600 if LONG else 30, seconds=20.0 if LONG else 1.5):
        for bot in town.bots:
            await _replaced(town, bot, DRILL="")
    await town.settled()
    for bot in town.bots:
        await bot.end()
    assert await (await _migration(town, DRILL="the release after the next")).wait() == 0
    await town.bots[0].start(ready=False)
    assert await town.bots[0].wait() not in (0, -signal.SIGKILL)
    assert b"start that version" in town.bots[0].log.read_bytes()
    return "A13: the release before it rolls back; what has taken something away refuses it, PostgreSQL"


async def _replaced(town: Town, bot: Bot, **settings: str) -> None:
    with town.ledger.trouble():
        assert await bot.end(signal.SIGTERM) == 0
        bot.environment = {**bot.environment, **settings}
        await town.up(bot)


async def _migrated(server: Postgres, town: Town) -> str:
    databases = [town.database, *(server.create(f"{town.name}_{number}") for number in range(1, _HALF_WAY))]
    for number, database in enumerate(databases):
        town.ledger.kills += await _was_killed(server, town, database, after=_LATEST * number / _HALF_WAY)
        both = [await _migration(town, DATABASE_URL=database) for _ in range(2)]
        assert [await process.wait() for process in both] == [0, 0]
    assert town.ledger.kills > 0
    await town.start()
    async with town.talking(200 if LONG else 10, seconds=10.0 if LONG else 0.5):
        pass
    return "A12: `interact migrate` killed half-way, then begun by two at once, PostgreSQL"


async def _was_killed(server: Postgres, town: Town, database: str, after: float) -> bool:
    """False where it was done sooner."""
    process = await _migration(town, DATABASE_URL=database)
    await _begun(server, process)
    await asyncio.sleep(after)
    process.send_signal(signal.SIGKILL)
    return await process.wait() == -signal.SIGKILL


async def _migration(town: Town, **settings: str) -> Forked:
    """`interact migrate`, in a process of its own."""
    environment: Mapping[str, str] = {**town.bots[0].environment, **settings}
    with Path(os.devnull).open() as nothing, (town.folder / "migrate.log").open("a") as told:
        files = [nothing.fileno(), told.fileno(), told.fileno()]
        return await the_fork_server().run(("migrate",), environment, town.folder, files)


async def _begun(server: Postgres, process: Forked) -> None:
    """Returns when it has taken its turn, or has ended already."""
    ended = asyncio.create_task(process.wait())
    with psycopg.connect(server.url("postgres"), autocommit=True) as looking:
        while not ended.done() and looking.execute(_MIGRATING).fetchone() == (0,):
            await asyncio.sleep(0.001)
    if not ended.done():
        ended.cancel()
        await asyncio.gather(ended, return_exceptions=True)
