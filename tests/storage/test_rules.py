"""Rules hold where they were made, until they are removed; and again, once they are restored."""

import asyncio
from dataclasses import replace

import pytest

from storage.database import Database
from storage.rules import Rule, Rules
from tests.storage.conftest import Clock

RULE = Rule("r1", "slack:T1", "ask", "calendar create", "*", "C1", "in:C2", "slack:T1:U1", 1000.0)


@pytest.fixture
def rules(database: Database, clock: Clock) -> Rules:
    return Rules(database, clock)


async def test_those_that_hold_are_listed_as_they_were_made(rules: Rules) -> None:
    strange = replace(RULE, id="r0", what="a\x00\ud800🎉", made=2000.0)
    for rule in (strange, RULE, replace(RULE, tenant="slack:T2")):
        assert await rules.add(rule)

    assert await rules.of("slack:T1") == [RULE, strange]
    assert await rules.of("slack:T3") == []


async def test_one_with_the_same_id_stays_as_it_was(rules: Rules) -> None:
    added = await asyncio.gather(*(rules.add(replace(RULE, made=float(number))) for number in range(10)))

    assert sum(added) == 1
    assert [rule.made for rule in await rules.of("slack:T1")] == [float(added.index(True))]


async def test_what_was_removed_holds_no_more_and_can_be_restored(rules: Rules, clock: Clock) -> None:
    await rules.add(RULE)
    gone = replace(RULE, removed=clock.now)

    assert await rules.restore("r1", "slack:T1") is None
    assert await rules.remove("r1", "slack:T1") == gone
    assert await rules.remove("r1", "slack:T1") is None
    assert (await rules.of("slack:T1"), await rules.find("r1", "slack:T1")) == ([], gone)
    assert await rules.restore("r1", "slack:T1") == RULE
    assert await rules.of("slack:T1") == [RULE]


async def test_nobody_touches_the_rules_of_others(rules: Rules) -> None:
    await rules.add(RULE)

    assert await rules.remove("r1", "slack:T2") is None
    assert await rules.find("r1", "slack:T2") is None
    assert await rules.of("slack:T1") == [RULE]
