"""The database: its address, its place, its transactions."""

import sqlite3
import traceback
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from storage.database import Database, StorageError


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "mysql://bot:CANARY-password@host/bot",
        "sqlite://",
        "sqlite:///:memory:",
        "postgresql://bot:CANARY-password@host:x/b",
    ],
)
def test_an_address_that_is_no_database_is_refused_with_what_to_write_instead(url: str) -> None:
    with pytest.raises(
        StorageError, match=r"use sqlite:///path/to/file or postgresql://user:password@host/database"
    ) as refusal:
        Database(url)
    assert "CANARY" not in str(refusal.value)


async def test_a_server_that_is_not_there_is_said_so_without_the_password() -> None:
    database = Database("postgresql://bot:CANARY-password@127.0.0.1:1/bot")
    with pytest.raises(StorageError, match="can't be used now") as refusal:
        await database.open()
    assert "CANARY" not in str(refusal.value)
    await database.close()


async def test_the_address_may_say_postgres_as_platforms_do(postgres: str) -> None:
    database = Database(postgres.replace("postgresql://", "postgres://"))
    assert await database.read(lambda connection: connection.execute(text("SELECT 1")).scalar()) == 1
    await database.close()


async def test_the_directory_of_the_file_is_made(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/new/and deeper/bot.db")
    await database.open()
    assert (tmp_path / "new" / "and deeper" / "bot.db").exists()
    await database.close()


@pytest.mark.parametrize("place", ["a file/bot.db", "a file/deeper/bot.db", "a directory"])
async def test_a_place_where_no_file_can_be_is_said_so(tmp_path: Path, place: str) -> None:
    (tmp_path / "a file").touch()
    (tmp_path / "a directory").mkdir()
    database = Database(f"sqlite:///{tmp_path / place}")
    with pytest.raises(StorageError, match="can't be"):
        await database.open()
    await database.close()


async def test_work_that_returns_is_committed_and_work_that_raises_is_not(database: Database) -> None:
    def write(connection: Connection, at: float) -> None:
        connection.execute(text("UPDATE pulse SET at = :at"), {"at": at})

    def fail(connection: Connection) -> None:
        write(connection, 2.0)
        raise RuntimeError("no")

    await database.run(lambda connection: write(connection, 1.0))
    with pytest.raises(RuntimeError, match="no"):
        await database.run(fail)
    assert await database.read(lambda connection: connection.execute(text("SELECT at FROM pulse")).scalar()) == 1.0


async def test_what_fails_does_not_quote_what_was_to_be_stored(database: Database) -> None:
    insert = text("INSERT INTO offer (id, call, actor, place, created, expires) VALUES (:id, :call, '', '', 0, 0)")

    def twice(connection: Connection) -> None:
        connection.execute(insert, {"id": "CANARY-id", "call": "CANARY-call"})
        connection.execute(insert, {"id": "CANARY-id", "call": "CANARY-call"})

    with pytest.raises(StorageError) as refusal:
        await database.run(twice)
    assert "CANARY" not in "".join(traceback.format_exception(refusal.value))


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_what_is_committed_is_on_the_disk(database: Database) -> None:
    def pragmas(connection: Connection) -> list[object]:
        return [connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous")]

    assert await database.run(pragmas) == ["wal", 2]  # 2 is FULL: https://www.sqlite.org/pragma.html#pragma_synchronous


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_a_reader_waits_for_no_writer(database: Database, url: str) -> None:
    writer = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    assert await database.read(lambda connection: connection.execute(text("SELECT at FROM pulse")).scalar()) == 0.0
    writer.close()


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_a_writer_begins_by_taking_the_lock(database: Database, url: str) -> None:
    other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, timeout=0, check_same_thread=False)

    def work(connection: Connection) -> None:
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")

    await database.run(work)
    other.close()
