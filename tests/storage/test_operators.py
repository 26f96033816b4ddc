"""What operators see and do."""

import asyncio

from storage.inbox import Inbox, Record
from storage.records import JOB
from tests.storage.conftest import Clock, Taken


async def test_the_list_shows_the_newest_first_and_nothing_of_what_people_wrote(inbox: Inbox, clock: Clock) -> None:
    taken = Taken()
    await inbox.put("k", "slack", "C", "CANARY-payload")
    await inbox.put("l", "teams", "D", "CANARY-payload")
    inbox.claim(taken, 1)
    delivery = await taken.next()
    await inbox.intend(delivery, "CANARY-intent")
    await inbox.stop_claiming()
    await inbox.bury(delivery, "no use")
    now = clock.now
    assert await inbox.list() == [
        Record("l", "teams", "D", "ready", received=now, due=0.0, attempts=0, finished=0.0, error="", owner=""),
        Record("k", "slack", "C", "dead", received=now, due=0.0, attempts=1, finished=now, error="no use", owner=""),
    ]
    assert "CANARY" not in repr(await inbox.list())


async def test_the_list_can_be_of_one_state_and_has_an_end(inbox: Inbox) -> None:
    taken = Taken()
    for key in "abcde":
        await inbox.put(key, "slack", key, "")
    inbox.claim(taken, 3)
    await inbox.bury(await taken.next(), "no use")
    await inbox.finish(await taken.next())
    await inbox.stop_claiming()
    assert [record.key for record in await inbox.list("dead")] == ["a"]
    assert [record.key for record in await inbox.list("done")] == ["b"]
    assert [record.owner for record in await inbox.list("running")] == ["one"] * 3
    assert [record.key for record in await inbox.list(limit=2)] == ["e", "d"]


async def test_a_dead_letter_is_replayed_from_the_beginning(inbox: Inbox, clock: Clock) -> None:
    taken = Taken()
    inbox.claim(taken, 1)
    await inbox.put("k", "slack", "C", "hello")
    delivery = await taken.next()
    await inbox.intend(delivery, "said")
    await inbox.bury(delivery, "no use")
    clock.move(60)
    assert await inbox.replay("k")
    again = await taken.next()
    assert (again.payload, again.attempt, again.intent, again.fence) == ("hello", 1, "", 2)
    assert again.received == clock.now
    assert [(record.state, record.error, record.received) for record in await inbox.list()] == [("running", "", clock.now)]


async def test_what_is_done_can_be_replayed(inbox: Inbox) -> None:
    taken = Taken()
    inbox.claim(taken, 1)
    await inbox.put("k", "slack", "C", "hello")
    await inbox.finish(await taken.next())
    assert await inbox.replay("k")
    assert (await taken.next()).attempt == 1


async def test_what_still_runs_or_never_was_is_not_replayed(inbox: Inbox) -> None:
    taken = Taken()
    inbox.claim(taken, 1)
    await inbox.put("k", "slack", "C", "hello")
    await taken.next()
    assert not await inbox.replay("k")
    assert not await inbox.replay("never was")
    assert taken.waiting == 0


async def test_the_counts_are_by_state(inbox: Inbox) -> None:
    taken = Taken()
    for key in "abcdefgh":
        await inbox.put(key, "slack", key, "")
    inbox.claim(taken, 4)
    deliveries = [await taken.next() for _ in range(4)]
    await inbox.stop_claiming()
    await inbox.finish(deliveries[0])
    await inbox.finish(deliveries[1], "was too old")
    await inbox.bury(deliveries[2], "no use")
    assert await inbox.counts() == {"ready": 4, "running": 1, "done": 2, "dead": 1}


async def test_what_was_done_long_ago_is_deleted_and_nothing_else(inbox: Inbox, clock: Clock) -> None:
    taken = Taken()
    for number in range(3):
        await inbox.put(f"old{number}", "slack", f"old{number}", "")
    inbox.claim(taken, 10)
    done, dead, _ = [await taken.next() for _ in range(3)]
    await inbox.finish(done)
    await inbox.bury(dead, "no use")
    clock.move(100)
    await inbox.put("new", "slack", "new", "")
    await inbox.finish(await taken.next())
    assert await inbox.prune(before=clock.now - 50) == 1
    assert sorted(record.key for record in await inbox.list()) == ["new", "old1", "old2"]
    assert not await inbox.put("new", "slack", "new", "")
    assert await inbox.put("old0", "slack", "old0", "")


async def test_more_than_one_transactions_worth_is_deleted(inbox: Inbox, clock: Clock) -> None:
    taken = Taken()
    await asyncio.gather(*(inbox.put(f"k{number}", "slack", f"C{number}", "") for number in range(1100)))
    inbox.claim(taken, 1100)
    deliveries = [await taken.next() for _ in range(1100)]
    await asyncio.gather(*(inbox.finish(delivery) for delivery in deliveries))
    assert await inbox.prune(before=clock.now + 1) == 1100


async def test_the_oldest_that_could_run_tells_for_how_long_it_waits(inbox: Inbox, clock: Clock) -> None:
    seen = []
    await inbox.put("job:a", JOB, "job:a", "", noted=False)
    await inbox.put("later", "slack", "later", "", due=clock.now + 100)
    clock.move(5)
    seen.append(await inbox.oldest(clock.now))
    await inbox.put("first", "slack", "first", "")
    clock.move(20)
    await inbox.put("second", "slack", "second", "")
    seen.append(await inbox.oldest(clock.now))
    assert seen == [0.0, 20.0]


async def test_what_was_postponed_waits_from_when_it_may_run(inbox: Inbox, clock: Clock) -> None:
    await inbox.put("later", "slack", "later", "", due=clock.now + 100)
    clock.move(103)
    assert await inbox.oldest(clock.now) == 3.0
