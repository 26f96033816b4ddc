"""Finds what is still reserved, among all that was."""

from sqlalchemy import Connection

from storage.migrations.indexes import Index

RESERVED = Index("reservation_reserved", "reservation (call) WHERE reserved > 0")


def upgrade(connection: Connection) -> None:
    """Where PostgreSQL has reservations already, the index is built later, as that of `m0008_turns`."""
    filled = "SELECT EXISTS (SELECT 1 FROM reservation)"
    if connection.dialect.name == "sqlite" or not connection.exec_driver_sql(filled).scalar():
        connection.exec_driver_sql(f"CREATE INDEX IF NOT EXISTS {RESERVED.name} ON {RESERVED.on}")
