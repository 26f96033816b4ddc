# ruff: noqa: S608 - who changes what is stored here speaks SQL
"""Whatever is done to the chain of the audit, it is told which rows it was done to, and nothing is told of the others."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, text

from storage.audit import Audit, Entry
from storage.chain import COLUMNS, NAMES, links
from storage.database import Database, StorageError

ENTRY = Entry("d", "call", 1000.0, "slack:T1:U1", "Ada", "slash", "C1", "ping", "{}", "", "", "done", "pong", "r")
TAIL = "missing: the tail was cut"
INTO = f"INSERT INTO audit ({', '.join(COLUMNS)})"
MOVED = "out of order: it was number {}"
HEAD = "the head was changed"


def copy(number: int, place: int) -> str:
    columns = ", ".join(str(place) if name == "number" else name for name in COLUMNS)
    return f"{INTO} SELECT {columns} FROM audit WHERE number = {number}"


def swap(first: int, second: int) -> list[str]:
    places = ((first, -7), (second, first), (-7, second))
    return [f"UPDATE audit SET number = {after} WHERE number = {before}" for before, after in places]


def shift(since: int) -> list[str]:
    """All from there one place further, by a way on which none meets another."""
    further = f"UPDATE audit SET number = 1000 + number WHERE number >= {since}"
    return [further, "UPDATE audit SET number = number - 999 WHERE number > 1000"]


UNGUARDED = {
    "sqlite": ("DROP TRIGGER audit_update", "DROP TRIGGER audit_delete"),
    "postgresql": ("ALTER TABLE audit DISABLE TRIGGER USER",),
}
"""Who may change the schema can change all."""

DONE: dict[str, tuple[Sequence[str], dict[int, str]]] = {
    **{
        f"{name} of a row": ([f"UPDATE audit SET {name} = 'x' || {name} WHERE number = 3"], {3: "changed"})
        for name in COLUMNS
        if name not in ("at", "number")
    },
    "time of a row": (["UPDATE audit SET at = at + 0.001 WHERE number = 3"], {3: "changed"}),
    "number of a row": (["UPDATE audit SET number = -1 WHERE number = 3"], {3: "missing", -1: MOVED.format(3)}),
    "first row changed": (["UPDATE audit SET said = 'x' WHERE number = 1"], {1: "changed"}),
    "last row changed": (["UPDATE audit SET said = 'x' WHERE number = 6"], {6: "changed"}),
    "last hash changed": (["UPDATE audit SET hash = 'x' WHERE number = 6"], {6: "changed"}),
    "rows changed": (["UPDATE audit SET said = 'x' WHERE number IN (2, 3, 5)"], {2: "changed", 3: "changed", 5: "changed"}),
    "all changed": (["UPDATE audit SET said = 'x'"], dict.fromkeys(range(1, 7), "changed")),
    "words moved between columns": (["UPDATE audit SET said = outcome, outcome = said WHERE number = 3"], {3: "changed"}),
    "first row removed": (["DELETE FROM audit WHERE number = 1"], {1: "missing"}),
    "row removed": (["DELETE FROM audit WHERE number = 3"], {3: "missing"}),
    "rows removed": (["DELETE FROM audit WHERE number IN (2, 4, 5)"], {2: "missing", 4: "missing", 5: "missing"}),
    "last row removed": (["DELETE FROM audit WHERE number = 6"], {6: TAIL}),
    "tail cut": (["DELETE FROM audit WHERE number > 3"], {4: TAIL, 5: TAIL, 6: TAIL}),
    "all removed": (["DELETE FROM audit"], dict.fromkeys(range(1, 7), TAIL)),
    "neighbours swapped": (swap(3, 4), {3: MOVED.format(4), 4: MOVED.format(3)}),
    "rows swapped": (swap(2, 5), {2: MOVED.format(5), 5: MOVED.format(2)}),
    "ends swapped": (swap(1, 6), {1: MOVED.format(6), 6: MOVED.format(1)}),
    "row inserted": ([*shift(3), copy(2, 3)], {3: "inserted", **{n: MOVED.format(n - 1) for n in (4, 5, 6, 7)}}),
    "row added": ([copy(2, 7)], {7: "inserted"}),
    "row added in front": ([copy(2, 0)], {0: "inserted"}),
    "row moved to the end": (["UPDATE audit SET number = 99 WHERE number = 6"], {6: "missing", 99: MOVED.format(6)}),
    "removed and the gap closed": (
        ["DELETE FROM audit WHERE number = 5", "UPDATE audit SET number = 5 WHERE number = 6"],
        {5: MOVED.format(6), 6: TAIL},
    ),
    "removed and another changed": (
        ["DELETE FROM audit WHERE number = 3", "UPDATE audit SET said = 'x' WHERE number = 4"],
        {3: "missing", 4: "changed"},
    ),
    "head put back": (["UPDATE audit_head SET number = 5"], {0: f"{HEAD}: the chain ends elsewhere"}),
    "head put on": (["UPDATE audit_head SET number = 9"], {0: f"{HEAD}: the chain ends elsewhere"}),
    "head's hash": (["UPDATE audit_head SET hash = 'x'"], {6: "changed, or the head was changed: it has another hash"}),
    "head's beginning": (["UPDATE audit_head SET first_number = 3"], {0: f"{HEAD}: the chain begins elsewhere"}),
    "head's first hash": (["UPDATE audit_head SET first_hash = 'x'"], {0: f"{HEAD}: the chain begins elsewhere"}),
}


@pytest.fixture
async def audit(database: Database) -> Audit:
    """Six rows, and a copy of them; what the database has against changes is out of the way."""
    audit = Audit(database)
    await audit.append(*(replace(ENTRY, id=f"d{number}", at=1000.0 + number / 3) for number in range(6)))
    await do(database, "CREATE TABLE kept AS SELECT * FROM audit", "CREATE TABLE kept_head AS SELECT * FROM audit_head")
    await do(database, *UNGUARDED[database.engine.dialect.name])
    return audit


async def do(database: Database, *statements: str, **values: Any) -> None:
    def work(connection: Connection) -> None:
        for statement in statements:
            connection.execute(text(statement), values)

    await database.run(work)


async def restore(database: Database) -> None:
    tables = {"audit": "kept", "audit_head": "kept_head"}
    await do(
        database,
        *(f"DELETE FROM {table}" for table in tables),
        *(f"INSERT INTO {a} SELECT * FROM {b}" for a, b in tables.items()),
    )


async def wrong(audit: Audit) -> dict[int, str]:
    return {each.number: each.what for each in (await audit.verify()).wrong}


async def test_each_row_that_was_touched_is_named_and_no_other(audit: Audit, database: Database) -> None:
    told = {}
    for what, (statements, _) in DONE.items():
        await do(database, *statements)
        told[what] = await wrong(audit)
        await restore(database)
        assert await wrong(audit) == {}

    assert told == {what: named for what, (_, named) in DONE.items()}


@pytest.mark.parametrize("number", [1, 3, 6])
async def test_a_row_that_was_made_anew_with_its_hash_is_named(audit: Audit, database: Database, number: int) -> None:
    rows = list(reversed(await audit.of()))
    hash = (["", *await hashes(database)])[number - 1]
    [forged] = links([replace(rows[number - 1], said="nothing")], number - 1, hash)
    await do(database, f"DELETE FROM audit WHERE number = {number}")
    await insert(database, forged)

    assert {number: what.partition(",")[0] for number, what in (await wrong(audit)).items()} == {number: "changed"}


async def test_a_row_that_was_added_with_the_right_hash_is_named(audit: Audit, database: Database) -> None:
    for forged in links([ENTRY, ENTRY], 6, (await hashes(database))[-1]):
        await insert(database, forged)

    assert await wrong(audit) == {7: "inserted", 8: "inserted"}


async def test_after_old_rows_were_removed_the_rest_is_watched_as_before(audit: Audit, database: Database) -> None:
    await audit.prune(1000.9, 1001.0)
    told = {}
    await do(database, "INSERT INTO kept SELECT * FROM audit WHERE number > 6")
    for what in ("DELETE FROM audit WHERE number = 4", f"{INTO} SELECT {', '.join(COLUMNS)} FROM kept WHERE number = 3"):
        await do(database, what)
        told[what.split()[0]] = await wrong(audit)
        await do(database, "DELETE FROM audit", "INSERT INTO audit SELECT * FROM kept WHERE number > 3")
    await do(database, "UPDATE audit_head SET first_number = 1")

    assert told == {"DELETE": {4: "missing"}, "INSERT": {3: "inserted"}}
    assert await wrong(audit) == {0: f"{HEAD}: the chain begins elsewhere"}


@pytest.mark.parametrize("number", [3, 6])
async def test_a_beginning_that_was_cut_off_is_no_retention(audit: Audit, database: Database, number: int) -> None:
    """Even if the head says that the chain begins there, of which nobody can say anything else."""
    hash = (await hashes(database))[number - 1]
    head = f"UPDATE audit_head SET first_number = {number + 1}, first_hash = '{hash}'"
    cut = (f"DELETE FROM audit WHERE number <= {number}", head)
    told = f"its beginning was cut off: no row says that those before number {number + 1} were old"
    await do(database, *cut)
    assert await wrong(audit) == {0: told}

    await restore(database)
    await audit.append(replace(ENTRY, kind="pruned", record=f"{number} x"), replace(ENTRY, record=f"{number} {hash}"))
    await do(database, *cut)
    assert await wrong(audit) == {0: told}


async def test_who_speaks_for_what_was_removed_can_not_be_changed_or_removed(audit: Audit, database: Database) -> None:
    await audit.prune(1000.9, 1001.0)
    for what, number in (("UPDATE audit SET at = at + 1 WHERE number = 7", 7), ("DELETE FROM audit WHERE number = 7", 7)):
        await do(database, what)
        assert set(await wrong(audit)) == {0, number}


async def test_a_row_can_be_neither_changed_nor_removed_by_mistake(database: Database) -> None:
    audit = Audit(database)
    await audit.append(ENTRY, ENTRY)
    for what in ("UPDATE audit SET said = 'x' WHERE number = 2", "DELETE FROM audit", "DELETE FROM audit WHERE number = 1"):
        with pytest.raises(StorageError, match="the audit is only added to"):
            await do(database, what)
    if database.engine.dialect.name == "postgresql":
        with pytest.raises(StorageError, match="the audit is only added to"):
            await do(database, "TRUNCATE audit")

    assert (await audit.verify()).rows == 2


async def test_a_chain_of_nothing_has_a_head_too(database: Database) -> None:
    audit = Audit(database)
    assert await wrong(audit) == {}
    await do(database, "UPDATE audit_head SET hash = 'x'")

    assert await wrong(audit) == {0: f"{HEAD}: there is no such row"}


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_what_has_become_of_another_type_is_named(audit: Audit, database: Database) -> None:
    """SQLite keeps anything in any column."""
    for name in ("said", "at", "hash", "previous"):
        await do(database, f"UPDATE audit SET {name} = X'00FF' WHERE number = 3")
        assert await wrong(audit) == {3: "changed"}
        await restore(database)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_however_much_is_wrong_no_more_than_a_thousand_are_named(audit: Audit, database: Database) -> None:
    await do(database, "UPDATE audit_head SET number = 9000000000000000000, hash = 'x'")
    verdict = await audit.verify()

    assert (verdict.rows, len(verdict.wrong), verdict.wrong[-1].number) == (6, 1000, 1006)


def test_every_value_of_a_row_is_in_its_hash() -> None:
    [[*_, hash]] = links([ENTRY], 0, "")
    other: dict[str, Any] = {name: 7.0 if name == "at" else "x" for name in NAMES if name != "number"}
    others = [replace(ENTRY, **{name: value}) for name, value in other.items()]

    assert len({hash, *(row[-1] for other in others for row in links([other], 0, ""))}) == len(NAMES)
    assert [row[-1] for row in links([ENTRY], 1, "")] != [hash] != [row[-1] for row in links([ENTRY], 0, "x")]


def test_a_hash_is_the_same_for_ever() -> None:
    """What is stored was hashed like this."""
    [[*_, hash]] = links([replace(ENTRY, said="é\x00🎉")], 0, "")

    assert hash == "526204c0585d6a85282aebb152ff3e48afe268468eb3604df1ddd79c7694d55a"


async def hashes(database: Database) -> list[str]:
    return await database.read(lambda connection: list(connection.scalars(text("SELECT hash FROM audit ORDER BY number"))))


async def insert(database: Database, row: Sequence[Any]) -> None:
    values = ", ".join(f":{name}" for name in COLUMNS)
    await do(database, f"{INTO} VALUES ({values})", **dict(zip(COLUMNS, row, strict=True)))
