"""What models have painted for people."""

from sqlalchemy import Connection

_BYTES = {"sqlite": "BLOB", "postgresql": "BYTEA"}
_STATEMENTS = (
    """
    CREATE TABLE picture (
        id TEXT NOT NULL PRIMARY KEY,
        call TEXT NOT NULL UNIQUE,
        mime TEXT NOT NULL,
        content {bytes} NOT NULL,
        record TEXT NOT NULL,
        actor TEXT NOT NULL,
        made DOUBLE PRECISION NOT NULL
    )
    """,
    "CREATE INDEX picture_made ON picture (made)",
    "CREATE INDEX picture_actor ON picture (actor)",
)


def upgrade(connection: Connection) -> None:
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement.format(bytes=_BYTES[connection.dialect.name]))
