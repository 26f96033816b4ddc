"""Where more waits than there is room for, tenants take turns."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import Connection, text

from storage import turns
from storage.database import Database
from storage.driver import Driver
from storage.inbox import Inbox
from storage.turns import Turns
from tests.storage.conftest import Clock, OpenInbox, Taken


async def put(inbox: Inbox, tenant: str, conversations: int, each: int = 1) -> None:
    for number in range(each):
        names = [f"slack:{tenant}:C{conversation}:U1" for conversation in range(conversations)]
        await asyncio.gather(*(inbox.put(f"{name}:{number}", "slack", name, "") for name in names))


async def served(inbox: Inbox, taken: Taken, number: int) -> list[str]:
    """Of whom the next so many are, each done before the next one is looked for."""
    tenants = []
    for _ in range(number):
        delivery = await taken.next()
        tenants.append(delivery.conversation.split(":")[1])
        await inbox.finish(delivery)
    return tenants


async def test_a_flood_of_one_tenant_does_not_keep_another_waiting(inbox: Inbox) -> None:
    taken = Taken()
    await put(inbox, "FLOOD", 3000)
    inbox.claim(taken, 10)
    before = await served(inbox, taken, 20)
    await put(inbox, "T2", 1)
    after = await served(inbox, taken, 20)
    assert set(before) == {"FLOOD"}
    assert after.count("T2") == 1


async def test_tenants_that_flood_alike_are_served_alike(inbox: Inbox) -> None:
    taken = Taken()
    await put(inbox, "T1", 200)
    await put(inbox, "T2", 200)
    inbox.claim(taken, 4)
    tenants = await served(inbox, taken, 100)
    assert 40 <= tenants.count("T2") <= 60


async def test_taking_turns_keeps_the_order_within_a_conversation(inbox: Inbox) -> None:
    taken, order = Taken(), dict[str, list[int]]()
    for tenant in ("T1", "T2", "T3"):
        await put(inbox, tenant, 5, each=6)
    inbox.claim(taken, 3)
    for _ in range(90):
        delivery = await taken.next()
        order.setdefault(delivery.conversation, []).append(int(delivery.key.rpartition(":")[2]))
        await inbox.finish(delivery)
    assert list(order.values()) == [list(range(6))] * 15


async def test_what_waits_for_a_retry_holds_its_conversation_back_in_its_turn_too(inbox: Inbox, clock: Clock) -> None:
    taken = Taken()
    await put(inbox, "T1", 1, each=2)
    await put(inbox, "T2", 3)
    inbox.claim(taken, 1)
    await inbox.retry(await taken.next(), clock.now + 30, "away")
    assert await served(inbox, taken, 3) == ["T2", "T2", "T2"]
    await inbox.probe()
    assert taken.waiting == 0


async def test_two_processes_that_take_turns_take_nothing_twice(open_inbox: OpenInbox) -> None:
    one, two, taken = await open_inbox("one"), await open_inbox("two"), [Taken(), Taken()]
    for tenant in ("T1", "T2", "T3", "T4"):
        await put(one, tenant, 40)
    for inbox, mine in zip((one, two), taken, strict=True):
        inbox.claim(mine, 3)
    tenants = await asyncio.gather(*(served(inbox, mine, 60) for inbox, mine in zip((one, two), taken, strict=True)))
    counts = await one.counts()
    assert [len(each) for each in tenants] == [60, 60]
    assert (counts["done"], counts["ready"] + counts["running"]) == (120, 40)


async def test_of_very_many_tenants_everybody_has_a_turn(
    inbox: Inbox, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "_MOST", 10)
    await asyncio.gather(*(put(inbox, f"T{tenant}", 2) for tenant in range(25)))
    driver = Driver(database.engine)
    looks = Turns(driver)
    with driver.transaction():
        found = [looks.next(10, 0.0) for _ in range(4)]
    driver.disconnect()
    assert [len(each) for each in found] == [10, 10, 5, 10]
    assert len({*found[0], *found[1], *found[2]}) == 25
    assert found[3] == found[0]


async def test_the_fewest_running_come_first_and_then_the_oldest(inbox: Inbox, database: Database) -> None:
    for tenant in ("T3", "T1", "T2", "without"):
        await put(inbox, tenant, 3)
    await inbox.put("plain", "slack", "plain", "")
    await inbox.put("job", "job", "job:upkeep", "")
    running = text("UPDATE delivery SET state = 'running' WHERE conversation IN ('slack:T3:C0:U1', 'slack:T3:C1:U1')")
    await database.run(lambda connection: connection.execute(running))
    driver = Driver(database.engine)
    with driver.transaction():
        numbers = Turns(driver).next(100, 0.0)
    driver.disconnect()
    names = dict(await database.read(seqs))
    assert [names[number] for number in numbers] == ["T1", "T2", "without", "plain", "job", "T3"]


def seqs(connection: Connection) -> list[Any]:
    rows = connection.execute(text("SELECT seq, conversation FROM delivery"))
    return [(seq, f"{name}:{name}".split(":")[1 if name.startswith("slack") else 0]) for seq, name in rows]


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_a_look_at_the_tenants_uses_the_indexes(database: Database) -> None:
    driver = Driver(database.engine)
    with driver.transaction():
        rows = driver.execute("EXPLAIN QUERY PLAN " + Turns(driver)._statement, (0.0, "", 1))
    driver.disconnect()
    plan = [detail for *_, detail in rows if "delivery" in detail]
    assert "SEARCH delivery USING INDEX delivery_tenant (<expr>>?)" in plan
    assert "SEARCH delivery USING INDEX delivery_tenant (<expr>=?)" in plan
    assert [each for each in plan if each.startswith("SCAN") and "delivery_running" not in each] == []
