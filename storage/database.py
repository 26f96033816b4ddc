"""The database: opened with its schema up to date, asked from the event loop, worked on in threads."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from storage.engine import build_engine, make_directory
from storage.errors import StorageError
from storage.migrations import migrate

__all__ = ["Database", "StorageError", "storage_error"]

_THREADS = 4
_Result = TypeVar("_Result")


class Database:
    """SQLite (`sqlite:///path`) or PostgreSQL (`postgresql://user:password@host/database`), whose driver is imported only then.

    Raises StorageError for an address that is neither.
    """

    def __init__(self, url: str) -> None:
        self.engine = build_engine(url, size=_THREADS + 1)  # one for the inbox's writer
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="database")

    async def open(self) -> None:
        """Makes the file's directory and brings the schema up to date. Raises StorageError."""
        await self._in_thread(make_directory, self.engine)
        await self.run(migrate)

    async def run(self, work: Callable[[Connection], _Result]) -> _Result:
        """Does `work` in a transaction that may write, and gives back what it returns.

        For what is rare: it competes with the inbox for SQLite's one lock. Raises StorageError.
        """
        return await self._in_thread(self._transact, work, False)

    async def read(self, work: Callable[[Connection], _Result]) -> _Result:
        """Does `work` that writes nothing, and so waits for no lock. Raises StorageError."""
        return await self._in_thread(self._transact, work, True)

    async def close(self) -> None:
        await asyncio.to_thread(self._threads.shutdown)
        self.engine.dispose()

    async def _in_thread(self, function: Callable[..., _Result], *arguments: Any) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, function, *arguments)

    def _transact(self, work: Callable[[Connection], _Result], reading: bool) -> _Result:
        try:
            with self.engine.connect().execution_options(reading=reading) as connection, connection.begin():
                return work(connection)
        except SQLAlchemyError as error:
            raise storage_error(error) from None  # a traceback would quote the row


def storage_error(error: Exception) -> StorageError:
    """The same in our words. Only the first line: what follows may quote the row, and a row holds what people wrote."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    reason = str(cause).partition("\n")[0] or type(cause).__name__
    return StorageError(f"The database can't be used now: {reason}. Look at its disk, its rights and its server.")
