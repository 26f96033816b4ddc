"""What people choose as the usual, what models cost in a day, and which answers are to stop."""

from sqlalchemy import Connection

_STATEMENTS = (
    """
    CREATE TABLE preference (
        owner TEXT NOT NULL,
        name TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (owner, name)
    )
    """,
    """
    CREATE TABLE budget (
        scope TEXT NOT NULL,
        day TEXT NOT NULL,
        micros BIGINT NOT NULL,
        PRIMARY KEY (scope, day)
    )
    """,
    """
    CREATE TABLE reservation (
        call TEXT NOT NULL PRIMARY KEY,
        day TEXT NOT NULL,
        scopes TEXT NOT NULL,
        reserved BIGINT NOT NULL,
        spent BIGINT NOT NULL
    )
    """,
    """
    CREATE TABLE answering (
        call TEXT NOT NULL PRIMARY KEY,
        begun DOUBLE PRECISION NOT NULL,
        stopped INTEGER NOT NULL
    )
    """,
)


def upgrade(connection: Connection) -> None:
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement)
