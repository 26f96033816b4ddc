"""Rules are read once for all who ask at the same time, and again when they may have changed."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.rulebook import Rulebook
from storage.database import Database
from storage.errors import StorageError
from storage.rules import Rule, Rules
from tests.bot.conftest import FixedClock

TENANT = "slack:T1"
RULE = Rule("k7", TENANT, "forbid", "notion", "*", "*", "", "slack:T1:UBOSS", 1000.0)


class Watched(Rules):
    """Counts how often it is read, and breaks as often as it is told to."""

    reads = 0
    breaks = 0

    async def of(self, tenant: str) -> list[Rule]:
        self.reads += 1
        if self.breaks:
            self.breaks -= 1
            raise StorageError("the database is away")
        return await super().of(tenant)


@pytest.fixture
async def rules(clock: FixedClock, tmp_path: Path) -> AsyncIterator[Watched]:
    database = Database(f"sqlite:///{tmp_path / 'rules.db'}")
    await database.open()
    yield Watched(database, clock.time)
    await database.close()


@pytest.fixture
def book(rules: Watched, clock: FixedClock) -> Rulebook:
    return Rulebook(rules, clock)


async def test_however_many_ask_at_once_the_rules_are_read_once(book: Rulebook, rules: Watched) -> None:
    await book.add(RULE)

    assert await asyncio.gather(*(book.of(TENANT) for _ in range(50))) == [(RULE,)] * 50
    assert rules.reads == 1


async def test_a_read_that_broke_is_not_kept(book: Rulebook, rules: Watched) -> None:
    rules.breaks = 1
    told = await asyncio.gather(*(book.of(TENANT) for _ in range(3)), return_exceptions=True)

    assert [type(each) for each in told] == [StorageError] * 3
    assert await book.of(TENANT) == ()


async def test_who_gives_up_waiting_leaves_it_to_the_others(book: Rulebook, rules: Watched) -> None:
    await book.add(RULE)
    impatient, patient = (asyncio.create_task(book.of(TENANT)) for _ in range(2))
    await asyncio.sleep(0)
    impatient.cancel()

    assert await patient == (RULE,)
    assert rules.reads == 1


async def test_what_is_changed_here_holds_at_once(book: Rulebook) -> None:
    assert await book.of(TENANT) == ()
    await book.add(RULE)
    assert await book.of(TENANT) == (RULE,)
    await book.remove(RULE.id, TENANT)
    assert await book.of(TENANT) == ()
