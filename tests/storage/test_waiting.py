"""What waits for an account is taken once, by whoever asked it, and only their latest."""

import asyncio

import pytest

from storage.database import Database
from storage.inbox import Inbox
from storage.waiting import Waiting, Waits
from tests.storage.conftest import Clock
from tests.storage.hostile import HOSTILE


@pytest.fixture
def waiting(database: Database, clock: Clock) -> Waiting:
    return Waiting(database, clock)


async def test_what_waits_is_taken_once(waiting: Waiting) -> None:
    await waiting.wait("slack:T1:U1", "notion", "d1", "C1")

    assert await waiting.take("slack:T1:U1", "notion") == [Waits("d1", "C1")]
    assert await waiting.take("slack:T1:U1", "notion") == []


async def test_the_newest_takes_the_place_of_the_older(waiting: Waiting, clock: Clock) -> None:
    await waiting.wait("slack:T1:U1", "notion", "d1", "C1")
    clock.move(3000)
    await waiting.wait("slack:T1:U1", "notion", "d2", "C1")
    clock.move(3000)

    assert await waiting.take("slack:T1:U1", "notion") == [Waits("d2", "C1")]
    assert await waiting.take("slack:T1:U1", "notion") == []


async def test_what_was_asked_in_two_conversations_waits_in_both(waiting: Waiting) -> None:
    for number in (1, 2):
        await waiting.wait("slack:T1:U1", "notion", f"d{number}", f"C{number}")
    taken = await waiting.take("slack:T1:U1", "notion")
    assert {each.delivery for each in taken} == {"d1", "d2"}


async def test_nobody_takes_what_somebody_else_asked_or_for_another_service(waiting: Waiting) -> None:
    await waiting.wait("slack:T1:U1", "notion", "d1", "C1")
    await waiting.wait("slack:T1:U2", "notion", "d2", "C1")
    await waiting.wait("slack:T1:U1", "hubspot", "d3", "C1")

    assert await waiting.take("slack:T1:U3", "notion") == []
    assert await waiting.take("slack:T1:U1", "hubspot") == [Waits("d3", "C1")]
    assert await waiting.take("slack:T1:U1", "notion") == [Waits("d1", "C1")]
    assert await waiting.take("slack:T1:U2", "notion") == [Waits("d2", "C1")]


async def test_of_many_who_take_it_at_once_one_gets_it(waiting: Waiting, url: str, clock: Clock) -> None:
    other = Database(url)
    both = (waiting, Waiting(other, clock))
    for number in range(30):
        await waiting.wait("slack:T1:U1", "notion", f"d{number}", "C1")
        taken = await asyncio.gather(*(each.take("slack:T1:U1", "notion") for each in (*both, *both)))
        assert [each for each in taken if each] == [[Waits(f"d{number}", "C1")]]
    await other.close()


async def test_many_who_wait_at_once_leave_one(waiting: Waiting) -> None:
    await asyncio.gather(*(waiting.wait("slack:T1:U1", "notion", f"d{number}", "C1") for number in range(20)))

    assert await waiting.take("slack:T1:U1", "notion")
    assert await waiting.take("slack:T1:U1", "notion") == []


async def test_nothing_waits_for_longer_than_an_hour(waiting: Waiting, clock: Clock) -> None:
    await waiting.wait("slack:T1:U1", "notion", "d1", "C1")
    clock.move(3599.9)
    await waiting.wait("slack:T1:U2", "notion", "d2", "C1")
    clock.move(0.1)

    assert await waiting.take("slack:T1:U1", "notion") == []
    assert await waiting.prune(clock.now + 1) == 1
    assert await waiting.take("slack:T1:U2", "notion") == [Waits("d2", "C1")]


@pytest.mark.parametrize("strange", HOSTILE.values(), ids=HOSTILE)
async def test_strange_names_are_nobody(waiting: Waiting, strange: str) -> None:
    assert await waiting.take(strange, strange) == []
    assert await waiting.later(strange) == []


async def test_names_of_any_characters_are_found_again(waiting: Waiting) -> None:
    await waiting.wait("slack:\x00:\ud800", "notion", "\x00", "é🎉")

    assert await waiting.take("slack:\x00:\ud800", "notion") == [Waits("\x00", "é🎉")]


async def test_what_arrived_later_in_the_same_conversation_is_told_in_order(waiting: Waiting, inbox: Inbox) -> None:
    for key, conversation in [("d1", "C1"), ("d2", "C1"), ("d3", "C2"), ("d4", "C1"), ("d5", "C1")]:
        await inbox.put(key, "slack", conversation, f"payload of {key}")

    assert [each.key for each in await waiting.later("d2")] == ["d4", "d5"]
    assert [each.payload for each in await waiting.later("d4")] == ["payload of d5"]
    assert await waiting.later("d5") == []
    assert await waiting.later("d3") == []


async def test_of_what_arrived_later_the_oldest_fifty_are_told(waiting: Waiting, inbox: Inbox) -> None:
    for number in range(60):
        await inbox.put(f"d{number}", "slack", "C1", "")

    assert [each.key for each in await waiting.later("d3")] == [f"d{number}" for number in range(4, 54)]
