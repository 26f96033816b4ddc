"""Deletes what is old in pieces, each in a transaction of its own: others want to write as well."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, Delete, Row, Table, bindparam, delete, select

from storage.database import Database

_PIECE = 500  # rows
PAUSE = 0.02
"""Seconds after each piece, in which others find SQLite's lock free: who waits for it only looks every few milliseconds."""


async def prune(database: Database, table: Table, old: ColumnElement[bool], piece: int = _PIECE) -> int:
    """Deletes the rows that are `old` by now, not those that come meanwhile; says how many. Raises StorageError.

    `piece` is how many are deleted in one transaction: fewer, where rows are large.
    """
    select_old = select(*table.primary_key).where(old).order_by(*table.primary_key)  # one order, or two would block each other
    keys = await database.read(lambda connection: connection.execute(select_old).all())
    remove = partial(_remove, _by_key(table).where(old))  # still: it may have been renewed meanwhile
    pruned = 0
    for start in range(0, len(keys), piece):
        pruned += await database.run(partial(remove, keys[start : start + piece]))
        await asyncio.sleep(PAUSE)
    return pruned


def _by_key(table: Table) -> Delete:
    """One row. Of many at once SQLite would look at the whole table, where their key has several columns."""
    return delete(table).where(*(column == bindparam(f"its_{column.name}") for column in table.primary_key))


def _remove(statement: Delete, keys: Sequence[Row[Any]], connection: Connection) -> int:
    these = [{f"its_{name}": value for name, value in key._mapping.items()} for key in keys]
    return connection.execute(statement, these).rowcount
