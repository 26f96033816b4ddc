"""What operators see of the audit, and how they find out that somebody changed it."""

import asyncio
import csv
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.audit import export, findings, inspect, newest, report
from bot.plan import Plan
from bot.settings import Settings
from storage.audit import Audit, Entry
from storage.database import Database
from tests.acceptance.forked_command import interact
from tests.storage.conftest import postgres, url
from tests.storage.test_inspection import UNGUARDED

__all__ = ["postgres", "url"]  # fixtures

NOON = 1_800_014_400.0  # 12:00 on 15 January 2027, in UTC
DAY = 86400.0


def entry(number: int, said: str = "pong") -> Entry:
    at = NOON + (number - 2) * DAY
    return Entry(f"d{number}", "call", at, "slack:T1:U1", "Ada", "slash", "C1", "ping", "{}", "", "", "done", said)


async def told(url: str, *entries: Entry) -> str:
    """Notes them; gives the head."""
    database = Database(url)
    await database.open()
    audit = Audit(database)
    await audit.append(*entries)
    head = await audit.head()
    await database.close()
    return head.hash


async def tampered(url: str, statement: str) -> None:
    database = Database(url)
    await database.open()
    await database.run(lambda connection: connection.execute(text(statement)))
    await database.close()


async def unguarded(url: str) -> None:
    """Who may change the schema can take away what the database has against changes."""
    for statement in UNGUARDED[url.partition(":")[0]]:
        await tampered(url, statement)


async def test_a_whole_chain_is_told_with_its_head_and_holds_every_head_that_it_had(url: str) -> None:
    heads = [await told(url, entry(number)) for number in (1, 2, 3)]
    for head in ("", *heads, f" {heads[0].upper()}\n"):
        inspected = await inspect(url, head)
        assert inspected.sound
        assert findings(inspected) == f"3 rows, up to number 3.\nHead: {heads[-1]}\nNothing was changed."


async def test_each_row_that_is_wrong_is_named(url: str) -> None:
    await told(url, *map(entry, range(1, 6)))
    await unguarded(url)
    await tampered(url, "UPDATE audit SET said = 'changed' WHERE number = 2")
    await tampered(url, "DELETE FROM audit WHERE number = 4")
    inspected = await inspect(url)
    assert not inspected.sound
    assert findings(inspected).splitlines()[2:] == ["Number 2: changed", "Number 4: missing", "It is not as it was written."]


async def test_rows_that_follow_one_another_are_told_of_at_once_and_not_all_of_them(url: str) -> None:
    await told(url, *map(entry, range(1, 81)))
    await unguarded(url)
    await tampered(url, "DELETE FROM audit WHERE number IN (3, 4, 5, 6, 9) OR number > 10 AND number % 2 = 0 OR number > 78")
    lines = findings(await inspect(url)).splitlines()[2:]
    assert lines[:3] == ["Numbers 3 to 6: missing", "Number 9: missing", "Number 12: missing"]
    assert lines[-3:] == ["Number 46: missing", "And 18 more.", "It is not as it was written."]
    assert len(lines) == 22


async def test_a_beginning_that_was_cut_off_with_its_note_is_told_of(url: str) -> None:
    await told(url, *map(entry, range(1, 6)))
    await tampered(url, "UPDATE audit_head SET first_number = 4, first_hash = (SELECT hash FROM audit WHERE number = 3)")
    await tampered(url, "DELETE FROM audit WHERE number <= 3")
    inspected = await inspect(url)
    assert not inspected.sound
    assert "The chain: its beginning was cut off" in findings(inspected)


async def test_a_chain_that_was_made_anew_does_not_hold_the_head_that_was_noted(url: str) -> None:
    noted = await told(url, entry(1, "what was said"), entry(2))
    await unguarded(url)
    await tampered(url, "DELETE FROM audit")
    await tampered(url, "UPDATE audit_head SET number = 0, hash = '', first_number = 1, first_hash = ''")
    await told(url, entry(1, "what was never said"), entry(2))

    assert (await inspect(url)).sound
    inspected = await inspect(url, noted)
    assert not inspected.sound
    assert f"No row has the hash {noted}" in findings(inspected)


async def test_what_retention_removed_last_is_still_known(url: str) -> None:
    heads = [await told(url, entry(number)) for number in (1, 2, 3)]
    database = Database(url)
    await database.open()
    assert await Audit(database).prune(NOON + 1, NOON + 91 * DAY) == 2
    await database.close()
    assert [(await inspect(url, head)).sound for head in heads] == [False, True, True]


@pytest.fixture
async def settings(make_plan: Callable[..., Plan], tmp_path: Path) -> Settings:
    plan = make_plan(timezone="America/New_York", database_url=f"sqlite:///{tmp_path / 'bot.sqlite'}")
    await told(plan.settings.database, *(entry(number) for number in (1, 2, 3)))
    return plan.settings


@pytest.mark.parametrize(
    ("first", "last", "numbers"),
    [
        (None, None, [1, 2, 3]),
        ("2027-01-15", None, [2, 3]),
        (None, "2027-01-15", [1, 2]),
        ("2027-01-15", "2027-01-15", [2]),
        ("2027-01-17", "2027-01-14", []),
    ],
)
async def test_it_is_exported_from_day_to_day(
    settings: Settings, first: str | None, last: str | None, numbers: list[int]
) -> None:
    pieces: list[bytes] = []
    days = [date.fromisoformat(day) if day else None for day in (first, last)]
    await export(settings, "json", days[0], days[1], pieces.append)
    assert [each["number"] for each in json.loads(b"".join(pieces))] == numbers


async def test_the_newest_are_listed_each_on_a_line(settings: Settings) -> None:
    await told(settings.database, entry(4, "CANARY-answer"), Entry(*entry(5).__dict__.values()))
    entries = await newest(settings.database, 2)
    lines = report(entries, as_json=False).splitlines()
    assert [line.split()[0] for line in lines] == ["NUMBER", "5", "4"]
    assert "slack:T1:U1 Ada" in lines[1]
    assert [Entry(**each) for each in json.loads(report(entries, as_json=True))] == entries


async def test_the_command_line_exports_and_verifies(tmp_path: Path) -> None:
    await told(f"sqlite:///{tmp_path / 'data/interact.sqlite'}", entry(1, "=1+1"))
    exported = await asyncio.to_thread(interact, tmp_path, "audit", "export", "--out", "all.csv")
    with (tmp_path / "all.csv").open(newline="") as file:
        [row] = csv.DictReader(file)
    wrong = await asyncio.to_thread(interact, tmp_path, "audit", "verify", "--head", "0" * 64)

    assert (exported.returncode, exported.stdout, exported.stderr) == (0, "", "")
    assert (tmp_path / "all.csv").stat().st_mode & 0o077 == 0
    assert (row["command"], row["said"]) == ("ping", "'=1+1")
    assert (wrong.returncode, wrong.stderr) == (1, "")
    assert f"No row has the hash {'0' * 64}" in wrong.stdout
