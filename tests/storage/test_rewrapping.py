"""Data keys are wrapped anew while others read and make some, and whoever wraps is killed again and again.

`REWRAP_KEYS=100000 KILLS=20` for the whole drill.
"""

import asyncio
import os
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from itertools import count
from pathlib import Path

from sqlalchemy import Connection, func, select

from storage.data_key import add_data_key
from storage.data_keys import DataKeys
from storage.database import Database
from storage.key_rotation import KeyRotation
from storage.key_source import KeySource, open_keyring
from storage.keyring import MasterKey
from storage.sealing import SealError
from storage.tables import data_key
from tests.acceptance.forked_python import beside
from tests.storage.keys import open_keys, source_in, switched

REWRAP_KEYS = int(os.environ.get("REWRAP_KEYS", "1000"))
KILLS = int(os.environ.get("KILLS", "3"))
SEED = int(os.environ.get("SEED", "0")) or random.randrange(1, 10**6)
BATCH = max(REWRAP_KEYS // 50, 10)

REWRAP = """
import asyncio, sys, time
from pathlib import Path
from storage.database import Database
from storage.key_rotation import KeyRotation
from storage.key_source import KeySource

async def main():
    database = Database(sys.argv[1])
    await KeyRotation(database, KeySource(Path(sys.argv[2])), time.time, batch=int(sys.argv[3])).rewrap()
    await database.close()

asyncio.run(main())
"""


class Traffic:
    """A running bot: it opens data keys, each anew from the database, and makes some for new tenants."""

    def __init__(self, database: Database, keys: DataKeys, ids: list[str]) -> None:
        self.reads = 0
        self.made = 0
        self.failed: list[str] = []
        self._database = database
        self._keys = keys
        self._ids = ids
        self._chance = random.Random(SEED)
        self._going = True

    @asynccontextmanager
    async def going_on(self) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(work()) for work in (self._reading, self._reading, self._making)]
        yield
        self._going = False  # not cancelled: a transaction goes on in its thread then, and what it makes is counted by nobody
        await asyncio.gather(*tasks)

    async def _reading(self) -> None:
        while self._going:
            await self._database.read(self._read)
            await asyncio.sleep(0.001)

    async def _making(self) -> None:
        while self._going:
            await self._database.run(partial(self._keys.current, tenant=f"slack:new-{self.made}"))
            self.made += 1
            await asyncio.sleep(0.02)

    def _read(self, connection: Connection) -> None:
        for id in self._chance.sample(self._ids, 10):
            try:
                self._keys.named(connection, id)
            except SealError as error:
                self.failed.append(str(error))
            self.reads += 1


async def test_rewrapping_that_is_killed_again_and_again_fails_no_read(url: str, database: Database, tmp_path: Path) -> None:
    source = source_in(tmp_path)
    rotation = KeyRotation(database, source, time.time, BATCH)
    hurrying = count(int(time.time()), 301)  # each look at the clock is five minutes later: memory is never asked
    keys = await open_keys(database, source, lambda: float(next(hurrying)), "bot")
    old = open_keyring(source).active
    ids = await make_many(database, old)
    new = await switched(rotation, keys)
    traffic = Traffic(database, keys, ids)
    async with traffic.going_on():
        reached = [await killed_at(database, url, source, new, target) for target in targets()]
        await rotation.rewrap()

    assert traffic.failed == [], f"SEED={SEED}"
    assert traffic.reads > 0
    assert any(0 < each < REWRAP_KEYS for each in reached), f"no kill was in the middle: {reached}, SEED={SEED}"
    assert await wrapped_by(database, new) == await kept(database) >= REWRAP_KEYS + traffic.made
    await rotation.retire(old.id)
    fresh = await open_keys(database, source, time.time, "fresh")
    assert len(await database.read(lambda connection: [fresh.named(connection, id) for id in ids])) == REWRAP_KEYS
    print(f"\n{REWRAP_KEYS:,} data keys; kills at {reached}; {traffic.reads:,} reads, {traffic.made} new keys, 0 failed")  # noqa: T201


def targets() -> list[float]:
    """How far each gets before it is killed: a little further each time."""
    chance = random.Random(SEED)
    return [REWRAP_KEYS * (number + chance.random()) / (KILLS + 1) for number in range(KILLS)]


async def make_many(database: Database, master: MasterKey) -> list[str]:
    """Many tenants with a data key each; the keys' ids."""

    def work(connection: Connection, tenants: range) -> None:
        for tenant in tenants:
            add_data_key(connection, master, f"slack:T{tenant}", time.time(), os.urandom)

    for start in range(0, REWRAP_KEYS, 5000):
        await database.run(partial(work, tenants=range(start, min(start + 5000, REWRAP_KEYS))))
    return await database.read(lambda connection: list(connection.scalars(select(data_key.c.id))))


async def killed_at(database: Database, url: str, source: KeySource, master: str, target: float) -> int:
    """Rewraps in another process, which is killed when it has come so far; how far it came."""
    async with beside(REWRAP, url, str(source.path), str(BATCH)) as process:
        ending = asyncio.create_task(process.end())
        while not ending.done() and await wrapped_by(database, master) <= target:
            await asyncio.sleep(0.005)
        process.kill()
        await ending
        assert process.complained() == ""
    return await wrapped_by(database, master)


async def kept(database: Database) -> int:
    counted = select(func.count()).select_from(data_key)
    return int(await database.read(lambda connection: connection.execute(counted).scalar_one()))


async def wrapped_by(database: Database, master: str) -> int:
    counted = select(func.count()).select_from(data_key).where(data_key.c.master == master)
    return int(await database.read(lambda connection: connection.execute(counted).scalar_one()))
