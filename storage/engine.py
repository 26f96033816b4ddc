"""An SQLAlchemy engine for each of the two databases, set up so that what is committed is on the disk.

The engines are synchronous and used from threads: measured, that costs less than SQLAlchemy's async engine, whose drivers
use threads (SQLite) or greenlets (both) underneath.
"""

import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from storage.cutting import limited
from storage.errors import StorageError

_PATIENCE = 10.0  # seconds to wait for a lock, where nobody waits for an acknowledgement: the inbox has less, see `driver.py`
# A server that vanished is noticed within ten seconds; connecting takes less than the three that Slack waits.
_LINE = {
    "connect_timeout": 2,  # seconds, as these
    "keepalives_idle": 4,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 8_000,  # milliseconds
}
# A process that was stopped in the middle of a transaction holds what it has locked for no longer than five seconds.
_SESSION = """
SET lock_timeout = '2s'; SET statement_timeout = '10s'; SET idle_in_transaction_session_timeout = '5s';
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"""
_SETTLING = 2.0  # seconds that the server has for it
_READ_ONLY = "25006"  # https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRES = ("postgresql", "postgres", "postgresql+psycopg")
_EXPECTED = "use sqlite:///path/to/file or postgresql://user:password@host/database"


def build_engine(address: str, size: int) -> Engine:
    """An engine with room for `size` connections; connects to nothing yet. Raises StorageError."""
    url = _parsed(address)
    if url.drivername in _POSTGRES:
        return _postgresql(url.set(drivername="postgresql+psycopg"), size)
    if url.drivername == "sqlite" and url.database not in (None, "", ":memory:"):
        return _sqlite(url, size)
    raise StorageError(f"{url.drivername} without a file, or of another kind, can't be the database: {_EXPECTED}.")


def make_directory(engine: Engine) -> None:
    """The directory of an SQLite file is made where it is missing. Raises StorageError."""
    if engine.dialect.name != "sqlite" or engine.url.database is None:
        return
    directory = Path(engine.url.database).parent
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"{directory} can't be made ({error.strerror}): choose another place for the database.") from error


def _parsed(address: str) -> URL:
    try:
        return make_url(address)
    except (ArgumentError, ValueError):
        raise StorageError(f"The address of the database can't be read: {_EXPECTED}.") from None  # it may hold a password


def _sqlite(url: URL, size: int) -> Engine:
    if sqlite3.sqlite_version_info < (3, 35):  # RETURNING: https://www.sqlite.org/lang_returning.html
        raise StorageError(f"SQLite 3.35 is needed, this Python has {sqlite3.sqlite_version}: use a newer one, or PostgreSQL.")
    # With isolation_level None the driver begins nothing by itself: `begin` below does.
    arguments = {"timeout": _PATIENCE, "isolation_level": None, "check_same_thread": False}
    engine = create_engine(url, connect_args=arguments, pool_size=size, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def connect(connection: sqlite3.Connection, _: Any) -> None:
        _use_wal(connection)
        connection.execute("PRAGMA synchronous = FULL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that begins deferred and writes later fails at once when another has written meanwhile,
        # whatever the timeout: https://www.sqlite.org/isolation.html
        reading = connection.get_execution_options().get("reading")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _use_wal(connection: sqlite3.Connection) -> None:
    """For this switch SQLite does not wait, whatever its timeout, where another is just writing, or switching too."""
    ends = time.monotonic() + _PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > ends:
                raise
            time.sleep(0.01)  # in a thread, as everything here
        else:
            return


def _postgresql(url: URL, size: int) -> Engine:
    given = {name: value for name, value in _LINE.items() if name not in url.query}
    engine = create_engine(url, connect_args=given, pool_size=size, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _: Any) -> None:
        try:
            with limited(connection, _SETTLING):
                connection.execute(_SESSION)
                connection.commit()
        except Exception:
            connection.close()  # nobody else would
            raise

    @event.listens_for(engine, "handle_error")
    def notice_standby(context: ExceptionContext) -> None:
        """After a failover a connection may lead to a server that only reads: the next one finds the one that writes."""
        if sqlstate(context.original_exception) == _READ_ONLY:
            context.is_disconnect = True

    return engine


def sqlstate(error: BaseException | None) -> str:
    """PostgreSQL's own name for what went wrong, empty where it has none."""
    return getattr(getattr(error, "orig", error), "sqlstate", None) or ""
