"""Indexes on tables of PostgreSQL's that may have millions of rows: built while others go on writing to them.

That takes as long as it takes, and cannot be done in a transaction, so it comes after the steps. Until it is done everything
works, only slower.
"""

import logging
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

_LOG = logging.getLogger(__name__)
_LOCK = 0x696E64657865732E  # "indexes.": PostgreSQL's advisory locks have numbers for names
# It waits for each transaction that began before it, and some only end after minutes.
_PATIENTLY = "SET statement_timeout = 0; SET lock_timeout = '60s'"
_IS_VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)"


class Index(NamedTuple):
    name: str
    on: str  # table, columns and condition, as PostgreSQL writes them


def build(engine: Engine, indexes: Sequence[Index]) -> None:
    """Those that are missing. Where it can't be done now the log says so, and the next start tries again."""
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if missing := [index for index in indexes if not _is_valid(connection, index)]:
                _build(connection, missing)
    except SQLAlchemyError as error:
        _LOG.warning("an index can't be built now, the next start tries again: %s", str(error).partition("\n")[0])


def _build(connection: Connection, missing: Sequence[Index]) -> None:
    try:
        if not connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({_LOCK})").scalar():
            return  # another process does it
        connection.exec_driver_sql(_PATIENTLY)
        for name, on in [index for index in missing if not _is_valid(connection, index)]:  # another may have built it just now
            connection.exec_driver_sql(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")  # what is left of one that was broken off
            connection.exec_driver_sql(f"CREATE INDEX CONCURRENTLY {name} ON {on}")
    finally:
        connection.invalidate()  # with its settings, and its lock


def _is_valid(connection: Connection, index: Index) -> bool:
    return bool(connection.exec_driver_sql(_IS_VALID, (index.name,)).scalar())
