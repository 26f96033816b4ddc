"""One transaction of the threads' kind: whether it may be tried again, and how it is ended where its server hangs."""

import threading
import time
from collections.abc import Callable
from math import inf
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from storage.cutting import cut
from storage.engine import sqlstate

# A serialization failure, a deadlock, a lock that was not to be had: https://www.postgresql.org/docs/current/errcodes-appendix.html
_PASSING = ("40001", "40P01", "55P03")
_Result = TypeVar("_Result")


class Attempt:
    """Is made in one thread, and may be cut from another."""

    def __init__(self, engine: Engine, reading: bool, seconds: float) -> None:
        self._engine = engine
        self._reading = reading
        self._seconds = seconds
        self._committing = False
        self._began = 0.0
        self._line: Any = None
        self._lock = threading.Lock()  # the connection is not another's before it is out of reach here

    def make(self, work: Callable[[Connection], _Result]) -> _Result:
        """Raises what `work` raises, and SQLAlchemyError."""
        self._committing = False
        with self._engine.connect().execution_options(reading=self._reading) as connection:
            with self._lock:
                self._began, self._line = time.monotonic(), connection.connection.driver_connection
            try:
                return self._commit(connection, work)
            finally:
                with self._lock:
                    self._line = None

    def may_be_repeated(self, error: SQLAlchemyError) -> bool:
        """Whether nothing of it was committed for sure, and the reason is one that passes."""
        if sqlstate(error) in _PASSING:
            return True
        broken = isinstance(error, DBAPIError) and error.connection_invalidated
        return broken and (self._reading or not self._committing)

    def cut_if_hung(self) -> None:
        with self._lock:
            if self._line is not None and time.monotonic() - self._began > self._seconds:
                cut(self._line)

    def cut_if_endless(self) -> None:
        """Where there is no end to how long it may take."""
        with self._lock:
            if self._line is not None and self._seconds == inf:
                cut(self._line)

    def _commit(self, connection: Connection, work: Callable[[Connection], _Result]) -> _Result:
        with connection.begin() as transaction:
            result = work(connection)
            self._committing = True
            transaction.commit()
        return result
