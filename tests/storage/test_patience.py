"""Who waits to acknowledge is answered in time, whatever the database does."""

import asyncio
import threading
import time
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import Connection

from storage import writer
from storage.database import Database, StorageError
from storage.driver import Driver
from storage.entry import Entry
from storage.inbox import Inbox
from tests.storage.conftest import OpenInbox, Taken, until
from tests.storage.outage import Outage, lose_the_writers_next_answer_to_commit, outage_of

PATIENCE = 0.4


@pytest.fixture
def outage(database: Database, url: str) -> Iterator[Outage]:
    with outage_of(url) as outage:
        yield outage


@pytest.fixture
async def inbox(open_inbox: OpenInbox) -> Inbox:
    return await open_inbox(patience=PATIENCE)


async def refused(inbox: Inbox, key: str) -> float:
    """After how many seconds."""
    began = time.monotonic()
    with pytest.raises(StorageError):
        await inbox.put(key, "slack", key, "")
    return time.monotonic() - began


async def test_a_put_that_waits_for_a_lock_is_refused_in_time_and_stored_at_most_once(inbox: Inbox, url: str) -> None:
    with outage_of(url) as outage:
        if url.startswith("sqlite"):
            outage.begin()
            assert await refused(inbox, "k") < PATIENCE + 1
            outage.end()
        else:
            with psycopg.connect(url) as other:
                other.execute("LOCK TABLE delivery IN EXCLUSIVE MODE")
                assert await refused(inbox, "k") < PATIENCE + 1

        async def is_stored() -> bool:
            try:
                await inbox.put("k", "slack", "k", "")
            except StorageError:
                return False
            return True

        await until(is_stored)
    assert (await inbox.counts())["ready"] == 1


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_while_the_server_hangs_puts_are_refused_and_after_it_all_goes_on(inbox: Inbox, outage: Outage) -> None:
    taken = Taken()
    inbox.claim(taken, 1)
    await inbox.put("before", "slack", "C", "")
    delivery = await taken.next()
    with outage.stopped():
        assert PATIENCE <= await refused(inbox, "k") < PATIENCE + 1
        assert await refused(inbox, "l") < PATIENCE / 2, "who comes later does not wait for what is known"
        finish = asyncio.ensure_future(inbox.finish(delivery))
    await finish
    assert await inbox.put("m", "slack", "C", "")


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_a_server_process_that_hangs_for_good_is_left_for_another(
    inbox: Inbox, outage: Outage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "HUNG", 0.5)

    async def can_write() -> bool:
        try:
            return await inbox.put(f"k{time.monotonic()}", "slack", "C", "")
        except StorageError:
            return False

    with outage.stopped():
        assert not await can_write()
        await until(can_write)


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_what_asks_a_server_that_hangs_comes_to_an_end(database: Database, outage: Outage) -> None:
    await database.read(lambda connection: connection.exec_driver_sql("SELECT 1").all())
    with outage.stopped():
        began = time.monotonic()
        await database.read(lambda connection: connection.exec_driver_sql("SELECT 1").all(), seconds=0.3)
    assert 0.3 <= time.monotonic() - began < 3, "it was asked again, of another process of the server"


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_after_a_failover_idle_connections_are_not_tried_one_after_the_other(
    open_inbox: OpenInbox, database: Database
) -> None:
    inbox = await open_inbox(patience=PATIENCE, poll=1.0)
    together = threading.Barrier(4)

    def spoil(connection: Connection) -> None:
        """As where it leads to a server that only reads by now."""
        together.wait()
        connection.exec_driver_sql("SET default_transaction_read_only = on")

    await asyncio.gather(*(database.read(spoil) for _ in range(4)))
    lose_the_writers_next_answer_to_commit(inbox)
    assert await inbox.put("k", "slack", "C", ""), "within its patience"


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_no_connection_is_used_again_after_the_writers_broke_or_left_open(database: Database) -> None:
    driver, out = Driver(database.engine), database.engine.raw_connection()
    line = out.driver_connection
    assert line
    with driver.transaction():
        before = {driver.pid, line.info.backend_pid}
    driver.disconnect()
    out.close()  # only now it is given back
    with driver.transaction():
        assert driver.pid not in before
    driver.disconnect()
    database.engine.dispose()
    assert line.closed


async def test_a_short_outage_is_not_noticed(open_inbox: OpenInbox, url: str) -> None:
    inbox = await open_inbox(patience=5.0)
    with outage_of(url) as outage:
        outage.begin()
        puts = [asyncio.ensure_future(inbox.put(f"k{number}", "slack", "C", "")) for number in range(3)]
        await asyncio.sleep(0.3)
        outage.end()
        assert await asyncio.gather(*puts) == [True] * 3


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_who_puts_in_does_not_wait_for_a_process_that_holds_the_audit(open_inbox: OpenInbox, url: str) -> None:
    inbox, taken = await open_inbox(), Taken()
    inbox.claim(taken, 1)
    await inbox.put("k", "slack", "C", "")
    delivery = await taken.next()
    entry = Entry("k", "call", 1.0, "slack:T:U", "Ada", "slash", "C", "ping", "{}", "", "", "done", "pong", "")
    with psycopg.connect(url) as other:
        other.execute("SELECT number FROM audit_head FOR UPDATE")
        puts = [asyncio.ensure_future(inbox.put(key, "slack", "D", "")) for key in ("k", "l")]  # of which one is a repeat
        async with asyncio.timeout(1.0):
            assert await asyncio.gather(*puts) == [False, True]
        noting = asyncio.ensure_future(inbox.intend(delivery, "hello", entries=[entry]))
        await asyncio.sleep(0.1)
        async with asyncio.timeout(1.5):  # what waits to be noted gives up after half a second, and is tried again
            assert await inbox.put("m", "slack", "E", "")
        await asyncio.sleep(0.6)
        assert not noting.done()
        assert inbox.alive, "others are in the way, but nothing is broken"
    await noting
