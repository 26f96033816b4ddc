"""A state is consumed once: by its own session, for its own purpose, in time, and as it was stored.

`STATES=300` for the whole drill.
"""

import asyncio
import itertools
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, update

from storage.database import Database
from storage.states import States
from storage.tables import oauth_state
from tests.acceptance.forked_python import beside
from tests.storage.conftest import Clock
from tests.storage.hostile import HOSTILE
from tests.storage.states import open_states

STATES = int(os.environ.get("STATES", "60"))
CONTENT = {"verifier": "CANARY-verifier", "nonce": "CANARY-nonce", "go_on": "/integrations"}


@pytest.fixture
async def states(database: Database, clock: Clock) -> States:
    return await open_states(database, clock)


@pytest.fixture
async def others(url: str, clock: Clock, states: States) -> AsyncIterator[list[States]]:
    databases = [Database(url) for _ in range(3)]
    yield [await open_states(database, clock) for database in databases]
    for database in databases:
        await database.close()


async def test_a_state_brings_back_what_was_kept_for_it(states: States) -> None:
    one, two = await states.issue("s1", "connect notion", CONTENT), await states.issue("s1", "connect notion", {})

    assert one != two
    assert await states.consume(one, "s1", "connect notion") == CONTENT
    assert await states.consume(two, "s1", "connect notion") == {}


async def test_a_state_works_once(states: States) -> None:
    state = await states.issue("s1", "connect notion", CONTENT)
    await states.consume(state, "s1", "connect notion")

    assert await states.consume(state, "s1", "connect notion") is None


async def test_each_of_many_states_used_four_times_at_once_is_consumed_once(states: States, others: list[States]) -> None:
    issued = [await states.issue("s1", "connect notion", {"number": number}) for number in range(STATES)]
    consumers = [states, *others]
    results = await asyncio.gather(*(each.consume(state, "s1", "connect notion") for state in issued for each in consumers))

    assert sorted(result["number"] for result in results if result is not None) == list(range(STATES))


CONSUME = """
import asyncio, json, sys, time
from storage.database import Database
from tests.storage.states import open_states

async def main():
    database = Database(sys.argv[1])
    states = await open_states(database, lambda: 1_000_000.0)
    print("ready", flush=True)
    issued = json.loads(sys.stdin.readline())
    uses = await asyncio.gather(*(states.consume(state, "s1", "connect notion") for state in issued for _ in range(2)))
    print(json.dumps([use["number"] for use in uses if use is not None]))
    await database.close()

asyncio.run(main())
"""


async def test_each_of_many_states_used_by_two_processes_at_once_is_consumed_once(states: States, url: str) -> None:
    issued = [await states.issue("s1", "connect notion", {"number": number}) for number in range(STATES)]
    async with beside(CONSUME, url) as one, beside(CONSUME, url) as two:
        for each in (one, two):
            assert await each.printed.readline() == b"ready\n"
        for each in (one, two):
            each.typed.write((json.dumps(issued) + "\n").encode())
        ends = await asyncio.gather(one.end(), two.end())

    assert [code for code, _ in ends] == [0, 0]
    consumed = [json.loads(printed) for _, printed in ends]
    assert sorted(itertools.chain(*consumed)) == list(range(STATES))


@pytest.mark.parametrize(("session", "purpose"), [("s2", "connect notion"), ("s1", "connect hubspot"), ("", "")])
async def test_another_session_or_purpose_neither_gets_nor_uses_up_a_state(states: States, session: str, purpose: str) -> None:
    state = await states.issue("s1", "connect notion", CONTENT)

    assert await states.consume(state, session, purpose) is None
    assert await states.consume(state, "s1", "connect notion") == CONTENT


async def test_a_state_lives_for_ten_minutes(states: States, clock: Clock) -> None:
    early, late = await states.issue("s1", "connect notion", CONTENT), await states.issue("s1", "connect notion", CONTENT)
    clock.move(599.9)
    assert await states.consume(early, "s1", "connect notion") == CONTENT
    clock.move(0.1)
    assert await states.consume(late, "s1", "connect notion") is None


async def test_a_state_that_was_changed_on_its_way_is_unknown(states: States) -> None:
    state = await states.issue("s1", "connect notion", CONTENT)
    changed = [f"{state[:place]}{'A' if state[place] != 'A' else 'B'}{state[place + 1 :]}" for place in range(len(state))]

    assert await asyncio.gather(*(states.consume(each, "s1", "connect notion") for each in changed)) == [None] * len(state)
    assert await states.consume(state, "s1", "connect notion") == CONTENT


async def test_what_was_changed_in_the_database_is_refused_and_gone(states: States, database: Database) -> None:
    state = await states.issue("s1", "connect notion", CONTENT)
    sealed = await database.read(lambda connection: connection.execute(select(oauth_state.c.sealed)).scalar_one())
    worse = update(oauth_state).values(sealed=sealed[:-1] + bytes([sealed[-1] ^ 1]))
    await database.run(lambda connection: connection.execute(worse))

    assert await states.consume(state, "s1", "connect notion") is None
    assert await states.prune(float("inf")) == 0


def swap(connection: Connection) -> None:
    """Gives each of the two rows what was sealed for the other."""
    one, two = connection.execute(select(oauth_state.c.hash, oauth_state.c.sealed)).all()
    for to, source in ((one, two), (two, one)):
        connection.execute(update(oauth_state).where(oauth_state.c.hash == to.hash).values(sealed=source.sealed))


async def test_contents_swapped_in_the_database_are_refused(states: States, database: Database) -> None:
    one, two = await states.issue("s1", "connect notion", CONTENT), await states.issue("s1", "connect notion", CONTENT)
    await database.run(swap)

    assert await states.consume(one, "s1", "connect notion") is None
    assert await states.consume(two, "s1", "connect notion") is None


async def test_a_purpose_changed_in_the_database_is_refused(states: States, database: Database) -> None:
    state = await states.issue("s1", "connect notion", CONTENT)
    await database.run(lambda connection: connection.execute(update(oauth_state).values(purpose="connect hubspot")))

    assert await states.consume(state, "s1", "connect hubspot") is None


async def test_only_what_has_expired_is_pruned(states: States, clock: Clock) -> None:
    await states.issue("s1", "connect notion", CONTENT)
    clock.move(601)
    state = await states.issue("s1", "connect notion", CONTENT)

    assert await states.prune(clock.now) == 1
    assert await states.consume(state, "s1", "connect notion") == CONTENT


@pytest.mark.parametrize("strange", HOSTILE.values(), ids=HOSTILE)
async def test_whatever_comes_in_place_of_a_state_is_not_found(states: States, strange: str) -> None:
    state = await states.issue("s1", "connect notion", CONTENT)

    assert await states.consume(strange, "s1", "connect notion") is None
    assert await states.consume(state, strange, "connect notion") is None
    assert await states.consume(state, "s1", strange) is None
    assert await states.consume(state, "s1", "connect notion") == CONTENT


async def test_text_of_any_characters_comes_back(states: States) -> None:
    content = {"name": "".join(HOSTILE[name] for name in HOSTILE if name != "huge"), "scopes": ["a", "b"], "team": True}
    state = await states.issue("s\x001", "\ud800", content)

    assert await states.consume(state, "s\x001", "\ud800") == content


async def test_no_row_holds_the_state_or_its_content(database: Database, clock: Clock) -> None:
    states = await open_states(database, clock, token=lambda: "CANARY-state")
    await states.issue("s1", "connect notion", CONTENT)
    rows = await database.read(lambda connection: connection.execute(select(oauth_state)).all())

    assert len(rows) == 1
    assert b"CANARY" not in rows[0].sealed
    assert "CANARY" not in str(rows)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_neither_a_state_nor_its_content_is_in_any_file(database: Database, clock: Clock, tmp_path: Path) -> None:
    numbers = itertools.count()
    states = await open_states(database, clock, token=lambda: f"CANARY-state-{next(numbers)}")
    issued = [await states.issue("s1", "connect notion", CONTENT) for _ in range(20)]
    for state in issued[::2]:
        await states.consume(state, "s1", "connect notion")
    files = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    assert any(b"connect notion" in content for content in files.values())
    assert [name for name, content in files.items() if b"CANARY" in content] == []
