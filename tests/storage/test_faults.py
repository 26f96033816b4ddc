"""A disk fills up, a lock is held, a server goes away, a process is killed: what was acknowledged is not lost."""

import asyncio
import signal
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event

from storage.database import Database, StorageError
from storage.inbox import Inbox
from tests.acceptance.forked_python import beside
from tests.storage.conftest import Clock, OpenInbox, Taken, until
from tests.storage.outage import Outage, outage_of


@pytest.fixture
def outage(database: Database, url: str) -> Iterator[Outage]:
    with outage_of(url) as outage:
        yield outage


async def is_alive(inbox: Inbox) -> bool:
    return inbox.alive


async def is_not_alive(inbox: Inbox) -> bool:
    return not inbox.alive


async def test_during_an_outage_nothing_is_acknowledged_and_after_it_all_goes_on(open_inbox: OpenInbox, outage: Outage) -> None:
    inbox, taken = await open_inbox(patience=3.0), Taken()
    inbox.claim(taken, 1)
    await inbox.put("before", "slack", "C", "")
    await taken.next()
    outage.begin()
    answers = await asyncio.gather(*(inbox.put(f"k{number}", "slack", "C", "") for number in range(3)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [StorageError] * 3
    with pytest.raises(StorageError):
        await inbox.probe()
    assert not inbox.alive
    outage.end()
    await until(lambda: is_alive(inbox))
    assert await inbox.put("k1", "slack", "C", "")
    assert (await inbox.counts()) == {"ready": 1, "running": 1, "done": 0, "dead": 0}


async def test_only_what_was_written_shows_that_an_outage_is_over(
    open_inbox: OpenInbox, outage: Outage, caplog: pytest.LogCaptureFixture
) -> None:
    """This inbox has nothing to do: a turn without a word to the database is no sign of life of it."""
    inbox = await open_inbox(patience=0.3)
    outage.begin()
    with pytest.raises(StorageError):
        await inbox.put("k", "slack", "C", "")
    await until(lambda: is_not_alive(inbox))
    for _ in range(20):
        await asyncio.sleep(0.03)
        assert not inbox.alive
    outage.end()
    await until(lambda: is_alive(inbox))
    assert [record.levelname for record in caplog.records if record.name == "storage.writer"] == ["ERROR", "WARNING"]


async def test_what_a_worker_has_to_say_waits_for_the_end_of_the_outage(inbox: Inbox, outage: Outage) -> None:
    taken = Taken()
    inbox.claim(taken, 2)
    await inbox.put("a", "slack", "A", "")
    await inbox.put("b", "slack", "B", "")
    a, b = await taken.next(), await taken.next()
    outage.begin()
    writes = [asyncio.ensure_future(inbox.intend(a, "hello")), asyncio.ensure_future(inbox.finish(b))]
    await until(lambda: is_not_alive(inbox))
    assert not any(write.done() for write in writes)
    outage.end()
    await asyncio.gather(*writes)
    await inbox.finish(a)
    assert (await inbox.counts())["done"] == 2


async def test_a_connection_that_broke_is_replaced_before_anybody_notices(
    inbox: Inbox, outage: Outage, database: Database
) -> None:
    taken = Taken()
    inbox.claim(taken, 1)
    for number in range(3):
        outage.disconnect()
        assert await inbox.put(f"k{number}", "slack", "C", "")
        delivery = await taken.next()
        outage.disconnect()
        await inbox.finish(delivery)
        outage.disconnect()
        assert (await inbox.counts())["done"] == number + 1


async def test_closing_during_an_outage_does_not_wait_for_its_end(
    open_inbox: OpenInbox, outage: Outage, caplog: pytest.LogCaptureFixture
) -> None:
    inbox, taken = await open_inbox(), Taken()
    inbox.claim(taken, 1)
    await inbox.put("k", "slack", "C", "")
    delivery = await taken.next()
    outage.begin()
    finish = asyncio.ensure_future(inbox.finish(delivery))
    await asyncio.sleep(0)
    await inbox.stop_claiming()
    await inbox.close()
    with pytest.raises(StorageError):
        await finish
    outage.end()


async def test_what_no_driver_can_store_fails_alone_in_time(inbox: Inbox) -> None:
    taken, nonsense = Taken(), object()
    inbox.claim(taken, 1)
    with pytest.raises(StorageError):
        await inbox.put("k", nonsense, "C", "")  # type: ignore[arg-type]
    assert await inbox.put("k", "slack", "C", "")
    delivery = await taken.next()
    with pytest.raises(StorageError):
        await inbox.finish(replace(delivery, key=nonsense))  # type: ignore[arg-type]
    await inbox.finish(delivery)
    assert await inbox.put("l", "slack", "D", "")
    assert (await taken.next()).key == "l"


async def fill(inbox: Inbox) -> int:
    """Puts in what the disk takes, and says how many that were."""
    for number in range(1000):
        try:
            await inbox.put(f"k{number}", "slack", "C", "x" * 1000)
        except StorageError:
            return number
    raise AssertionError("the disk never was full")


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_on_a_full_disk_nothing_is_acknowledged_and_with_room_again_it_goes_on(url: str, clock: Clock) -> None:
    database = Database(url)
    await database.open()
    disk = {"pages": 60}

    @event.listens_for(database.engine, "checkout")
    def limit(connection: sqlite3.Connection, *_: Any) -> None:
        connection.execute(f"PRAGMA max_page_count = {disk['pages']}")

    inbox = Inbox(database, clock, "one", poll=0.02)
    await inbox.open()
    acknowledged = await fill(inbox)
    assert not inbox.alive
    disk["pages"] = 1 << 20
    await inbox.put(f"k{acknowledged}", "slack", "C", "x" * 1000)  # the one that was refused may have been stored by now
    await until(lambda: is_alive(inbox))
    assert (await inbox.counts())["ready"] == acknowledged + 1
    await inbox.close()
    await database.close()


WRITER = """
import asyncio, itertools, sys, time
from storage.database import Database
from storage.inbox import Inbox

async def main():
    database = Database(sys.argv[1])
    await database.open()
    inbox = Inbox(database, time.time, "killed")
    await inbox.open()
    async def put(numbers):
        for number in numbers:
            await inbox.put(f"k{number}", "slack", f"C{number % 7}", "x" * 500)
            print(f"k{number}", flush=True)
    numbers = itertools.count()
    await asyncio.gather(*(put(numbers) for _ in range(20)))

asyncio.run(main())
"""


async def test_a_process_killed_in_the_middle_of_writing_has_stored_all_that_it_acknowledged(url: str, clock: Clock) -> None:
    async with beside(WRITER, url) as writer:
        lines = [await writer.printed.readline() for _ in range(200)]
        writer.kill()
        code, rest = await writer.end()
    lines += rest.splitlines(keepends=True)
    assert code == -signal.SIGKILL
    acknowledged = {line.decode().strip() for line in lines if line.endswith(b"\n")}
    database = Database(url)
    await database.open()
    inbox = Inbox(database, clock, "next", poll=0.02)
    await inbox.open()
    stored = {record.key for record in await inbox.list(limit=100_000)}
    assert len(acknowledged) >= 200
    assert acknowledged <= stored
    assert not await inbox.put(min(acknowledged), "slack", "C", "")
    await inbox.close()
    await database.close()
