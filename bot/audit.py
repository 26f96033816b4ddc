"""What operators see of the audit: what is in it, whether it is whole, and all of it as a file."""

import json
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import date

from bot.exporting import exported, iso
from bot.settings import Settings
from bot.span import span
from bot.text import clean
from storage.audit import MOST_NAMED, Audit, Entry, Verdict, Wrong
from storage.database import Database

_HEAD = ("NUMBER", "AT", "WHO", "VIA", "COMMAND", "OUTCOME", "CONFIRMED BY")
_MOST = 20  # lines of what is wrong


@dataclass(frozen=True)
class Inspected:
    """`head` is one that was noted elsewhere, empty where none was; `held` says whether the chain holds it."""

    verdict: Verdict
    number: int
    head: str = ""
    held: bool = True

    @property
    def sound(self) -> bool:
        return self.held and not self.verdict.wrong


async def newest(database_url: str, limit: int) -> list[Entry]:
    """Of everybody's. Raises StorageError, as all that is here."""
    async with _audit(database_url) as audit:
        return await audit.of(limit=limit)


async def inspect(database_url: str, head: str = "") -> Inspected:
    """Reads all of the chain. `head` is as in `Inspected`."""
    head = head.strip().lower()
    async with _audit(database_url) as audit:
        verdict = await audit.verify()
        return Inspected(verdict, (await audit.head()).number, head, not head or await audit.holds(head))


async def export(
    settings: Settings, format: str, first: date | None, last: date | None, write: Callable[[bytes], object]
) -> None:
    """From one day to another, which are days of the bot's own zone; None leaves that side open."""
    async with _audit(settings.database) as audit:
        async for piece in exported(audit.every(*span(first, last, settings.timezone)), format):
            write(piece)


def findings(inspected: Inspected) -> str:
    """In words: which rows are wrong, and how."""
    verdict, runs = inspected.verdict, _runs(inspected.verdict.wrong)
    said = [f"{verdict.rows:,} rows, up to number {inspected.number}.", f"Head: {verdict.head or 'none yet'}"]
    said += map(_finding, runs[:_MOST])
    if more := sum(map(len, runs[_MOST:])):
        said.append(f"And {more:,} more{' at least' if len(verdict.wrong) == MOST_NAMED else ''}.")
    if not inspected.held:
        said.append(f"No row has the hash {clean(inspected.head)}: the chain was made anew, or retention removed the row.")
    return "\n".join([*said, "Nothing was changed." if inspected.sound else "It is not as it was written."])


def _runs(wrong: Iterable[Wrong]) -> list[list[Wrong]]:
    """Those that follow one another and have the same fault are one."""
    runs: list[list[Wrong]] = []
    for each in wrong:
        last = runs[-1][-1] if runs else None
        if last and last.number and (last.number + 1, last.what) == (each.number, each.what):
            runs[-1].append(each)
        else:
            runs.append([each])
    return runs


def _finding(run: Sequence[Wrong]) -> str:
    first, last = run[0], run[-1]
    numbers = f"Number {first.number}" if first is last else f"Numbers {first.number} to {last.number}"
    return f"{numbers if first.number else 'The chain'}: {first.what}"


def report(entries: Sequence[Entry], as_json: bool) -> str:
    """A table, or JSON."""
    if as_json:
        return json.dumps([asdict(entry) for entry in entries], indent=2)
    rows = [_HEAD, *map(_row, entries)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def _row(entry: Entry) -> tuple[str, ...]:
    who = f"{entry.actor} {entry.name}"
    told = (str(entry.number), iso(entry.at), who, entry.via, entry.command or entry.kind, entry.outcome, entry.confirmed_by)
    return tuple(" ".join(clean(each).split()) for each in told)


@asynccontextmanager
async def _audit(database_url: str) -> AsyncIterator[Audit]:
    database = Database(database_url)
    try:
        await database.open()
        yield Audit(database)
    finally:
        await database.close()
