"""What was asked is read back: one's own, the newest first."""

from collections.abc import Sequence
from dataclasses import astuple, replace

import pytest

from storage.activity import RECORD, Activity, Entry
from storage.database import Database
from storage.driver import Driver
from storage.text import escaped

ENTRY = Entry("d1", "slack:T1:U1", "calendar today", "day=tomorrow", "slash", "C1", 1000.0, "done", "3 meetings")


@pytest.fixture
def activity(database: Database) -> Activity:
    return Activity(database)


def write(database: Database, entries: Sequence[Entry]) -> None:
    """As the inbox's writer does."""
    driver = Driver(database.engine)
    row = f"({', '.join('?' * 9)})"
    values = [escaped(value) if isinstance(value, str) else value for entry in entries for value in astuple(entry)[:-1]]
    with driver.transaction():
        driver.execute(RECORD.format(rows=", ".join([row] * len(entries))), values)
    driver.disconnect()


def numbered(number: int, actor: str = ENTRY.actor, command: str = ENTRY.command, outcome: str = ENTRY.outcome) -> Entry:
    return replace(ENTRY, id=f"d{number}", asked=1000.0 + number, actor=actor, command=command, outcome=outcome)


async def test_what_was_written_is_read_back(activity: Activity, database: Database) -> None:
    strange = replace(ENTRY, id="d2", arguments="title=a\x00\ud800🎉", said="<script>%s {rows}")
    write(database, [ENTRY, strange])
    read = await activity.of("slack:T1:U1")

    assert [replace(entry, seq=0) for entry in read] == [strange, ENTRY]


async def test_nobody_reads_what_others_asked(activity: Activity, database: Database) -> None:
    write(database, [numbered(1), numbered(2, actor="slack:T1:U2"), numbered(3, actor="slack:T2:U1")])

    assert [entry.id for entry in await activity.of("slack:T1:U1")] == ["d1"]
    assert await activity.of("") == []
    assert await activity.of("%") == []


async def test_pages_follow_one_another_without_a_gap(activity: Activity, database: Database) -> None:
    write(database, [numbered(number) for number in range(25)])
    seen: list[Entry] = []
    while page := await activity.of("slack:T1:U1", before=seen[-1].seq if seen else 0, limit=10):
        seen += page

    assert [entry.id for entry in seen] == [f"d{number}" for number in reversed(range(25))]


async def test_one_command_or_outcome_is_picked_out(activity: Activity, database: Database) -> None:
    write(database, [numbered(1), numbered(2, command="notion find"), numbered(3, outcome="refused")])
    write(database, [numbered(4, command="notion find", outcome="refused")])

    assert [entry.id for entry in await activity.of("slack:T1:U1", command="notion find")] == ["d4", "d2"]
    assert [entry.id for entry in await activity.of("slack:T1:U1", outcome="refused")] == ["d4", "d3"]
    assert [entry.id for entry in await activity.of("slack:T1:U1", command="notion find", outcome="done")] == ["d2"]
    assert await activity.of("slack:T1:U1", command="notion") == []


async def test_what_is_known_last_of_a_call_stays_in_its_old_place(activity: Activity, database: Database) -> None:
    write(database, [numbered(1, outcome="waits"), numbered(2)])
    write(database, [replace(numbered(1), said="Found 3 pages")])
    read = await activity.of("slack:T1:U1")

    assert [(entry.id, entry.outcome, entry.said) for entry in read] == [
        ("d2", "done", "3 meetings"),
        ("d1", "done", "Found 3 pages"),
    ]


@pytest.mark.parametrize("number", [-1, 10**30, -(10**30)])
async def test_numbers_from_outside_do_no_harm(activity: Activity, database: Database, number: int) -> None:
    write(database, [ENTRY])

    assert len(await activity.of("slack:T1:U1", before=number)) == 1
    assert len(await activity.of("slack:T1:U1", limit=number)) == (number > 0)


async def test_old_entries_are_pruned_however_many(activity: Activity, database: Database) -> None:
    write(database, [replace(ENTRY, id=f"old{number}", asked=500.0) for number in range(1100)])
    write(database, [ENTRY])

    assert await activity.prune(1000.0) == 1100
    assert [entry.id for entry in await activity.of("slack:T1:U1")] == ["d1"]
