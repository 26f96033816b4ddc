"""The schema, step by step. A step that was released is never changed; a new one goes to the end of MIGRATIONS.

While a deploy rolls through the processes, those of the release before work beside those of the new one, on one schema. So
what is stored changes its shape over two releases:

1. The first one *expands*: a step adds a table, an index, or a column that may be left out of an INSERT (it has a default or
   may be NULL). What is there already is neither renamed nor given another meaning. Older processes notice nothing, and may
   be started again. The code writes the old shape and the new one, and reads the old.
2. It *fills in* the new shape of what is there: a step that does a few hundred rows and returns True while there may be
   more. Each call is a transaction of its own; killed anywhere, it goes on where it was, because it looks for rows that have
   not got the new shape. After it the code reads the new one.
3. The next release *contracts*: a step takes away what only older code needs, and `oldest` says which schema a process must
   know to do without. Processes that know less refuse to start from then on. Nobody may skip a release in a rolling deploy.

A step changes tables that others are writing to. Whatever needs such a table for itself gets a second for it, then the whole
transaction is tried anew, and everybody waits for that second: one such statement in a step, and no index on a table that has
millions of rows already, but for those in INDEXES. What it reads of stored text is escaped, see `storage/text.py`; it imports
nothing that may change.

A runner of our own, because alembic's import costs 7 MB and 0.15 s, and it would still need the locks that are here.
"""

from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import Connection, inspect

from storage.errors import StorageError
from storage.migrations import (
    m0001_inbox,
    m0002_references,
    m0003_connections,
    m0004_writes,
    m0005_models,
    m0006_pictures,
    m0007_versions,
    m0008_turns,
    m0009_reserved,
)


class Step(NamedTuple):
    """`upgrade` may return True, to be called again in the next transaction. `oldest` is 0 for a step that only adds."""

    upgrade: Callable[[Connection], bool | None]
    oldest: int = 0


class Migrated(NamedTuple):
    """From which version to which; `more` is to be done in another transaction."""

    before: int
    after: int
    more: bool = False


# A step's place in this list is its number, from 1.
MIGRATIONS: tuple[Step, ...] = (
    Step(m0001_inbox.upgrade),
    Step(m0002_references.upgrade),
    Step(m0003_connections.upgrade),
    Step(m0004_writes.upgrade, oldest=4),
    Step(m0005_models.upgrade),
    Step(m0006_pictures.upgrade),
    Step(m0007_versions.upgrade),
    Step(m0008_turns.upgrade),
    Step(m0009_reserved.upgrade),
)
INDEXES = (m0008_turns.TURNS, m0009_reserved.RESERVED)  # of PostgreSQL's, see `indexes.py`
_LOCK = 0x696E746572616374  # "interact": PostgreSQL's advisory locks have numbers for names


def migrate(connection: Connection) -> Migrated:
    """Brings the schema up to date, or nearer to it, in the transaction that is open. Processes that start together take turns.

    Raises StorageError where a newer version of the bot has been here, and has taken away what this one needs.
    """
    _take_turn(connection)
    before, oldest = _versions(connection)
    if before > len(MIGRATIONS) < oldest:
        raise StorageError(
            f"A newer version has used this database (schema {before}, which takes a version that knows {oldest}; this one "
            f"knows {len(MIGRATIONS)}): start that version, or restore a backup from before it."
        )
    for number, step in enumerate(MIGRATIONS[before:], before + 1):
        if step.upgrade(connection):
            return _reached(connection, before, number - 1, more=True)
    return _reached(connection, before, max(before, len(MIGRATIONS)))


def _take_turn(connection: Connection) -> None:
    """SQLite's transactions begin with its one lock; PostgreSQL needs to be asked."""
    if connection.dialect.name == "postgresql":
        for name in ("lock_timeout", "statement_timeout"):
            connection.exec_driver_sql(f"SET LOCAL {name} = 0")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        connection.exec_driver_sql("SET LOCAL lock_timeout = '1s'")


def _versions(connection: Connection) -> tuple[int, int]:
    """Which the schema is, and which a process must know at least."""
    if not inspect(connection).has_table("schema_version"):
        connection.exec_driver_sql("CREATE TABLE schema_version (version INTEGER NOT NULL)")
        connection.exec_driver_sql("INSERT INTO schema_version (version) VALUES (0)")
    version, *oldest = connection.exec_driver_sql("SELECT * FROM schema_version").one()
    return version, oldest[0] if oldest else version


def _reached(connection: Connection, before: int, after: int, more: bool = False) -> Migrated:
    if after > before:
        oldest = max(step.oldest for step in MIGRATIONS[:after])
        told = f", oldest = {oldest}" if after >= m0007_versions.NUMBER else ""
        connection.exec_driver_sql(f"UPDATE schema_version SET version = {after}{told}")  # noqa: S608 - numbers
    return Migrated(before, after, more)
