"""The schema, brought up to date at every start."""

import asyncio
import os
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, inspect, text
from sqlmodel import SQLModel

from storage import migrations, statements
from storage.audit import Audit, Entry
from storage.database import Database, StorageError
from storage.inbox import Inbox
from storage.migrations import Step
from storage.text import escaped
from tests.storage.conftest import Clock

ROOT = Path(__file__).parents[2]
OPEN = """
import asyncio, sys
from storage.database import Database

async def main():
    print(flush=True)
    sys.stdin.readline()
    database = Database(sys.argv[1])
    await database.open()
    await database.close()

asyncio.run(main())
"""


@pytest.fixture
def url(url: str) -> Iterator[str]:
    """The address of an empty database."""
    clear(url)
    yield url
    clear(url)  # so that no other test gets what was tried on it


def clear(url: str) -> None:
    if url.startswith("postgresql"):
        with psycopg.connect(url) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")


def version(connection: Connection) -> Any:
    return connection.execute(text("SELECT version FROM schema_version")).scalars().all()


def shape(connection: Connection) -> dict[str, Any]:
    """All that matters of each table."""
    found = inspect(connection)
    return {
        table: (
            [(column["name"], column["type"]._type_affinity, column["nullable"]) for column in found.get_columns(table)],
            [unique["column_names"] for unique in found.get_unique_constraints(table)],
            found.get_pk_constraint(table)["constrained_columns"],
        )
        for table in found.get_table_names()
    }


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection")  # of `delivery_tenant`, an index of an expression
async def test_the_migrations_make_the_tables_that_are_declared(database: Database) -> None:
    migrated = await database.read(shape)
    await database.run(SQLModel.metadata.drop_all)
    await database.run(SQLModel.metadata.create_all)
    assert migrated == await database.read(shape)
    assert set(migrated) == {*SQLModel.metadata.tables, "schema_version"}


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_what_the_writer_asks_for_is_found_by_an_index(database: Database) -> None:
    """Of a million rows all but a few are done: only what is not done may be looked at."""

    def plans(connection: Connection) -> list[str]:
        asked = [(statements._CLAIM, (0, 1, "", 0)), (statements._EXPIRE, (0,))]
        return [
            row.detail
            for statement, parameters in asked
            for row in connection.exec_driver_sql("EXPLAIN QUERY PLAN " + statement.format(lock=""), parameters)
            if "delivery" in row.detail
        ]

    found = await database.read(plans)
    assert len(found) > 4
    assert [plan for plan in found if "INDEX delivery_" not in plan and "PRIMARY KEY" not in plan] == []


async def test_opening_again_changes_nothing(url: str, clock: Clock) -> None:
    for turn in range(2):
        database = Database(url)
        await database.open()
        inbox = Inbox(database, clock, "one")
        await inbox.open()
        assert await inbox.put("k", "slack", "C", "") is (turn == 0)
        await inbox.close()
        assert await database.read(version) == [len(migrations.MIGRATIONS)]
        await database.close()


async def test_who_opens_at_once_takes_turns(url: str) -> None:
    databases = [Database(url) for _ in range(6)]
    await asyncio.gather(*(database.open() for database in databases))
    assert await databases[0].read(version) == [len(migrations.MIGRATIONS)]
    for database in databases:
        await database.close()


async def test_processes_that_start_at_once_take_turns(url: str) -> None:
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            OPEN,
            url,
            cwd=ROOT,
            env=os.environ,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout
        await process.stdout.readline()
    await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
    assert [process.returncode for process in processes] == [0, 0, 0]
    database = Database(url)
    assert await database.read(version) == [len(migrations.MIGRATIONS)]
    await database.close()


async def test_a_newer_schema_that_lacks_what_this_version_needs_is_refused(url: str) -> None:
    database = Database(url)
    await database.open()
    await database.run(lambda connection: connection.execute(text("UPDATE schema_version SET version = 1000")))
    await database.run(lambda connection: connection.execute(text("UPDATE schema_version SET oldest = 999")))
    with pytest.raises(StorageError, match=r"schema 1000.*knows 999.*start that version, or restore a backup"):
        await database.open()
    await database.close()


async def test_a_step_that_fails_leaves_nothing_behind(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(connection: Connection) -> None:
        connection.execute(text("CREATE TABLE half (id INTEGER)"))
        raise RuntimeError("killed")

    database = Database(url)
    with monkeypatch.context() as patched:
        patched.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, Step(broken)))
        with pytest.raises(RuntimeError, match="killed"):
            await database.open()
    assert await database.read(lambda connection: inspect(connection).get_table_names()) == []
    await database.open()
    assert await database.read(version) == [len(migrations.MIGRATIONS)]
    await database.close()


async def test_what_people_had_asked_begins_the_audit(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """They asked it of version 3, more than are carried over at once."""
    database = Database(url)
    with monkeypatch.context() as patched:
        patched.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:3])
        await database.open()
    asked = text(
        "INSERT INTO activity (seq, id, actor, command, arguments, via, conversation, asked, outcome, said)"
        " VALUES (:seq, :id, 'slack:T1:U1', 'ping', '{}', 'slash', 'C1', :asked, 'done', :said)"
    )
    rows = [{"seq": 2 * n, "id": f"d{n}", "asked": 1000 + n / 3, "said": f"pong {n}"} for n in range(1, 601)]
    rows[0]["said"] = escaped("a\x00🎉")
    await database.run(lambda connection: connection.execute(asked, rows))
    await database.open()
    audit = Audit(database)
    first, *_, last = [entry async for entry in audit.every(0.0, 2000.0)]

    who = ("slack:T1:U1", "", "slash", "C1", "ping", "{}", "", "", "done")
    assert first == Entry("d1", "call", 1000 + 1 / 3, *who, "a\x00🎉", "", 1)
    assert last == Entry("d600", "call", 1200.0, *who, "pong 600", "", 600)
    verdict = await audit.verify()
    assert (verdict.rows, verdict.wrong) == (600, ())
    assert verdict.head == "0c4297a895177d7664bfa54fe78493f4a1a4acecd426d38360256ce22a69b71d", (
        "a step that was released makes the same for ever"
    )
    await audit.append(first)
    assert (await audit.of(limit=1))[0].number == 601
    assert (await audit.verify()).wrong == ()
    await database.close()


async def test_a_new_file_that_another_is_just_writing_is_waited_for(tmp_path: Path) -> None:
    """SQLite itself would give up at once: the file is not in WAL mode yet."""
    file = tmp_path / "inbox.sqlite"
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    asyncio.get_running_loop().call_later(0.2, other.execute, "COMMIT")
    database = Database(f"sqlite:///{file}")
    await database.open()

    assert await database.read(version) == [len(migrations.MIGRATIONS)]
    await database.close()
    other.close()
