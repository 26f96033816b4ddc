"""The database's file is damaged, or an old one is put in its place, while the bot is down."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.drills.conftest import OpenTown
from tests.drills.town import Town


async def test_after_a_bit_of_the_log_has_turned_what_is_whole_is_used(on_sqlite: OpenTown) -> None:
    """What was written after the damage is gone, so an answer may come once more; none is wrong, and it goes on."""
    async with on_sqlite() as town:
        await _lived_through(town)
        log = Path(f"{_file(town)}-wal")
        content = bytearray(log.read_bytes())
        content[town.random.randrange(len(content))] ^= 0x40
        log.write_bytes(content)
        await _lives_on(town)
        account = await town.account("B5: a bit of the write-ahead log turned, SQLite")

    assert account.faults.keys() <= {"duplicated"}


async def test_with_an_old_backup_in_place_it_goes_on(on_sqlite: OpenTown, tmp_path: Path) -> None:
    async with on_sqlite() as town:
        await town.start()
        async with town.talking(8, seconds=0.2):
            pass
        await town.settled()
        with closing(sqlite3.connect(_file(town))) as database:
            database.execute("VACUUM INTO ?", (str(tmp_path / "backup"),))
        async with town.talking(8, seconds=0.2):
            pass
        await town.settled()
        await town.kill(town.bots[0])
        Path(f"{_file(town)}-wal").unlink(missing_ok=True)
        Path(f"{_file(town)}-shm").unlink(missing_ok=True)
        shutil.copy(tmp_path / "backup", _file(town))
        await _lives_on(town)
        account = await town.account("B6: an old backup put in place, SQLite")

    assert account.faults == {}


async def _lived_through(town: Town) -> None:
    """All is answered, and the process was killed: the log is still there."""
    await town.start()
    async with town.talking(8, seconds=0.2):
        pass
    await town.settled()
    await town.kill(town.bots[0])


async def _lives_on(town: Town) -> None:
    with town.ledger.trouble():
        await town.up(town.bots[0])
    async with town.talking(8, seconds=0.2):
        pass


def _file(town: Town) -> Path:
    return Path(town.database.removeprefix("sqlite:///"))
