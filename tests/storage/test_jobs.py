"""What the bot does by itself, time and again, is a delivery that is put off."""

import pytest

from storage.inbox import Fenced, Inbox
from tests.storage.conftest import Clock, OpenInbox, Taken

JOB = "job:tidy"


async def put(inbox: Inbox, due: float) -> bool:
    return await inbox.put(JOB, "job", JOB, "", noted=False, due=due)


async def test_it_comes_when_it_is_due_and_not_before(inbox: Inbox, clock: Clock) -> None:
    taken = Taken()
    inbox.claim(taken, 1)
    await put(inbox, clock.now + 60)
    clock.move(59)
    await inbox.probe()
    await inbox.probe()
    assert taken.waiting == 0
    clock.move(1)
    assert (await taken.next()).key == JOB


async def test_it_comes_again_as_if_for_the_first_time(inbox: Inbox, clock: Clock) -> None:
    taken = Taken()
    inbox.claim(taken, 1)
    await put(inbox, clock.now)
    first = await taken.next()
    await inbox.retry(first, clock.now, "away")
    second = await taken.next()
    await inbox.again(second, clock.now + 60)
    with pytest.raises(Fenced):
        await inbox.again(second, clock.now)
    clock.move(60)
    third = await taken.next()
    assert (first.attempt, second.attempt, third.attempt) == (1, 2, 1)


async def test_whichever_process_asks_first_has_it(open_inbox: OpenInbox, clock: Clock) -> None:
    one, two, taken = await open_inbox("one"), await open_inbox("two"), Taken()
    assert [await put(inbox, clock.now) for inbox in (one, two)] == [True, False]
    one.claim(taken, 1)
    two.claim(taken, 1)
    await taken.next()
    await one.probe()
    await two.probe()
    assert taken.waiting == 0


async def test_operators_see_it_only_when_they_ask_for_it(inbox: Inbox, clock: Clock) -> None:
    taken = Taken()
    await put(inbox, clock.now)
    await inbox.put("k", "slack", "C", "")
    assert [record.key for record in await inbox.list()] == ["k"]
    assert [record.key for record in await inbox.list(jobs=True)] == ["k", JOB]
    assert await inbox.counts() == {"ready": 1, "running": 0, "done": 0, "dead": 0}
    inbox.claim(taken, 2)
    await taken.next()
    await taken.next()
    assert await inbox.counts() == {"ready": 0, "running": 1, "done": 0, "dead": 0}


async def test_one_that_was_given_up_can_be_revived(inbox: Inbox, clock: Clock) -> None:
    taken = Taken()
    inbox.claim(taken, 1)
    await put(inbox, clock.now)
    await inbox.bury(await taken.next(), "no use")
    assert await inbox.replay(JOB)
    assert (await taken.next()).attempt == 1
