"""One connection for the inbox's thread. Its statements go to the driver as they are written: what SQLAlchemy does for each
of them takes longer than most of them do."""

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import count
from typing import Any

from sqlalchemy import Engine, PoolProxiedConnection, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from storage.cutting import cut
from storage.engine import sqlstate

# Half a second for a lock: Slack waits three for its acknowledgement, which may have to wait for three turns.
_BRIEFLY = "PRAGMA busy_timeout = 500"
_BRIEFLY_ON_POSTGRESQL = "SET lock_timeout = 500"
_SINCE = "since"  # when a connection was made
# lock_not_available, deadlock_detected, serialization_failure, as in the list below
_CONTENDED = ("55P03", "40P01", "40001")
_UNIQUE_VIOLATION = "23505"  # https://www.postgresql.org/docs/current/errcodes-appendix.html


class Driver:
    """Raises the driver's own errors. A connection that failed must be thrown away, by `disconnect`: that rolls back."""

    def __init__(self, engine: Engine) -> None:
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._engine = engine
        self._connection: PoolProxiedConnection | None = None
        self._began: float | None = None
        self._broke = 0.0
        self._line: Any = None  # the driver's own connection: sqlite3's and psycopg's have `execute` and `commit`
        self.pid = 0  # of PostgreSQL's process that serves this connection
        event.listen(engine, "connect", self._note)
        event.listen(engine, "checkout", self._renew)

    @property
    def busy(self) -> float:
        """For how many seconds the transaction has been going on, 0 where there is none."""
        began = self._began
        return 0.0 if began is None else time.monotonic() - began

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Connects where it is not connected."""
        self._began = time.monotonic()
        try:
            if self._connection is None:
                self._connect()
            if self.is_sqlite:  # psycopg begins by itself
                self._line.execute("BEGIN IMMEDIATE")
            yield
            self._line.commit()
        finally:
            self._began = None

    def execute(self, statement: str, parameters: Sequence[Any]) -> Sequence[Any]:
        """Gives back the rows, in a transaction. Parameters are marked with `?`."""
        if self._began is None:
            raise RuntimeError("there is no transaction")
        cursor = self._line.execute(statement if self.is_sqlite else _numbered(statement), parameters)
        return cursor.fetchall() if cursor.description else ()

    def is_passing(self, error: Exception) -> bool:
        """Whether it may work later: the server is away, the disk is full, a lock is held, or two processes met."""
        dbapi, cause = self._engine.dialect.loaded_dbapi, getattr(error, "orig", error)
        if isinstance(cause, dbapi.OperationalError | dbapi.InternalError):
            return True
        return not self.is_sqlite and (isinstance(cause, dbapi.InterfaceError) or sqlstate(cause) == _UNIQUE_VIOLATION)

    def is_contended(self, error: Exception) -> bool:
        """Whether others were in the way, so that it was undone: the database and the connection are as good as before."""
        return not self.is_sqlite and sqlstate(error) in _CONTENDED

    def roll_back(self) -> None:
        """After what was contended."""
        self._line.rollback()

    def disconnect(self) -> None:
        if self._connection is not None:
            self._line = None
            self._connection.invalidate()
            self._connection = None
            self._broke = 0.0 if self.is_sqlite else time.monotonic()

    def cut(self) -> None:
        """From another thread: the transaction that is going on fails. See `cutting.cut`."""
        if (line := self._line) is not None:
            cut(line)

    def _note(self, _: Any, record: ConnectionPoolEntry) -> None:
        record.info[_SINCE] = time.monotonic()

    def _renew(self, _: Any, record: ConnectionPoolEntry, __: Any) -> None:
        """All that were connected before are most likely broken as well, and would fail turn after turn: none is used again.

        https://docs.sqlalchemy.org/en/20/core/pooling.html#disconnect-handling-pessimistic
        """
        if record.info.get(_SINCE, 0.0) < self._broke:
            raise DisconnectionError

    def _connect(self) -> None:
        self._connection = self._engine.raw_connection()
        self._line = self._connection.driver_connection
        if self.is_sqlite:
            self._line.execute(_BRIEFLY)
        else:
            self.pid = self._line.info.backend_pid
            self._line.cursor_factory = self._engine.dialect.loaded_dbapi.RawCursor
            self._line.execute(_BRIEFLY_ON_POSTGRESQL)
            self._line.commit()


@lru_cache(200)
def _numbered(statement: str) -> str:
    """As PostgreSQL itself marks parameters, from `$1`: psycopg would look for its own marks in each statement anew."""
    number = count(1)
    return re.sub(r"\?", lambda _: f"${next(number)}", statement)
