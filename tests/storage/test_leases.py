"""A delivery has one owner at a time, and an owner that is gone loses it."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from storage.database import Database
from storage.inbox import Delivery, Fenced, Inbox
from storage.offers import Offer, Offers
from tests.storage.conftest import Clock, OpenInbox, Taken

LEASE = 15.0

WRITES: list[Callable[[Inbox, Delivery], Awaitable[None]]] = [
    lambda inbox, delivery: inbox.intend(delivery, "late", [Offer("late", "", "", "", 0.0)]),
    lambda inbox, delivery: inbox.finish(delivery),
    lambda inbox, delivery: inbox.retry(delivery, 0.0, "late"),
    lambda inbox, delivery: inbox.bury(delivery, "late"),
    lambda inbox, delivery: inbox.release(delivery),
]


class Stopped:
    """The clock of a process that was stopped: its own time stands still while that of the others goes on."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._at: float | None = None

    def __call__(self) -> float:
        return self._clock() if self._at is None else self._at

    def stop(self) -> None:
        self._at = self._clock()

    def go_on(self) -> None:
        self._at = None


async def test_a_living_owner_keeps_its_delivery(open_inbox: OpenInbox, clock: Clock) -> None:
    mine, other = await open_inbox("one"), await open_inbox("two")
    taken, stolen = Taken(), Taken()
    mine.claim(taken, 1)
    await mine.put("k", "slack", "C", "")
    delivery = await taken.next()
    other.claim(stolen, 1)
    for _ in range(8):
        clock.move(LEASE / 3)
        for inbox in (mine, mine, other):  # the second answer comes when the turn of the first, and its renewal, is over
            await inbox.probe()
    assert stolen.waiting == 0
    await mine.finish(delivery)


@pytest.mark.parametrize("write", WRITES, ids=["intend", "finish", "retry", "bury", "release"])
async def test_an_owner_that_stopped_loses_its_delivery_and_can_write_nothing_any_more(
    database: Database, open_inbox: OpenInbox, clock: Clock, write: Callable[[Inbox, Delivery], Awaitable[None]]
) -> None:
    frozen = Stopped(clock)
    mine = Inbox(database, frozen, "one", lease=LEASE, poll=0.02)
    await mine.open()
    other, taken, rescued = await open_inbox("two"), Taken(), Taken()
    mine.claim(taken, 1)
    await mine.put("k", "slack", "C", "")
    old = await taken.next()
    frozen.stop()
    clock.move(LEASE + 1)
    other.claim(rescued, 1)
    new = await rescued.next()
    assert (new.key, new.attempt, new.fence) == ("k", 2, 2)
    frozen.go_on()
    with pytest.raises(Fenced):
        await write(mine, old)
    assert await Offers(database).find("late") is None
    await other.intend(new, "mine")
    await other.finish(new)
    with pytest.raises(Fenced):
        await write(mine, old)
    assert [(record.state, record.error) for record in await other.list()] == [("done", "")]
    await mine.close()


async def test_a_fenced_owner_does_not_spoil_what_the_others_write_with_it(inbox: Inbox) -> None:
    taken = Taken()
    for conversation in "abc":
        await inbox.put(conversation, "slack", conversation, "")
    inbox.claim(taken, 3)
    a, b, c = await taken.next(), await taken.next(), await taken.next()
    await inbox.finish(b)
    answers = await asyncio.gather(*(inbox.finish(each) for each in (a, b, c)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [type(None), Fenced, type(None)]
    assert (await inbox.counts())["done"] == 3


@pytest.mark.parametrize("write", WRITES, ids=["intend", "finish", "retry", "bury", "release"])
async def test_what_was_given_up_is_not_written_to_any_more(
    inbox: Inbox, database: Database, write: Callable[[Inbox, Delivery], Awaitable[None]]
) -> None:
    taken = Taken()
    inbox.claim(taken, 1)
    await inbox.put("k", "slack", "C", "")
    delivery = await taken.next()
    await inbox.bury(delivery, "no use")
    with pytest.raises(Fenced):
        await write(inbox, delivery)
    assert await Offers(database).find("late") is None
    assert [(record.state, record.error) for record in await inbox.list()] == [("dead", "no use")]


async def test_a_clock_that_is_set_back_costs_nobody_a_delivery(open_inbox: OpenInbox, clock: Clock) -> None:
    mine, taken, stolen = await open_inbox("one"), Taken(), Taken()
    mine.claim(taken, 1)
    await mine.probe()  # the first turn, which looks at the clock, is over
    clock.move(-3600)
    await mine.put("k", "slack", "C", "")
    delivery = await taken.next()
    other = await open_inbox("two")
    other.claim(stolen, 1)
    for _ in range(8):
        clock.move(LEASE / 3)
        for inbox in (mine, mine, other, other):
            await inbox.probe()
    assert stolen.waiting == 0
    await mine.finish(delivery)


async def test_who_lost_a_delivery_has_room_for_another(database: Database, open_inbox: OpenInbox, clock: Clock) -> None:
    frozen = Stopped(clock)
    mine = Inbox(database, frozen, "one", lease=LEASE, poll=0.02)
    await mine.open()
    other, taken, rescued = await open_inbox("two"), Taken(), Taken()
    mine.claim(taken, 1)
    await mine.put("k", "slack", "C", "")
    old = await taken.next()
    frozen.stop()
    clock.move(LEASE + 1)
    other.claim(rescued, 1)
    await rescued.next()
    frozen.go_on()
    with pytest.raises(Fenced):
        await mine.intend(old, "late")
    await mine.put("next", "slack", "D", "")
    assert (await taken.next()).key == "next"
    await mine.close()


async def test_what_a_dead_process_held_is_taken_over_with_its_intent(open_inbox: OpenInbox, clock: Clock) -> None:
    dead, other, taken, rescued = await open_inbox("one"), await open_inbox("two"), Taken(), Taken()
    dead.claim(taken, 2)
    await dead.put("k", "slack", "C", "")
    await dead.put("l", "slack", "C", "")
    await dead.intend(await taken.next(), "say hello")
    await dead.close()
    other.claim(rescued, 2)
    clock.move(LEASE + 1)
    delivery = await rescued.next()
    assert (delivery.key, delivery.attempt, delivery.intent) == ("k", 2, "say hello")
    assert rescued.waiting == 0


async def test_what_is_taken_over_is_counted_by_who_does(open_inbox: OpenInbox, clock: Clock) -> None:
    dead, other, taken, rescued = await open_inbox("one"), await open_inbox("two"), Taken(), Taken()
    dead.claim(taken, 3)
    for conversation in "abc":
        await dead.put(conversation, "slack", conversation, "")
    await dead.finish(await taken.next())
    await taken.next(), await taken.next()
    await dead.close()
    other.claim(rescued, 3)
    clock.move(LEASE - 1)
    await other.probe()
    before = other.takeovers
    clock.move(LEASE / 3)  # when it looks again
    await rescued.next(), await rescued.next()
    assert (before, other.takeovers, dead.takeovers) == (0, 2, 0)
