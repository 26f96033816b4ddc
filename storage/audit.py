"""The audit: what was asked and decided, in a chain that is only ever added to. The inbox adds most of it, with its answers."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from functools import partial
from itertools import takewhile
from math import inf
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, false, func, insert, literal, select, text, update

from storage.chain import COLUMNS, NAMES, links
from storage.database import Database
from storage.entry import PRUNED, Entry, pruning_of
from storage.inspection import MOST_NAMED, Head, Inspection, Verdict, Wrong
from storage.pruning import PAUSE
from storage.tables import audit, audit_head
from storage.text import AnyText, escaped, unescaped

__all__ = ["MOST_NAMED", "Audit", "Entry", "Verdict", "Wrong"]

_MOST = 200  # entries that people read at once
_PIECE = 500  # rows that are read, written or removed at once: others want to write as well
_LAST = 2**63 - 1  # no row has a higher number, and neither engine takes one

_HEAD = select(audit_head.c.number, audit_head.c.hash, audit_head.c.first_number, audit_head.c.first_hash)
_ENTRIES = select(*(audit.c[name] for name in NAMES))
_ROWS = text(f"SELECT {', '.join(COLUMNS)} FROM audit ORDER BY number")  # noqa: S608
# PostgreSQL would let each statement see what was committed before it: the head would not fit the rows.
_AT_ONE_MOMENT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


class Audit:
    """Everything here raises StorageError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, *entries: Entry) -> None:
        """In one transaction, in this order."""
        if entries:
            await self._database.run(partial(_append, entries=entries))

    async def of(
        self,
        actor: str = "",
        tenant: str = "",
        conversation: str = "",
        command: str = "",
        outcome: str = "",
        since: float = -inf,
        until: float = inf,
        before: int = 0,
        limit: int = 50,
        name: str = "",
    ) -> list[Entry]:
        """The newest first, at most 200. What is empty is not asked for: without an actor or a tenant it is everybody's.

        `tenant` is "platform:tenant". Where `name` is given as well as `actor`, either will do. `before` is the `number` of
        the last one that was shown, for those that come after it.
        """
        chosen = {"conversation": conversation, "command": command, "outcome": outcome}
        meant = _meant(since, until, tenant, actor, name, **chosen)
        older = audit.c.number < (before if 0 < before <= _LAST else _LAST)
        newest = _ENTRIES.where(*meant, older).order_by(audit.c.number.desc()).limit(min(max(limit, 0), _MOST))
        return await self._read(newest)

    async def every(
        self, since: float, until: float, tenant: str = "", actor: str = "", name: str = ""
    ) -> AsyncIterator[Entry]:
        """From `since` to before `until`, in their order: for exports, however many there are. The rest is as for `of`."""
        meant, number = _meant(since, until, tenant, actor, name), 0
        while piece := await self._read(_ENTRIES.where(*meant, audit.c.number > number).order_by(audit.c.number).limit(_PIECE)):
            for entry in piece:
                yield entry
            number = piece[-1].number

    async def verify(self) -> Verdict:
        """Whether the chain is as it was written. Reads all of it, however long that takes."""
        return await self._database.read(_inspect, inf)

    async def head(self) -> Head:
        """Where the chain ends now."""
        return await self._database.read(lambda connection: Head(*connection.execute(_HEAD).one()))

    async def holds(self, hash: str) -> bool:
        """Whether a row of the chain has this hash, or had it that was the last one to be pruned."""
        [found] = await self._database.read(lambda it: it.execute(select(_any_of(hash))).one())
        return bool(found)

    async def prune(self, before: float, now: float) -> int:
        """Removes the oldest, as far as they are from before then; says how many. The chain begins with what is left.

        A row of the chain speaks for each removal, so there is never nothing left of one that had any.
        """
        pruned = 0
        while number := await self._database.run(partial(_prune, before=before, now=now)):
            pruned += number
            await asyncio.sleep(PAUSE)
        return pruned

    async def _read(self, statement: Any) -> list[Entry]:
        return await self._database.read(lambda connection: [Entry(*row) for row in connection.execute(statement)])


def _meant(since: float, until: float, tenant: str, actor: str, name: str, **chosen: str) -> list[ColumnElement[bool]]:
    meant = [audit.c[column] == value for column, value in chosen.items() if value]
    if tenant:
        meant.append(_of_tenant(f"{tenant}:"))
    if actor or name:
        called = func.lower(audit.c.name) == func.lower(literal(name, AnyText)) if name else false()
        meant.append((audit.c.actor == actor) | called if actor else called)
    if since > -inf:
        meant.append(audit.c.at >= since)
    if until < inf:
        meant.append(audit.c.at < until)
    return meant


def _of_tenant(prefix: str) -> ColumnElement[bool]:
    """Nobody knows who sent what came again; the inbox's name for its conversation begins like the key of a person there."""

    def begins(column: str) -> ColumnElement[bool]:  # LIKE would take small letters for great ones in SQLite
        return func.substr(audit.c[column], 1, len(escaped(prefix)), type_=AnyText) == prefix

    return begins("actor") | ((audit.c.kind == "repeat") & begins("conversation"))


def _any_of(hash: str) -> ColumnElement[bool]:
    rows, first = select(audit.c.number).where(audit.c.hash == hash), select(audit_head.c.number)
    return rows.exists() | first.where(audit_head.c.first_hash == hash).exists()


def _append(connection: Connection, entries: Sequence[Entry]) -> None:
    """See `Statements.record`, which does the same for the inbox."""
    number, hash, *_ = connection.execute(_HEAD.with_for_update()).one()
    rows = list(links(entries, number, hash))
    for start in range(0, len(rows), _PIECE):
        connection.execute(insert(audit), [dict(zip(COLUMNS, row, strict=True)) for row in rows[start : start + _PIECE]])
    connection.execute(update(audit_head).values(number=number + len(rows), hash=rows[-1][-1]))


def _prune(connection: Connection, before: float, now: float) -> int:
    """One piece of it, with a note in the head of where the chain begins now, and a row that speaks for it.

    The database lets no row be deleted that the head does not call removed.
    """
    first = connection.execute(_HEAD.with_for_update()).one().first_number
    old = _oldest(connection, first, before)
    if len(old) < _PIECE and all(row.kind == PRUNED for row in old):
        return 0  # else each removal's row would be a reason for another
    last = old[-1]
    connection.execute(update(audit_head).values(first_number=last.number + 1, first_hash=last.hash))
    connection.execute(delete(audit).where(audit.c.number >= first, audit.c.number <= last.number))
    _append(connection, [pruning_of(last.number, last.hash, now)])
    return len(old)


def _oldest(connection: Connection, first: int, before: float) -> Sequence[Any]:
    rows = select(audit.c.number, audit.c.hash, audit.c.at, audit.c.kind).where(audit.c.number >= first)
    found = connection.execute(rows.order_by(audit.c.number).limit(_PIECE)).all()
    return list(takewhile(lambda row: row.at < before, found))


def _inspect(connection: Connection) -> Verdict:
    """As the rows stand there, of whatever type they may have become."""
    if connection.dialect.name == "postgresql":
        connection.execute(_AT_ONE_MOMENT)
    inspection = Inspection(Head(*connection.execute(_HEAD).one()))
    for row in connection.execute(_ROWS, execution_options={"yield_per": _PIECE}):
        inspection.see(tuple(unescaped(value) if isinstance(value, str) else value for value in row))
    return inspection.verdict()
