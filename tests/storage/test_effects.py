"""A write is known from before it happens, until it is taken back."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from storage.database import Database
from storage.effects import Effect, Effects

ADA, HERE = "slack:T1:U1", "slack:T1:C1"
ARGUMENTS = '{"title": "a\x00\ud800🎉"}'
EFFECT = Effect("e1", "call-1", ADA, HERE, "calendar create", ARGUMENTS, "Calendar: ada@acme.test", 1.5)


@pytest.fixture
def effects(database: Database) -> Effects:
    return Effects(database)


def effect(number: int, **changes: Any) -> Effect:
    return replace(EFFECT, id=f"e{number}", call=f"call-{number}", **changes)


async def done(effects: Effects, number: int, **changes: Any) -> None:
    await effects.begin(effect(number, **changes))
    await effects.finish(f"call-{number}", "done", "calendar cancel", f'{{"number": {number}}}')


async def test_a_call_is_begun_once_and_again_by_who_has_seen_how_it_stands(effects: Effects) -> None:
    assert await effects.begin(EFFECT) == EFFECT
    assert await effects.begin(replace(EFFECT, id="another")) is None
    assert await effects.find("another") is None
    assert await effects.begin(EFFECT, seen=1) == replace(EFFECT, attempt=2)
    assert await effects.begin(EFFECT, seen=1) is None


async def test_what_failed_begins_anew_and_what_may_have_happened_stays_so(effects: Effects) -> None:
    await effects.begin(EFFECT)
    await effects.finish("call-1", "failed")
    assert await effects.begin(EFFECT, seen=1) == replace(EFFECT, attempt=2)
    await effects.finish("call-1", "unknown")
    assert await effects.begin(EFFECT, seen=2) == replace(EFFECT, state="unknown", attempt=3)
    await effects.finish("call-1", "done")
    assert await effects.begin(EFFECT, seen=3) is None


@pytest.mark.parametrize("seen", [0, 1])
async def test_of_many_who_begin_the_same_at_once_one_does(effects: Effects, url: str, seen: int) -> None:
    if seen:
        await effects.begin(EFFECT)
    other = Database(url)
    both = (effects, Effects(other))
    found = await asyncio.gather(*(both[n % 2].begin(replace(EFFECT, id=f"e{n}"), seen) for n in range(12)))
    await other.close()

    assert [each for each in found if each] == [await effects.of_call("call-1")]


async def test_of_many_who_take_the_same_back_at_once_one_does(effects: Effects, url: str) -> None:
    await done(effects, 1)
    other = Database(url)
    both = (effects, Effects(other))
    begun = (both[n % 2].begin(effect(n, undoes="e1")) for n in range(2, 14))
    found = [each for each in await asyncio.gather(*begun, return_exceptions=True) if isinstance(each, Effect)]
    await other.close()

    assert len(found) == 1
    await effects.finish(found[0].call, "unknown")
    assert await effects.begin(effect(20, undoes="e1")) is None
    await effects.finish(found[0].call, "failed")
    assert await effects.begin(effect(21, undoes="e1"))


async def test_what_came_of_it_is_kept_with_the_way_back(effects: Effects) -> None:
    await done(effects, 1)
    await effects.finish("call-1", "done", reply="Done.")
    await effects.finish("call-1", "unknown")

    way_back: dict[str, Any] = {"undo": "calendar cancel", "undo_arguments": '{"number": 1}'}
    expected = replace(EFFECT, state="done", reply="Done.", **way_back)
    assert await effects.find("e1") == await effects.of_call("call-1") == expected
    assert (await effects.find("e2"), await effects.of_call("e1")) == (None, None)


async def test_once_a_taking_back_is_done_what_it_took_back_is_undone_for_good(effects: Effects) -> None:
    await done(effects, 1)
    await effects.begin(effect(2, undoes="e1"))
    states = []
    for call, state in (("call-2", "unknown"), ("call-2", "done"), ("call-1", "done"), ("call-2", "done")):
        await effects.finish(call, state)
        first = await effects.find("e1")
        states.append(first and first.state)

    assert states == ["done", "undone", "undone", "undone"]


async def test_the_last_one_is_the_newest_of_theirs_here_that_can_be_taken_back(effects: Effects) -> None:
    assert await effects.last(ADA, HERE) is None
    await done(effects, 1)
    await done(effects, 2)
    await done(effects, 3, actor="slack:T1:U2")
    await done(effects, 4, conversation="slack:T1:C2")
    await done(effects, 5, undoes="nothing")
    await done(effects, 8, undoes="also nothing", restores=True)
    await effects.begin(effect(6))
    await effects.begin(effect(7))
    await effects.finish("call-7", "done")

    found = []
    while last := await effects.last(ADA, HERE):
        found.append(last.id)
        await done(effects, 100 + len(found), undoes=last.id)
    assert found == ["e8", "e2", "e1"]


async def test_what_is_forgotten_is_known_to_have_been_done_and_no_more(effects: Effects) -> None:
    await done(effects, 1)
    await done(effects, 2, actor="slack:T1:U2")
    await effects.forget(ADA)
    left = await effects.find("e1")

    assert left
    assert (left.state, left.arguments, left.undo, left.account) == ("done", "{}", "", "")
    assert await effects.last("slack:T1:U2", HERE)


async def test_old_ones_can_be_deleted(effects: Effects) -> None:
    await effects.begin(effect(1, at=1.0))
    await effects.begin(effect(2, at=2.0))

    assert await effects.prune(2.0) == 1
    assert (await effects.find("e1"), await effects.find("e2")) == (None, effect(2, at=2.0))


async def test_what_is_too_long_for_an_index_is_refused(effects: Effects) -> None:
    for name in ("id", "call", "actor", "conversation"):
        longest: dict[str, Any] = {name: "\U00020000" * 400}
        too_long: dict[str, Any] = {name: "x" * 501}
        assert await effects.begin(replace(EFFECT, **longest))
        await effects.prune(2.0)
        with pytest.raises(ValueError, match="500"):
            await effects.begin(replace(EFFECT, **too_long))
