"""However much has piled up during an outage: it is written once the database is back."""

import asyncio
from collections.abc import Awaitable

from storage.delivery import Delivery
from storage.entry import Entry
from storage.inbox import Inbox
from tests.storage.conftest import OpenInbox, Taken, until
from tests.storage.outage import Outage, outage_of

MANY = 5_000  # so many rows of the audit have more values than either database takes in one statement
PUT = 1_000  # at a time


async def test_thousands_of_decisions_and_ends_that_have_waited_are_all_written(open_inbox: OpenInbox, url: str) -> None:
    inbox, taken = await open_inbox(patience=20.0), Taken()
    for start in range(0, MANY, PUT):
        await asyncio.gather(*(inbox.put(f"k{start + n}", "slack", f"C{start + n}", "") for n in range(PUT)))
    inbox.claim(taken, MANY)
    deliveries = [await taken.next() for _ in range(MANY)]

    with outage_of(url) as outage:
        await _during(outage, inbox, [_decided(inbox, each) for each in deliveries])
    with outage_of(url) as outage:
        await _during(outage, inbox, [inbox.finish(each) for each in deliveries])

    assert await inbox.counts() == {"ready": 0, "running": 0, "done": MANY, "dead": 0}


async def _decided(inbox: Inbox, delivery: Delivery) -> None:
    entry = Entry(delivery.key, "call", 1.0, "slack:T1:U1", "Ada", "slash", "C1", "ping", "{}", "", "", "done", "pong")
    await inbox.intend(delivery, "pong", (), [entry])


async def _during(outage: Outage, inbox: Inbox, asked: list[Awaitable[None]]) -> None:
    async def is_felt() -> bool:
        return not inbox.alive

    outage.begin()
    waiting = [asyncio.ensure_future(each) for each in asked]
    await until(is_felt)
    await asyncio.sleep(0.2)  # until the writer has all of them
    outage.end()
    async with asyncio.timeout(30):
        await asyncio.gather(*waiting)
