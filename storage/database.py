"""The database: opened with its schema up to date, asked from the event loop, worked on in threads."""

import asyncio
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from math import inf
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from storage.attempt import Attempt
from storage.cutting import HUNG
from storage.engine import build_engine, make_directory
from storage.errors import StorageError
from storage.migrations import INDEXES, Migrated, migrate
from storage.migrations.indexes import build
from storage.shared_clock import SERVER_TIME, SharedClock

__all__ = ["Database", "StorageError", "storage_error"]

_THREADS = 4
_TRIES = 3
_LATEST = 3.0  # seconds after which nothing is tried again: somebody waits
_PAUSE = 0.2  # seconds before another try, at most
_LOOK = 1.0  # seconds between looks at whether the server answers
_Result = TypeVar("_Result")


class Database:
    """SQLite (`sqlite:///path`) or PostgreSQL (`postgresql://user:password@host/database`), whose driver is imported only then.

    Each process has up to six connections: one for each of four threads, one for the inbox's writer, and with PostgreSQL one
    that listens. So PostgreSQL's `max_connections`, 100 as it comes with three for superusers, is enough for 16 processes.
    `jitter` gives numbers from 0 to 1. Raises StorageError for an address that is neither.
    """

    def __init__(self, url: str, jitter: Callable[[], float] = random.random) -> None:
        self.engine = build_engine(url, size=_THREADS + 2)
        self._jitter = jitter
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="database")
        self._running: set[Attempt] = set()
        self._watching: asyncio.TimerHandle | None = None
        self._closing = False

    @property
    def is_shared(self) -> bool:
        """Whether processes on several machines may use it."""
        return self.engine.dialect.name == "postgresql"

    async def open(self) -> None:
        """Makes the file's directory and brings the schema up to date. Raises StorageError."""
        await self.migrate()

    async def migrate(self) -> Migrated:
        """What `open` does; says what that was. It may be killed and started again, and done by several at once."""
        await self._in_thread(make_directory, self.engine)
        first = last = await self.run(migrate, inf)
        while last.more:
            last = await self.run(migrate, inf)
        if self.is_shared:
            await self._in_thread(build, self.engine, INDEXES)
        return Migrated(first.before, last.after)

    async def set_clock(self, clock: SharedClock) -> None:
        """To the server's time, where there is a server. Raises StorageError."""
        if not self.is_shared:
            clock.follow_nobody()
            return
        await self.read(lambda connection: clock.measure(lambda: connection.exec_driver_sql(SERVER_TIME).scalar_one()))

    async def run(self, work: Callable[[Connection], _Result], seconds: float = HUNG) -> _Result:
        """Does `work` in a transaction that may write, and gives back what it returns.

        For what is rare: it competes with the inbox for SQLite's one lock. Two that met, or whose connection broke, are done
        again, where nothing was committed: `work` must leave nothing behind but in the database. What takes longer than
        `seconds` once it has begun ends within a second: then PostgreSQL hangs. Raises StorageError.
        """
        return await self._done(Attempt(self.engine, reading=False, seconds=seconds), work)

    async def read(self, work: Callable[[Connection], _Result], seconds: float = HUNG) -> _Result:
        """Does `work` that writes nothing, and so waits for no lock. As `run` in all else. Raises StorageError."""
        return await self._done(Attempt(self.engine, reading=True, seconds=seconds), work)

    async def close(self) -> None:
        """Waits for what was asked for; but of PostgreSQL, what may take however long comes to its end now."""
        self._closing = True
        self._watch()
        await asyncio.to_thread(self._threads.shutdown)
        self._unwatch()
        self.engine.dispose()

    async def _done(self, attempt: Attempt, work: Callable[[Connection], _Result]) -> _Result:
        if self._watching is None:
            self._watch()
        return await self._in_thread(self._watched, attempt, work)

    def _watch(self) -> None:
        """For as long as it is open: who stopped waiting for an answer leaves a thread that still does."""
        self._unwatch()
        self._watching = asyncio.get_running_loop().call_later(_LOOK, self._watch)
        for attempt in list(self._running):
            attempt.cut_if_hung()
            if self._closing:
                attempt.cut_if_endless()

    def _unwatch(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            self._watching = None

    async def _in_thread(self, function: Callable[..., _Result], *arguments: Any) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, function, *arguments)

    def _watched(self, attempt: Attempt, work: Callable[[Connection], _Result]) -> _Result:
        self._running.add(attempt)
        try:
            return self._try(attempt, work)
        finally:
            self._running.discard(attempt)

    def _try(self, attempt: Attempt, work: Callable[[Connection], _Result]) -> _Result:
        tries, ends = 1, time.monotonic() + _LATEST
        while True:
            try:
                return attempt.make(work)
            except SQLAlchemyError as error:
                late = tries == _TRIES or time.monotonic() > ends or self._closing
                if late or not attempt.may_be_repeated(error):
                    raise storage_error(error) from None  # a traceback would quote the row
            tries += 1
            time.sleep(_PAUSE * self._jitter())


def storage_error(error: Exception) -> StorageError:
    """The same in our words. Only the first line: what follows may quote the row, and a row holds what people wrote."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    reason = str(cause).partition("\n")[0] or type(cause).__name__
    return StorageError(f"The database can't be used now: {reason}. Look at its disk, its rights and its server.")
