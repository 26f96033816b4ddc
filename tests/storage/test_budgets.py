"""What is spent stays within its limits, however many spend at once, and whatever is killed in between."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import event

from storage.budgets import Budgets
from storage.database import Database

DAY = "2026-11-23"
LIMITS = {"person": 100, "tenant": 1000}


@pytest.fixture
def budgets(database: Database) -> Budgets:
    return Budgets(database)


async def test_what_is_reserved_counts_until_it_is_settled(budgets: Budgets) -> None:
    assert await budgets.reserve("c1", DAY, LIMITS, 80) == ""
    assert await budgets.reserve("c2", DAY, LIMITS, 30) == "person"
    await budgets.settle("c1", 5)
    assert await budgets.reserve("c2", DAY, LIMITS, 30) == ""
    assert await budgets.spent("person", DAY) == 35
    assert await budgets.spent("tenant", DAY) == 35


async def test_where_one_scope_is_full_nothing_is_reserved_in_any(budgets: Budgets) -> None:
    assert await budgets.reserve("c1", DAY, {"a": 100, "b": 10, "c": 100}, 50) == "b"
    assert [await budgets.spent(scope, DAY) for scope in "abc"] == [0, 0, 0]


async def test_a_further_attempt_of_the_same_call_reserves_no_more(budgets: Budgets) -> None:
    for _ in range(3):
        assert await budgets.reserve("c1", DAY, LIMITS, 60) == ""
    assert await budgets.spent("person", DAY) == 60


async def test_a_call_that_is_asked_again_after_it_was_settled_costs_twice(budgets: Budgets) -> None:
    for _ in range(2):
        await budgets.reserve("c1", DAY, LIMITS, 60)
        await budgets.settle("c1", 40)
    assert await budgets.spent("person", DAY) == 80


async def test_it_is_settled_on_the_day_on_which_it_was_reserved(budgets: Budgets) -> None:
    await budgets.reserve("c1", DAY, LIMITS, 60)
    await budgets.reserve("c1", "2026-11-24", LIMITS, 60)
    await budgets.settle("c1", 10)
    assert (await budgets.spent("person", DAY), await budgets.spent("person", "2026-11-24")) == (10, 0)


async def test_what_cost_more_than_was_reserved_counts_whole(budgets: Budgets) -> None:
    await budgets.reserve("c1", DAY, LIMITS, 90)
    await budgets.settle("c1", 150)
    assert await budgets.spent("person", DAY) == 150
    assert await budgets.reserve("c2", DAY, LIMITS, 1) == "person"


async def test_another_day_begins_with_nothing(budgets: Budgets) -> None:
    await budgets.reserve("c1", DAY, LIMITS, 100)
    assert await budgets.reserve("c2", "2026-11-24", LIMITS, 100) == ""


async def test_to_settle_what_nobody_reserved_changes_nothing(budgets: Budgets) -> None:
    await budgets.settle("c1", 10)
    assert await budgets.spent("person", DAY) == 0


async def test_of_many_at_once_only_so_many_get_in_as_fit(budgets: Budgets) -> None:
    full = await asyncio.gather(*(budgets.reserve(f"c{number}", DAY, LIMITS, 30) for number in range(20)))
    assert full.count("") == 3
    assert await budgets.spent("person", DAY) == 90


async def test_old_days_are_forgotten(budgets: Budgets) -> None:
    await budgets.reserve("c1", "2026-10-01", LIMITS, 10)
    await budgets.reserve("c2", DAY, LIMITS, 10)
    assert await budgets.prune("2026-11-01") == 1
    assert await budgets.spent("person", "2026-10-01") == 0
    assert await budgets.spent("person", DAY) == 10


async def test_to_reserve_anew_no_more_than_before_is_never_refused(budgets: Budgets) -> None:
    await budgets.reserve("c1", DAY, LIMITS, 60)
    await budgets.reserve("c2", DAY, LIMITS, 40)
    await budgets.settle("c2", 100)
    assert await budgets.reserve("c1", DAY, LIMITS, 60) == ""
    assert await budgets.reserve("c1", DAY, LIMITS, 61) == "person"
    assert await budgets.spent("person", DAY) == 160


async def test_what_was_never_settled_can_be_released_by_how_its_ids_begin(budgets: Budgets) -> None:
    for call in ("c1:0", "c1:1", "c10:0", "C1:0", "c1"):
        await budgets.reserve(call, DAY, LIMITS, 10)
    await budgets.settle("c1:1", 7)
    await budgets.release("c1:")
    assert await budgets.spent("person", DAY) == 7 + 30
    assert await budgets.spent("tenant", DAY) == 7 + 30


async def test_one_of_them_can_be_spared(budgets: Budgets) -> None:
    for call in ("c1:0", "c1:1"):
        await budgets.reserve(call, DAY, LIMITS, 10)
    await budgets.release("c1:", but="c1:0")
    await budgets.settle("c1:0", 4)
    assert await budgets.spent("person", DAY) == 4


async def test_what_is_settled_after_it_was_released_counts_whole(budgets: Budgets) -> None:
    await budgets.reserve("c1:0", DAY, LIMITS, 10)
    await budgets.release("c1:")
    await budgets.settle("c1:0", 4)
    assert await budgets.spent("person", DAY) == 4


async def test_what_a_taken_over_attempt_cost_frees_nothing_that_the_next_one_has_reserved(
    budgets: Budgets,
) -> None:
    for _ in range(2):
        await budgets.reserve("c1:0", DAY, LIMITS, 60)
    await budgets.settle("c1:0", 7, frees=False)
    assert await budgets.spent("person", DAY) == 67
    await budgets.settle("c1:0", 5)
    assert await budgets.spent("person", DAY) == 12


async def test_what_is_settled_by_many_at_once_is_freed_once_and_costs_each_time(budgets: Budgets) -> None:
    for number in range(20):
        await budgets.reserve(f"c{number}", DAY, {f"s{number}": 1000}, 100)
        await asyncio.gather(*(budgets.settle(f"c{number}", 7) for _ in range(4)))
    assert [await budgets.spent(f"s{number}", DAY) for number in range(20)] == [28] * 20


async def test_what_is_reserved_by_many_at_once_for_one_call_is_reserved_once(budgets: Budgets) -> None:
    for number in range(20):
        await asyncio.gather(*(budgets.reserve(f"c{number}", DAY, {f"s{number}": 1000}, 100) for _ in range(4)))
    assert [await budgets.spent(f"s{number}", DAY) for number in range(20)] == [100] * 20


async def test_of_those_who_reserve_settle_and_release_at_once_nobody_waits_for_each_other(budgets: Budgets, url: str) -> None:
    """Nor does one of them fail: their days and scopes cross."""
    other = Database(url)
    both, days = (budgets, Budgets(other)), ("2026-11-24", DAY)
    for turn in range(10):
        for number in range(6):
            scopes = dict.fromkeys(("a", "b")[number % 3 // 2 :], 10**6)
            await budgets.reserve(f"{turn}:{number}", days[number % 2], scopes, 100)
        freeing = [each.release(f"{turn}:") for each in both]
        settling = [both[number % 2].settle(f"{turn}:{number}", 0) for number in range(6)]
        reserving = [each.reserve(f"{turn}:0", DAY, {"b": 10**6, "a": 10**6}, 0) for each in both]
        await asyncio.gather(*freeing, *settling, *reserving)
    await other.close()
    assert [await budgets.spent(scope, day) for scope in "ab" for day in days] == [0, 0, 0, 0]


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_what_was_settled_long_ago_is_not_looked_at_for_what_is_still_reserved(
    budgets: Budgets, database: Database
) -> None:
    asked: list[tuple[str, Any]] = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def listen(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        asked.append((statement, parameters))

    await budgets.release("c1:")
    statement, parameters = asked[-1]
    plan = await database.read(lambda it: it.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all())
    assert [row.detail for row in plan] == ["SCAN reservation USING INDEX reservation_reserved"]
