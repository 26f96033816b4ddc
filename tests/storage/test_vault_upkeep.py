"""What looks after the connected accounts finds all that needs it, and no two processes do the same."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from sqlalchemy import event, update

from storage.changes import owned
from storage.database import Database
from storage.tables import connection as table
from storage.vault import Owner, Vault
from tests.storage.conftest import Clock
from tests.storage.vaults import ADA, GRACE, TEAM, kept

PEOPLE = [Owner("slack", "T1", f"U{number:02}") for number in range(40)]


async def test_what_is_due_is_taken_the_longest_due_first(vault: Vault) -> None:
    for due in (30.0, 10.0, 20.0, 40.0):
        await kept(vault, replace(ADA, person=f"U{due:.0f}"), due=due)

    taken = [each.owner.person for _ in range(4) for each in await vault.due(30.0, 1, again=1000.0)]
    assert taken == ["U10", "U20", "U30"]


async def test_what_was_taken_is_due_again_at_its_next_time(vault: Vault) -> None:
    connection = await kept(vault, due=10.0)
    assert await vault.due(9.0, 10, again=50.0) == []
    assert await vault.due(10.0, 10, again=50.0) == [connection]
    assert await vault.due(49.0, 10, again=90.0) == []
    assert await vault.due(50.0, 10, again=90.0) == [connection]


async def test_what_is_due_is_taken_by_one_process_only(vault: Vault, other: Vault) -> None:
    for owner in PEOPLE:
        await kept(vault, owner)
    taken: list[str] = []

    async def work(each: Vault) -> None:
        for _ in range(2 * len(PEOPLE)):
            taken.extend(connection.id for connection in await each.due(1.0, 3, again=100.0))

    await asyncio.gather(*(work(each) for each in [vault, other] * 2))
    assert len(taken) == len(set(taken)) == len(PEOPLE)


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_what_somebody_else_is_just_changing_is_passed_over_and_not_waited_for(vault: Vault, database: Database) -> None:
    """So that the two can't wait for each other: SQLite's writers take turns anyway."""
    busy, free = await kept(vault, ADA), await kept(vault, GRACE)
    with database.engine.connect() as connection, connection.begin():
        connection.execute(update(table).where(table.c.id == busy.id).values(error="changing"))
        assert await vault.due(1.0, 10, again=2.0) == [free]
    assert [each.id for each in await vault.due(1.0, 10, again=2.0)] == [busy.id]


async def test_what_is_broken_is_due_as_well_and_what_is_stopped_is_not(vault: Vault) -> None:
    broken = await kept(vault)
    await vault.break_(broken, "revoked")
    await kept(vault, GRACE)
    await vault.stop(*owned(GRACE))
    assert [each.id for each in await vault.due(1.0, 10, again=2.0)] == [broken.id]


async def test_the_broken_ones_whose_owners_do_not_know_are_found_until_they_do(vault: Vault) -> None:
    broken = await kept(vault)
    await kept(vault, GRACE)
    assert await vault.untold(10) == []
    await vault.break_(broken, "revoked")
    assert [each.id for each in await vault.untold(10)] == [broken.id]
    await vault.mark_told(broken)
    assert await vault.untold(10) == []


async def test_a_refresh_that_died_is_found_when_its_lease_is_over(vault: Vault, clock: Clock) -> None:
    died = await kept(vault)
    ended = await kept(vault, GRACE)
    await vault.lease(died, "one", 30)
    await vault.lease(ended, "one", 30)
    await vault.release(ended, "one", 0.0)
    assert await vault.interrupted(10) == []
    clock.move(30)
    assert [each.id for each in await vault.interrupted(10)] == [died.id]
    await vault.lease(died, "two", 30)
    assert await vault.interrupted(10) == []


async def test_connections_are_counted_by_service_and_state(vault: Vault) -> None:
    for service in ("notion", "hubspot"):
        for owner in (ADA, GRACE, TEAM):
            await kept(vault, owner, service)
    await vault.stop(*owned(GRACE))
    await vault.break_((await vault.of(ADA))[0], "revoked")

    assert await vault.counts() == {
        ("hubspot", "broken"): 1,
        ("hubspot", "connected"): 1,
        ("hubspot", "stopped"): 1,
        ("notion", "connected"): 2,
        ("notion", "stopped"): 1,
    }


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("look", "index"),
    [
        (lambda vault: vault.interrupted(10), "SEARCH connection USING INDEX connection_refreshing"),
        (lambda vault: vault.untold(10), "INDEX connection_untold"),
        (lambda vault: vault.stopped(10, after="some"), "SEARCH connection USING INDEX connection_stopped"),
        (lambda vault: vault.due(1.0, 10, again=2.0), "INDEX connection_due"),
    ],
)
async def test_what_is_looked_for_again_and_again_is_found_by_an_index(
    look: Callable[[Vault], Awaitable[object]], index: str, vault: Vault, database: Database
) -> None:
    """Of a hundred thousand accounts nearly all are well: they are not to be read every ten seconds."""
    asked: list[tuple[str, tuple[object, ...]]] = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
    await look(vault)
    statement, parameters = next(each for each in asked if "FROM connection" in each[0])
    explain = f"EXPLAIN QUERY PLAN {statement}"
    plan = str(await database.read(lambda it: it.exec_driver_sql(explain, parameters).all()))

    assert index in plan
    assert "connection_owner" not in plan
