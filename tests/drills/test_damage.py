"""The database's file is damaged, or an old one is put in its place, while the bot is down."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.drills.conftest import OpenTown
from tests.drills.town import Town


async def test_damaged_or_replaced_by_an_older_one_what_is_whole_is_used(on_sqlite: OpenTown) -> None:
    """What was written after the damage is gone, so an answer may come once more; none is wrong, and it goes on."""
    async with on_sqlite() as town:
        await town.start()
        await _replaced(town)
        replaced = await town.account("B6: an old backup put in place, SQLite")
        await _damaged(town)
        damaged = await town.account("B5: a bit of the write-ahead log turned, SQLite")

    assert replaced.faults == {}
    assert damaged.faults.keys() <= {"duplicated"}


async def _replaced(town: Town) -> None:
    await _spoken(town)
    with closing(sqlite3.connect(_file(town))) as database:
        database.execute("VACUUM INTO ?", (str(town.folder / "backup"),))
    await _spoken(town)
    await town.kill(town.bots[0])
    Path(f"{_file(town)}-wal").unlink(missing_ok=True)
    Path(f"{_file(town)}-shm").unlink(missing_ok=True)
    shutil.copy(town.folder / "backup", _file(town))
    await _lives_on(town)


async def _damaged(town: Town) -> None:
    """All is answered, and the process was killed: the log is still there."""
    await _spoken(town)
    await town.kill(town.bots[0])
    log = Path(f"{_file(town)}-wal")
    content = bytearray(log.read_bytes())
    content[town.random.randrange(len(content))] ^= 0x40
    log.write_bytes(content)
    await _lives_on(town)


async def _lives_on(town: Town) -> None:
    with town.ledger.trouble():
        await town.up(town.bots[0])
    await _spoken(town)


async def _spoken(town: Town) -> None:
    async with town.talking(8, seconds=0.2):
        pass
    await town.settled()


def _file(town: Town) -> Path:
    return Path(town.database.removeprefix("sqlite:///"))
