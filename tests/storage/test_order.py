"""Within a conversation one after the other, many conversations side by side."""

import asyncio
import random

import pytest
from sqlalchemy import text

from storage.database import Database, StorageError
from storage.inbox import Delivery, Inbox
from tests.storage.conftest import Clock, OpenInbox, Taken, until


async def put(inbox: Inbox, *keys: str) -> None:
    """A key's first letter is its conversation."""
    for key in keys:
        await inbox.put(key, "slack", key[0], "")


async def test_a_conversation_runs_in_order_while_another_runs(inbox: Inbox) -> None:
    taken = Taken()
    await put(inbox, "a1", "a2", "b1", "a3")
    inbox.claim(taken, 10)
    a1, b1 = await taken.next(), await taken.next()
    await inbox.probe()
    assert (a1.key, b1.key, taken.waiting) == ("a1", "b1", 0)
    await inbox.finish(a1)
    a2 = await taken.next()
    await inbox.finish(a2)
    assert (a2.key, (await taken.next()).key) == ("a2", "a3")


async def test_what_waits_for_a_retry_holds_its_conversation_back(inbox: Inbox, clock: Clock) -> None:
    taken = Taken()
    await put(inbox, "a1", "a2", "b1")
    inbox.claim(taken, 1)
    await inbox.retry(await taken.next(), clock.now + 30, "away")
    assert (await taken.next()).key == "b1"
    clock.move(29.9)
    await inbox.probe()
    assert taken.waiting == 0


async def test_a_retry_comes_when_it_is_due(inbox: Inbox, clock: Clock) -> None:
    taken = Taken()
    await put(inbox, "a1", "a2")
    inbox.claim(taken, 1)
    await inbox.retry(await taken.next(), clock.now + 30, "away")
    clock.move(30)
    again = await taken.next()
    assert (again.key, again.attempt) == ("a1", 2)
    await inbox.finish(again)
    assert (await taken.next()).key == "a2"


async def test_a_dead_letter_lets_its_conversation_go_on(inbox: Inbox) -> None:
    taken = Taken()
    await put(inbox, "a1", "a2")
    inbox.claim(taken, 1)
    await inbox.bury(await taken.next(), "no use")
    assert (await taken.next()).key == "a2"


async def test_what_was_given_back_keeps_its_place_and_its_attempts(inbox: Inbox) -> None:
    taken = Taken()
    await put(inbox, "a1", "a2")
    inbox.claim(taken, 1)
    first = await taken.next()
    await inbox.release(first)
    again = await taken.next()
    assert (again.key, again.attempt, again.fence) == ("a1", 1, 2)


async def test_a_replayed_letter_waits_for_what_runs_in_its_conversation(inbox: Inbox) -> None:
    taken = Taken()
    await put(inbox, "a1", "a2", "a3")
    inbox.claim(taken, 3)
    await inbox.bury(await taken.next(), "no use")
    a2 = await taken.next()
    assert await inbox.replay("a1")
    await inbox.probe()
    assert taken.waiting == 0
    await inbox.finish(a2)
    assert (await taken.next()).key == "a1"


async def test_the_schema_itself_refuses_to_let_two_of_a_conversation_run(inbox: Inbox, database: Database) -> None:
    await put(inbox, "a1", "b1", "a2")
    await database.run(lambda connection: connection.execute(text("UPDATE delivery SET state = 'running' WHERE key != 'a2'")))
    with pytest.raises(StorageError, match=r"(?i)unique"):
        await database.run(lambda connection: connection.execute(text("UPDATE delivery SET state = 'running'")))


async def test_the_oldest_goes_first(inbox: Inbox, clock: Clock) -> None:
    taken = Taken()
    for key in ("a1", "b1", "c1"):
        await put(inbox, key)
        clock.move(1)
    inbox.claim(taken, 1)
    order = []
    for _ in range(3):
        delivery = await taken.next()
        order.append(delivery.key)
        await inbox.finish(delivery)
    assert order == ["a1", "b1", "c1"]


async def test_a_flood_in_one_conversation_does_not_keep_the_others_waiting(inbox: Inbox) -> None:
    taken = Taken()
    await asyncio.gather(*(put(inbox, f"a{number}") for number in range(2500)))
    await put(inbox, "b1")
    inbox.claim(taken, 10)
    assert {(await taken.next()).conversation, (await taken.next()).conversation} == {"a", "b"}
    await inbox.probe()
    assert taken.waiting == 0


async def test_two_processes_share_the_work_and_keep_the_order(open_inbox: OpenInbox) -> None:
    inboxes = [await open_inbox("one"), await open_inbox("two")]
    running: set[str] = set()
    overlaps: list[str] = []
    order: dict[str, list[int]] = {}
    tasks: set[asyncio.Task[None]] = set()
    owners: set[int] = set()

    async def work(number: int, delivery: Delivery) -> None:
        owners.add(number)
        if delivery.conversation in running:
            overlaps.append(delivery.key)
        running.add(delivery.conversation)
        order.setdefault(delivery.conversation, []).append(int(delivery.key.partition("-")[2]))
        await asyncio.sleep(random.random() / 200)
        running.discard(delivery.conversation)
        await inboxes[number].finish(delivery)

    def start(number: int, delivery: Delivery) -> None:
        tasks.add(asyncio.ensure_future(work(number, delivery)))

    for number, inbox in enumerate(inboxes):
        inbox.claim(lambda delivery, number=number: start(number, delivery), 5)  # type: ignore[misc]

    async def talk(conversation: str) -> None:
        for number in range(15):
            await random.choice(inboxes).put(f"{conversation}-{number}", "slack", conversation, "")

    await asyncio.gather(*(talk(f"C{number}") for number in range(15)))

    async def all_is_done() -> bool:
        return (await inboxes[0].counts())["done"] == 15 * 15

    await until(all_is_done)
    await asyncio.gather(*tasks)
    assert overlaps == []
    assert all(numbers == list(range(15)) for numbers in order.values())
    assert owners == {0, 1}
