"""What was said in a thread stays there, in its order, until it is forgotten."""

from dataclasses import replace

import pytest

from storage.database import Database
from storage.turns import Turn, Turns

FIRST = Turn("c1", "slack:T1:C1:1.0", "slack:T1:U1", 1000.0, "What’s\x00 that? 🎉", "A \ud800 thing.")
SECOND = replace(FIRST, call="c2", question="And that?", at=1001.0)


@pytest.fixture
def turns(database: Database) -> Turns:
    return Turns(database)


async def test_they_come_in_their_order_the_newest_of_them(turns: Turns) -> None:
    for turn in (FIRST, SECOND, replace(FIRST, call="c3", place="slack:T2:C1:1.0")):
        await turns.add(turn)
    assert await turns.of(FIRST.place, 10) == [FIRST, SECOND]
    assert await turns.of(FIRST.place, 1) == [SECOND]
    assert await turns.of("slack:T1:C1", 10) == []


async def test_a_call_says_it_once(turns: Turns) -> None:
    await turns.add(FIRST)
    await turns.add(replace(FIRST, answer="Another."))
    assert await turns.of(FIRST.place, 10) == [FIRST]


async def test_who_wants_to_be_forgotten_is(turns: Turns) -> None:
    theirs = replace(SECOND, actor="slack:T1:U2")
    for turn in (FIRST, theirs):
        await turns.add(turn)
    await turns.forget(FIRST.actor)
    assert await turns.of(FIRST.place, 10) == [theirs]


async def test_what_was_said_long_ago_is_deleted(turns: Turns) -> None:
    for turn in (FIRST, SECOND):
        await turns.add(turn)
    assert await turns.prune(1000.5) == 1
    assert await turns.of(FIRST.place, 10) == [SECOND]
