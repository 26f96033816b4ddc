"""Who has room for work hears of it at once from who has none."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest

from storage.database import Database
from storage.inbox import Inbox
from tests.storage.conftest import Clock, OpenInbox, Taken, until
from tests.storage.outage import outage_of

POLL = 60.0  # nothing is found by looking
pytestmark = pytest.mark.parametrize("url", ["postgresql"], indirect=True)


@pytest.fixture
async def other(url: str, clock: Clock) -> AsyncIterator[Inbox]:
    """Of another process, which has room."""
    database = Database(url)
    inbox = Inbox(database, clock, "other", poll=POLL)
    await inbox.open()
    yield inbox
    await inbox.close()
    await database.close()


@pytest.fixture
async def taken(other: Inbox) -> Taken:
    taken = Taken()
    other.claim(taken, 10)
    await other.probe()
    await asyncio.sleep(0.1)  # it listens now, and has been woken for that
    return taken


async def next_of(taken: Taken) -> str:
    async with asyncio.timeout(5):
        return (await taken.next()).key


async def test_who_takes_nothing_itself_calls_the_others(open_inbox: OpenInbox, taken: Taken) -> None:
    mine = await open_inbox(poll=POLL)
    await mine.put("k", "slack", "C", "")
    assert await next_of(taken) == "k"


async def test_who_is_busy_calls_the_others(open_inbox: OpenInbox, taken: Taken) -> None:
    mine, own = await open_inbox(poll=POLL), Taken()
    mine.claim(own, 1)
    await mine.put("k", "slack", "C", "")
    assert (await own.next()).key == "k"
    await mine.put("l", "slack", "D", "")
    assert await next_of(taken) == "l"


async def test_who_ends_calls_the_others_to_what_it_gives_back(open_inbox: OpenInbox, taken: Taken) -> None:
    mine, own = await open_inbox(poll=POLL), Taken()
    mine.claim(own, 1)
    await mine.put("k", "slack", "C", "")
    delivery = await own.next()
    await mine.stop_claiming()
    await mine.release(delivery)
    assert await next_of(taken) == "k"


async def test_what_an_operator_wants_replayed_is_heard_of(
    open_inbox: OpenInbox, database: Database, clock: Clock, other: Inbox, taken: Taken
) -> None:
    await (await open_inbox(poll=POLL)).put("k", "slack", "C", "")
    async with asyncio.timeout(5):
        await other.bury(await taken.next(), "no use")
    clock.move(-3600)
    assert await Inbox(database, clock, "operator").replay("k")
    clock.move(3600)
    assert await next_of(taken) == "k"


async def test_who_can_take_it_itself_calls_nobody(open_inbox: OpenInbox, url: str) -> None:
    mine, own = await open_inbox(poll=POLL), Taken()
    mine.claim(own, 5)
    with psycopg.connect(url, autocommit=True) as listening:
        listening.execute("LISTEN interact_delivery")
        for key in "abc":
            await mine.put(key, "slack", key, "")
            await mine.finish(await own.next())
        assert list(listening.notifies(timeout=0.2)) == []


async def test_who_lost_the_line_listens_again(open_inbox: OpenInbox, taken: Taken, other: Inbox, url: str) -> None:
    mine = await open_inbox(poll=0.02)
    with outage_of(url) as outage:
        outage.disconnect()
    with psycopg.connect(url, autocommit=True) as looking:

        async def is_listening() -> bool:
            found = looking.execute("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'").fetchone()
            return found == (2,)

        await until(is_listening)
    await mine.put("k", "slack", "C", "")
    assert await next_of(taken) == "k"


async def test_closing_does_not_wait_for_anything(open_inbox: OpenInbox) -> None:
    mine = await open_inbox(poll=0.02)
    await mine.probe()
    async with asyncio.timeout(1):
        await mine.close()
