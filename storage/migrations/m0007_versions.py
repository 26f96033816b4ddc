"""Which version a process must know at least, so that older ones may work beside newer ones."""

from sqlalchemy import Connection

NUMBER = 7


def upgrade(connection: Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE schema_version ADD COLUMN oldest INTEGER NOT NULL DEFAULT 0")
