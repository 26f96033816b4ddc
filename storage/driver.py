"""The database's own driver, under SQLAlchemy's pool."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, PoolProxiedConnection

# Half a second for a lock: Slack waits three for its acknowledgement, which may have to wait for three turns.
_BRIEFLY = "PRAGMA busy_timeout = 500"
_UNIQUE_VIOLATION = "23505"  # https://www.postgresql.org/docs/current/errcodes-appendix.html


class Driver:
    """One connection for one thread, spoken to without SQLAlchemy: for few rows, its part costs more than the database's.

    What the driver raises is raised as it is. A connection that failed must be thrown away, by `disconnect`.
    """

    def __init__(self, engine: Engine) -> None:
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._engine = engine
        self._pooled: PoolProxiedConnection | None = None
        self._connection: Any = None  # sqlite3's or psycopg's: what is used of them is the same in both

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Connects where it is not connected. What fails is rolled back by `disconnect`."""
        if self._pooled is None:
            self._connect()
        if self.is_sqlite:
            self._connection.execute("BEGIN IMMEDIATE")  # psycopg begins by itself
        yield
        self._connection.commit()

    def _connect(self) -> None:
        self._pooled = self._engine.raw_connection()
        self._connection = self._pooled.driver_connection
        if self.is_sqlite:
            self._connection.execute(_BRIEFLY)

    def execute(self, statement: str, parameters: Sequence[Any]) -> Iterator[Any]:
        """Gives back the rows, which must all be read. Parameters are marked with `?`."""
        marked = statement if self.is_sqlite else statement.replace("?", "%s")
        rows: Iterator[Any] = self._connection.execute(marked, parameters)
        return rows

    def is_passing(self, error: Exception) -> bool:
        """Whether it may work later: the server is away, the disk is full, a lock is held, or two processes met."""
        dbapi: Any = self._engine.dialect.loaded_dbapi
        if isinstance(error, dbapi.OperationalError | dbapi.InternalError):
            return True
        if self.is_sqlite:
            return False
        return isinstance(error, dbapi.InterfaceError) or getattr(error, "sqlstate", "") == _UNIQUE_VIOLATION

    def disconnect(self) -> None:
        if self._pooled is not None:
            self._pooled.invalidate()
            self._pooled.close()
            self._pooled = self._connection = None
