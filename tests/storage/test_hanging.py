"""A server of PostgreSQL's, or a process of ours, stops in the middle of something: nobody waits for it for long."""

import asyncio
import random
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from math import inf

import psycopg
import pytest
from sqlalchemy import Connection, make_url

from storage.database import Database, StorageError
from storage.driver import Driver
from storage.inbox import Inbox
from storage.migrations import MIGRATIONS, migrate
from storage.shared_clock import SharedClock
from tests.storage.conftest import Clock, OpenInbox, Taken

pytestmark = pytest.mark.parametrize("url", ["postgresql"], indirect=True)

_DISCONNECT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"""


class Proxy:
    """Lets everything through to the server, until it falls silent: who connects anew then gets no further than that."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._open = asyncio.Event()
        self._open.set()

    def fall_silent(self) -> None:
        self._open.clear()

    def speak(self) -> None:
        self._open.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, requests = await asyncio.open_unix_connection(self._path)
        ways = [asyncio.ensure_future(way) for way in (self._pass(reader, requests), self._pass(answers, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            requests.close()
            writer.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            if b"SET lock_timeout" in data:
                await self._open.wait()
            writer.write(data)


@asynccontextmanager
async def proxy_of(url: str) -> AsyncIterator[tuple[Proxy, str]]:
    with psycopg.connect(url) as connection:
        path = f"{connection.info.host}/.s.PGSQL.{connection.info.port}"
    proxy = Proxy(path)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    through = make_url(url).set(host="127.0.0.1", port=port, query={"sslmode": "disable", "gssencmode": "disable"})
    yield proxy, through.render_as_string(hide_password=False)
    proxy.speak()
    server.close()


async def test_a_server_that_takes_the_connection_and_says_no_more_is_left(url: str, clock: Clock) -> None:
    async with proxy_of(url) as (proxy, through):
        database = Database(through)
        await database.open()
        inbox = Inbox(database, clock, "one", poll=0.05, patience=0.3)
        await inbox.open()
        proxy.fall_silent()
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(_DISCONNECT)
        with pytest.raises(StorageError):
            await inbox.put("k", "slack", "C", "")
        began = time.monotonic()
        await inbox.close()
        await database.close()
        assert time.monotonic() - began < 8


async def test_a_process_that_is_stopped_while_it_migrates_keeps_its_turn_for_seconds(database: Database) -> None:
    def limit(connection: Connection) -> object:
        migrate(connection)
        return connection.exec_driver_sql("SHOW idle_in_transaction_session_timeout").scalar()

    assert await database.run(limit) == "5s"


async def test_closing_does_not_wait_for_what_may_take_however_long(database: Database) -> None:
    asked = asyncio.ensure_future(database.read(lambda connection: connection.exec_driver_sql("SELECT pg_sleep(8)"), inf))
    await asyncio.sleep(0.3)
    began = time.monotonic()
    await database.close()
    assert time.monotonic() - began < 3
    with pytest.raises(StorageError):
        await asked


async def test_the_time_of_what_hangs_is_counted_from_its_beginning(database: Database) -> None:
    free = threading.Event()
    others = [asyncio.ensure_future(database.read(lambda _: free.wait(20))) for _ in range(4)]
    asked = asyncio.ensure_future(database.read(lambda it: it.exec_driver_sql("SELECT pg_sleep(9)"), seconds=0.3))
    await asyncio.sleep(0.6)
    free.set()
    await asyncio.gather(*others)
    began = time.monotonic()
    with pytest.raises(StorageError):
        await asked
    assert time.monotonic() - began < 7


async def test_what_is_left_by_who_asked_is_ended_all_the_same(database: Database) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await database.read(lambda it: it.exec_driver_sql("SELECT pg_sleep(9)"), seconds=0.3)
    began = time.monotonic()
    await database.close()
    assert time.monotonic() - began < 7


async def test_a_connection_that_just_broke_may_be_cut(database: Database, url: str) -> None:
    driver, was_cut = Driver(database.engine), False
    with suppress(psycopg.Error), driver.transaction():
        with psycopg.connect(url, autocommit=True) as server:
            server.execute("SELECT pg_terminate_backend(%s)", [driver.pid])
        with pytest.raises(psycopg.Error):
            driver.execute("SELECT 1", ())
        driver.cut()
        was_cut = True
    driver.disconnect()
    assert was_cut


async def test_what_is_committed_is_on_the_disk_whatever_the_server_is_set_to(database: Database, url: str) -> None:
    """The server of these tests has it off."""
    asked = "SHOW synchronous_commit"
    with psycopg.connect(url) as connection:
        assert connection.execute(asked).fetchone() == ("off",)
    assert await database.read(lambda it: it.exec_driver_sql(asked).scalar()) == "on"


async def test_a_process_that_is_stopped_while_it_probes_keeps_nobody_from_writing(open_inbox: OpenInbox, url: str) -> None:
    inbox = await open_inbox(patience=1.8)
    with psycopg.connect(url) as other:
        other.execute("UPDATE pulse SET at = 1")
        async with asyncio.timeout(1.8):  # a lock is waited for for two seconds
            await asyncio.gather(inbox.probe(), inbox.put("k", "slack", "C", ""))
    assert inbox.alive


async def test_processes_that_get_the_same_in_another_order_do_not_wait_for_each_other(
    open_inbox: OpenInbox, url: str, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    mine, database = await open_inbox(patience=15.0), Database(url)
    other = Inbox(database, clock, "other", poll=0.02, patience=15.0)
    await other.open()
    for round in range(6):
        keys = [f"{round}-{number}" for number in range(300)]
        await asyncio.gather(
            *(mine.put(key, "slack", f"slack:T:{key}", "x" * 500) for key in keys),
            *(other.put(key, "slack", f"slack:T:{key}", "x" * 500) for key in reversed(keys)),
        )
    await other.close()
    await database.close()
    assert [record.getMessage() for record in caplog.records if record.name == "storage.writer"] == []


async def test_before_the_server_has_told_its_time_nothing_is_claimed(database: Database) -> None:
    step = 2.0
    now = time.time()

    def slow() -> float:
        nonlocal now
        now += step
        return now

    inbox, taken = Inbox(database, SharedClock(slow), "one", poll=0.02), Taken()
    await inbox.open()
    inbox.claim(taken, 1)
    await inbox.put("k", "slack", "C", "")
    await asyncio.sleep(0.3)
    assert taken.waiting == 0
    step = 0.0
    assert (await taken.next()).key == "k"
    await inbox.close()


async def test_an_index_on_deliveries_is_built_beside_those_who_write(database: Database, url: str) -> None:
    put = "INSERT INTO delivery (key, kind, conversation, payload, received, due) VALUES (%s, '', %s, '', 1, 0)"
    numbers = random.Random(0)  # what repeats would be compressed
    letters = [chr(numbers.randrange(0x10000, 0x20000)) for _ in range(48)]
    longest = "".join([*letters, *(f"\x1a{numbers.randrange(0x10000):04x}" for _ in range(452))])
    with psycopg.connect(url, autocommit=True) as server, psycopg.connect(url) as other:
        server.execute("DROP INDEX delivery_tenant")
        server.execute("UPDATE schema_version SET version = 7")
        other.execute(put, ["a", longest])
        building = asyncio.ensure_future(database.migrate())
        await asyncio.sleep(0.5)
        server.execute("SET lock_timeout = '1s'")
        server.execute(put, ["b", longest])
        assert not building.done(), "it waits for the other's transaction"
        other.commit()
        assert await building == (7, len(MIGRATIONS), False)
        asked = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('delivery_tenant')"
        assert server.execute(asked).fetchone() == (True,)
