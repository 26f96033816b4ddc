"""The schema, step by step. A step that was released is never changed; a new one goes to the end of MIGRATIONS.

A runner of our own, because alembic's import costs 7 MB and 0.15 s, and it would still need the locks that are here.
"""

from sqlalchemy import Connection, inspect, text

from storage.errors import StorageError
from storage.migrations import m0001_inbox, m0002_references, m0003_connections, m0004_writes, m0005_models, m0006_pictures

# A step's place in this list is its number, from 1.
MIGRATIONS = (
    m0001_inbox.upgrade,
    m0002_references.upgrade,
    m0003_connections.upgrade,
    m0004_writes.upgrade,
    m0005_models.upgrade,
    m0006_pictures.upgrade,
)
_LOCK = 0x696E746572616374  # "interact": PostgreSQL's advisory locks have numbers for names


def migrate(connection: Connection) -> None:
    """Brings the schema up to date, in the transaction that is open. Processes that start together take turns.

    Raises StorageError where a newer version of the bot has been here.
    """
    _take_turn(connection)
    version = _version(connection)
    if version > len(MIGRATIONS):
        raise StorageError(
            f"A newer version has used this database (schema {version}, this one knows {len(MIGRATIONS)}): "
            "start that version, or restore a backup from before it."
        )
    for step in MIGRATIONS[version:]:
        step(connection)
    if version < len(MIGRATIONS):
        connection.execute(text("UPDATE schema_version SET version = :version"), {"version": len(MIGRATIONS)})


def _take_turn(connection: Connection) -> None:
    """SQLite's transactions begin with its one lock; PostgreSQL needs to be asked."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")


def _version(connection: Connection) -> int:
    if not inspect(connection).has_table("schema_version"):
        connection.exec_driver_sql("CREATE TABLE schema_version (version INTEGER NOT NULL)")
        connection.exec_driver_sql("INSERT INTO schema_version (version) VALUES (0)")
    return int(connection.exec_driver_sql("SELECT version FROM schema_version").scalar_one())
