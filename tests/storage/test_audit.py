"""What was asked and decided is read back, by whom it concerns; it is added to, and never changed."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from math import inf
from typing import Any

import pytest

from storage.audit import Audit, Entry, Verdict
from storage.database import Database, StorageError
from storage.errors import Fenced
from storage.inbox import Inbox
from storage.offers import Offer, Offers
from tests.storage.conftest import Clock, OpenInbox, Taken

ADA, GRACE = "slack:T1:U1", "slack:T1:U2"
ENTRY = Entry("d1", "call", 1000.0, ADA, "Ada", "slash", "C1", "calendar today", '{"day": 1}', "", "", "done", "3 meetings")
NUMBERS = ("1100", "1000", "500")  # of the last row of each piece
STRANGE = "a\x00b\x1a\x1a0041 half \ud83d of a pair 🎉 é <script>%s ? :x {rows}"


@pytest.fixture
def audit(database: Database) -> Audit:
    return Audit(database)


def entry(number: int, **changes: Any) -> Entry:
    return replace(ENTRY, id=f"d{number}", at=1000.0 + number, **changes)


def ids(entries: Sequence[Entry]) -> list[str]:
    return [each.id for each in entries]


def sound(verdict: Verdict, rows: int) -> bool:
    return (verdict.rows, verdict.wrong) == (rows, ())


async def test_what_was_written_is_read_back_with_its_number(audit: Audit) -> None:
    texts: dict[str, Any] = {name: STRANGE for name, value in vars(ENTRY).items() if isinstance(value, str)}
    strange = replace(ENTRY, **texts)
    await audit.append(ENTRY, strange)
    await audit.append()
    await audit.append(replace(ENTRY, number=77))

    assert await audit.of() == [replace(ENTRY, number=3), replace(strange, number=2), replace(ENTRY, number=1)]
    assert sound(await audit.verify(), 3)


async def test_moments_are_hashed_as_they_are_read_back(audit: Audit) -> None:
    moments = [0, 1000, 0.1 + 0.2, 1e-7, 1.7e9 + 1 / 3, 1700000000.1234567, 5e-324, 1.7976931348623157e308, -0.0, 2**53 + 1]
    await audit.append(*(replace(ENTRY, at=moment) for moment in moments))

    assert sound(await audit.verify(), len(moments))
    assert [each.at for each in reversed(await audit.of())] == [*moments[:-1], 2.0**53]


async def test_each_is_found_by_whom_and_where_and_what_it_was(audit: Audit) -> None:
    await audit.append(
        entry(1),
        entry(2, actor=GRACE, command="notion find"),
        entry(3, actor="slack:T10:U1", conversation="C2"),
        entry(4, actor="slack:t1:U1", outcome="refused"),
        entry(5, actor="slack:T_:U1"),
        entry(6, actor="", kind="repeat", conversation="slack:T2:C1:U1"),
        entry(7, actor="", conversation="slack:T2:C1:U1"),
        entry(8, actor="", name="Grace Hopper"),
    )
    found = {
        "everybody's": await audit.of(),
        "a person's": await audit.of(ADA),
        "a tenant's": await audit.of(tenant="slack:T1"),
        "of a tenant with a wildcard in its name": await audit.of(tenant="slack:T_"),
        "in a conversation": await audit.of(conversation="C2"),
        "of a command": await audit.of(command="notion find"),
        "of no command": await audit.of(command="notion"),
        "with an outcome": await audit.of(outcome="refused"),
        "all at once": await audit.of(ADA, "slack:T1", "C1", "calendar today", "done", 1001.0, 1001.1),
        "since then": await audit.of(since=1005.0),
        "until then": await audit.of(until=1002.0),
        "of somebody unheard of": await audit.of("%"),
        "what came again to a tenant": await audit.of(tenant="slack:T2"),
        "of whom that is the key or the name": await audit.of(ADA, name="grace hopper"),
        "of who is called that": await audit.of(tenant="slack:T1", name="ADA"),
    }
    assert {name: [int(each.id[1:]) for each in entries] for name, entries in found.items()} == {
        "everybody's": [8, 7, 6, 5, 4, 3, 2, 1],
        "a person's": [1],
        "a tenant's": [2, 1],
        "of a tenant with a wildcard in its name": [5],
        "in a conversation": [3],
        "of a command": [2],
        "of no command": [],
        "with an outcome": [4],
        "all at once": [1],
        "since then": [8, 7, 6, 5],
        "until then": [1],
        "of somebody unheard of": [],
        "what came again to a tenant": [6],
        "of whom that is the key or the name": [8, 1],
        "of who is called that": [2, 1],
    }


async def test_pages_follow_one_another_without_a_gap(audit: Audit) -> None:
    await audit.append(*(entry(number) for number in range(25)))
    seen: list[Entry] = []
    while page := await audit.of(ADA, before=seen[-1].number if seen else 0, limit=10):
        seen += page

    assert ids(seen) == [f"d{number}" for number in reversed(range(25))]


@pytest.mark.parametrize("number", [-1, 10**30, -(10**30)])
async def test_numbers_from_outside_do_no_harm(audit: Audit, number: int) -> None:
    await audit.append(ENTRY)

    assert len(await audit.of(before=number)) == 1
    assert len(await audit.of(limit=number)) == (number > 0)


async def test_an_export_is_in_order_and_has_no_end(audit: Audit) -> None:
    await audit.append(*(entry(number, actor=(ADA, "slack:T2:U1")[number % 2]) for number in range(1200)))
    every = [each async for each in audit.every(1100.0, 2199.0)]

    assert ids(every) == [f"d{number}" for number in range(100, 1199)]
    assert ids([each async for each in audit.every(-inf, inf, "slack:T2")]) == [f"d{number}" for number in range(1, 1200, 2)]
    assert ids([each async for each in audit.every(0.0, 1003.0, actor=ADA)]) == ["d0", "d2"]
    assert ids([each async for each in audit.every(0.0, 1003.0, "slack:T2", "", "ada")]) == ["d1"]


async def test_an_intent_and_what_is_noted_of_it_are_stored_together(inbox: Inbox, audit: Audit, database: Database) -> None:
    taken = Taken()
    inbox.claim(taken, 1)
    await inbox.put("k", "slack", "C1", "")
    delivery = await taken.next()
    await inbox.intend(delivery, "done", [Offer("a", "", "", "", 1.0)], [entry(1), entry(2)])
    with pytest.raises(StorageError):
        await inbox.intend(delivery, "nonsense", [Offer("b", "", "", "", 1.0)], [entry(3, said=object())])
    with pytest.raises(Fenced):
        await inbox.intend(replace(delivery, fence=7), "late", (), [entry(4)])

    assert ids(await audit.of()) == ["d2", "d1"]
    assert (await inbox.intent("k"), await Offers(database).find("b")) == ("done", None)
    assert sound(await audit.verify(), 2)


async def test_what_runs_once_more_gets_a_row_of_its_own(inbox: Inbox, audit: Audit) -> None:
    taken = Taken()
    inbox.claim(taken, 1)
    await inbox.put("k", "slack", "C1", "")
    for outcome in ("not connected", "done"):
        delivery = await taken.next()
        await inbox.intend(delivery, outcome, (), [entry(1, outcome=outcome)])
        await inbox.finish(delivery)
        await inbox.replay("k")

    assert [(each.id, each.outcome) for each in await audit.of()] == [("d1", "done"), ("d1", "not connected")]


async def test_what_came_again_is_noted_once_however_often_it_comes(open_inbox: OpenInbox, audit: Audit, clock: Clock) -> None:
    inboxes = [await open_inbox("one"), await open_inbox("two")]
    await asyncio.gather(*(inbox.put(f"k{n}", "slack", "C1", "") for inbox in inboxes * 3 for n in range(20)))
    clock.move(60)
    await asyncio.gather(*(inbox.put("k1", "slack", "C1", "CANARY-payload") for inbox in inboxes))
    await inboxes[0].put("new", "slack", "C1", "")
    for _ in range(2):  # what the bot says to itself is nobody's to account for
        await inboxes[0].put("own", "slack:notice", "notice:slack:T1:U1", "", noted=False)

    repeats = await audit.of(outcome="repeated")
    assert sorted(ids(repeats)) == sorted(f"repeat:k{n}" for n in range(20))
    told = replace(repeats[0], id="", number=0)
    assert told == Entry("", "repeat", clock.now - 60, "", "", "slack", "C1", "", "", "", "", "repeated", "")
    assert sound(await audit.verify(), 20)


async def test_however_many_write_at_once_there_is_one_chain(open_inbox: OpenInbox, url: str, audit: Audit) -> None:
    """Two processes, as far as the database can tell; and whoever verifies meanwhile sees nothing wrong."""
    other, inboxes, taken = Database(url), [await open_inbox("one"), await open_inbox("two")], Taken()
    await other.open()

    async def intend() -> None:
        delivery = await taken.next()
        await inboxes[delivery.key > "k12"].intend(delivery, "", (), [entry(1), entry(2)])

    async def verify() -> None:
        for _ in range(10):
            assert (await audit.verify()).wrong == ()

    for number in range(25):
        await inboxes[0].put(f"k{number:02}", "slack", f"C{number}", "")
    for inbox in inboxes:
        inbox.claim(taken, 25)
    appends = [each.append(entry(3), entry(4)) for each in (audit, Audit(other)) for _ in range(15)]
    repeats = [inbox.put(f"k{number:02}", "slack", f"C{number}", "") for inbox in inboxes for number in range(25)]
    await asyncio.gather(verify(), *appends, *repeats, *(intend() for _ in range(25)))
    await other.close()

    assert sound(await audit.verify(), 60 + 50 + 25)


async def test_old_entries_are_removed_however_many_and_the_chain_goes_on(audit: Audit) -> None:
    await audit.append(*(replace(ENTRY, at=500.0) for _ in range(1100)), entry(1), replace(ENTRY, id="late", at=500.0))
    last = (await audit.head()).hash

    assert await audit.prune(1000.0, 1001.0) == 1100
    assert await audit.prune(1000.0, 1001.0) == 0
    *prunings, late, first = await audit.of()
    assert ids([late, first]) == ["late", "d1"]
    assert [(each.kind, each.at, each.record.split()[0]) for each in prunings] == [("pruned", 1001.0, n) for n in NUMBERS]
    assert sound(await audit.verify(), 5)
    assert await audit.holds(last)
    assert await audit.prune(inf, 1002.0) == 5
    assert await audit.prune(inf, 1002.0) == 0
    await audit.append(entry(2))
    assert [(each.kind, each.number) for each in await audit.of()] == [("call", 1107), ("pruned", 1106)]
    assert sound(await audit.verify(), 2)


async def test_that_old_rows_were_removed_is_no_reason_to_remove_rows(audit: Audit) -> None:
    """Else a bot that nobody talks to would write a row each hour, for ever."""
    await audit.append(replace(ENTRY, at=500.0))
    assert await audit.prune(1000.0, 1001.0) == 1
    assert await audit.prune(2000.0, 2001.0) == 0
    await audit.append(entry(1))
    assert await audit.prune(2000.0, 2001.0) == 2
    assert sound(await audit.verify(), 1)


async def test_while_old_entries_are_removed_others_are_added(url: str, audit: Audit) -> None:
    other = Database(url)
    await other.open()
    await audit.append(*(replace(ENTRY, at=500.0) for _ in range(1200)))
    removals = [each.prune(1000.0, 1001.0) for each in (audit, Audit(other))]
    pruned = asyncio.gather(*removals)
    await asyncio.gather(*(audit.append(entry(number)) for number in range(10)))

    assert sum(await pruned) == 1200
    assert sound(await audit.verify(), 10 + len([each for each in await audit.of() if each.kind == "pruned"]))
    await other.close()
