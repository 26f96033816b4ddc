"""One connection for the inbox's thread. Its statements go to the driver as they are written, through SQLAlchemy."""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, CursorResult, Engine
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError, SQLAlchemyError

from storage.cutting import cut
from storage.engine import sqlstate

# Half a second for a lock: Slack waits three for its acknowledgement, which may have to wait for three turns.
_BRIEFLY = "PRAGMA busy_timeout = 500"
_UNIQUE_VIOLATION = "23505"  # https://www.postgresql.org/docs/current/errcodes-appendix.html


class Driver:
    """Statements are not compiled anew for each number of rows: for few rows, that would cost more than the database does.

    Raises SQLAlchemyError. A connection that failed must be thrown away, by `disconnect`.
    """

    def __init__(self, engine: Engine) -> None:
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._engine = engine
        self._connection: Connection | None = None
        self._began: float | None = None
        self._line: Any = None
        self.pid = 0  # of PostgreSQL's process that serves this connection

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
            self._connection = self._connection or self._connected()
            with self._connection.begin():
                yield
        finally:
            self._began = None

    def execute(self, statement: str, parameters: Sequence[Any]) -> Iterable[Any]:
        """Gives back the rows, in a transaction. Parameters are marked with `?`."""
        if self._connection is None:
            raise RuntimeError("there is no transaction")
        marked = statement if self.is_sqlite else statement.replace("?", "%s")
        result: CursorResult[Any] = self._connection.exec_driver_sql(marked, tuple(parameters))
        return result.all() if result.returns_rows else ()

    def is_passing(self, error: Exception) -> bool:
        """Whether it may work later: the server is away, the disk is full, a lock is held, or two processes met."""
        if not isinstance(error, SQLAlchemyError) or self.is_sqlite:
            return isinstance(error, OperationalError | InternalError)
        return isinstance(error, OperationalError | InternalError | InterfaceError) or sqlstate(error) == _UNIQUE_VIOLATION

    def disconnect(self) -> None:
        if self._connection is not None:
            self._line = None
            self._connection.invalidate()
            self._connection.close()
            self._connection = None

    def cut(self) -> None:
        """From another thread: the transaction that is going on fails. See `cutting.cut`."""
        if (line := self._line) is not None:
            cut(line)

    def _connected(self) -> Connection:
        connection = self._engine.connect()
        self._line = connection.connection.driver_connection
        if self.is_sqlite:
            self._line.execute(_BRIEFLY)
        else:
            self.pid = self._line.info.backend_pid
        return connection
