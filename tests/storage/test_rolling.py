"""A deploy rolls through the processes: two versions work side by side, on a schema that changes step by step."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, inspect, text

from storage import migrations
from storage.database import Database, StorageError
from storage.inbox import Inbox
from storage.migrations import MIGRATIONS, Migrated, Step
from tests.acceptance.forked_command import interact
from tests.acceptance.forked_python import Beside, beside
from tests.storage.conftest import Clock, Taken
from tests.storage.next_version import KNOWN, next_version
from tests.storage.test_migrations import clear

ROWS = 2000
MIGRATE = """
import asyncio, sys
from tests.storage.next_version import main
asyncio.run(main(sys.argv[1]))
"""


@pytest.fixture
def url(url: str) -> Iterator[str]:
    """Of a database whose tables may be changed."""
    yield url
    clear(url)


async def open_as(steps: tuple[Step, ...], url: str, monkeypatch: pytest.MonkeyPatch) -> Migrated:
    database = Database(url)
    try:
        with monkeypatch.context() as patched:
            patched.setattr(migrations, "MIGRATIONS", steps)
            return await database.migrate()
    finally:
        await database.close()


async def offer_rows(database: Database) -> None:
    insert = text("INSERT INTO offer (id, call, actor, place, created, expires) VALUES (:id, '', :id, '', 0, 0)")
    await database.run(lambda it: it.execute(insert, [{"id": f"offer-{number}"} for number in range(ROWS)]))


def filled(connection: Connection) -> tuple[Any, ...]:
    """How many are filled in, how often that was done, and which version the schema has."""
    statement = (
        "SELECT (SELECT count(*) FROM offer WHERE team = actor || '!'), (SELECT count(*) FROM filled), version, oldest "
        "FROM schema_version"
    )
    return tuple(connection.execute(text(statement)).one())


async def test_an_older_version_works_on_and_starts_again_beside_a_newer_one(
    url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, taken = Database(url), Taken()
    await old.open()
    inbox = Inbox(old, clock, "old", poll=0.02)
    await inbox.open()
    inbox.claim(taken, 1)
    await offer_rows(old)
    assert await open_as(next_version(1), url, monkeypatch) == Migrated(KNOWN, KNOWN + 2)
    assert await inbox.put("k", "slack", "C", "")
    await inbox.finish(await taken.next())
    assert await open_as(MIGRATIONS, url, monkeypatch) == Migrated(KNOWN + 2, KNOWN + 2)
    assert await old.read(filled) == (ROWS, ROWS, KNOWN + 2, 4)
    await inbox.close()
    await old.close()


async def test_a_version_that_needs_what_was_taken_away_is_refused_and_others_are_not(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await open_as(next_version(2), url, monkeypatch)
    with pytest.raises(StorageError, match=f"schema {KNOWN + 3}.*knows {KNOWN + 2}; this one knows {KNOWN}"):
        await open_as(MIGRATIONS, url, monkeypatch)
    assert await open_as(next_version(1), url, monkeypatch) == Migrated(KNOWN + 3, KNOWN + 3)


@asynccontextmanager
async def begun(url: str) -> AsyncIterator[Beside]:
    """Another process brings it up to date."""
    async with beside(MIGRATE, url) as process:
        assert await process.printed.readline() == b"begun\n"
        yield process


async def test_killed_anywhere_and_begun_by_two_at_once_it_comes_to_its_end(url: str) -> None:
    database = Database(url)
    await database.open()
    await offer_rows(database)
    for _ in range(2):
        async with begun(url) as process:
            await asyncio.sleep(random.random() / 20)
            process.kill()
    async with begun(url) as one, begun(url) as two:
        ends = await asyncio.gather(one.end(), two.end())
    assert [code for code, _ in ends] == [0, 0]
    assert await database.read(filled) == (ROWS, ROWS, KNOWN + 2, 4)
    await database.close()


async def test_a_step_that_fails_takes_back_what_it_did_and_not_what_was_filled_in_before(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(connection: Connection) -> None:
        connection.exec_driver_sql("CREATE TABLE half (id INTEGER)")
        raise RuntimeError("killed")

    database = Database(url)
    await database.open()
    await offer_rows(database)
    with pytest.raises(RuntimeError, match="killed"):
        await open_as((*next_version(1), Step(fail)), url, monkeypatch)
    assert not await database.read(lambda connection: inspect(connection).has_table("half"))
    assert await database.read(lambda it: it.exec_driver_sql("SELECT count(*) FROM filled").scalar()) == ROWS
    assert await open_as(next_version(1), url, monkeypatch) == Migrated(KNOWN + 1, KNOWN + 2)
    await database.close()


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_a_step_waits_for_a_table_but_holds_nobody_up(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    old = Database(url)
    await old.open()
    with old.engine.connect() as reader:
        reader.exec_driver_sql("SELECT * FROM offer")
        with pytest.raises(StorageError, match="lock timeout"):
            await open_as(next_version(1), url, monkeypatch)
    assert (await open_as(next_version(1), url, monkeypatch)).before == KNOWN
    await old.close()


def test_the_command_says_what_it_did_however_often_it_is_run(tmp_path: Path, url: str) -> None:
    """On an empty folder: nothing that is set here may reach it."""
    clear(url)
    ran = [interact(tmp_path, "migrate", DATABASE_URL=url) for _ in range(2)]

    assert [(each.returncode, each.stdout.strip()) for each in ran] == [
        (0, f"The schema is at version {KNOWN}; it was at 0."),
        (0, f"The schema is at version {KNOWN}."),
    ]
