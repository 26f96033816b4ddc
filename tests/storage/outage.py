"""Databases that can't be used for a while."""

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Engine, event, make_url
from sqlalchemy.exc import OperationalError

from storage.inbox import Inbox


class Outage:
    """Makes a database unusable, and usable again, from outside the process under test."""

    def __init__(self, url: str, server: psycopg.Connection | None, file: sqlite3.Connection | None) -> None:
        self._name = make_url(url).database or ""
        self._server = server
        self._file = file

    def begin(self) -> None:
        if self._file:
            self._file.execute("BEGIN EXCLUSIVE")
        self._allow("false")
        self.disconnect()

    def disconnect(self) -> None:
        """As when the server is restarted. SQLite has none."""
        if self._server:
            self._server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [self._name])

    def end(self) -> None:
        if self._file:
            self._file.execute("ROLLBACK")
        self._allow("true")

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """The server's processes that serve somebody now say nothing more; who connects anew gets another."""
        pids = self._pids()
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        yield
        for pid in pids:
            os.kill(pid, signal.SIGCONT)

    def _pids(self) -> list[int]:
        if not self._server:
            return []
        rows = self._server.execute("SELECT pid FROM pg_stat_activity WHERE datname = %s", [self._name])
        return [pid for (pid,) in rows]

    def _allow(self, connections: str) -> None:
        if self._server:
            allow = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
            self._server.execute(allow.format(sql.Identifier(self._name), sql.SQL(connections)))


@contextmanager
def outage_of(url: str) -> Iterator[Outage]:
    address = make_url(url)
    if address.drivername == "sqlite":
        file = sqlite3.connect(str(address.database), isolation_level=None)
        yield Outage(url, None, file)
        file.close()
        return
    other = address.set(database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(other, autocommit=True) as server:
        yield Outage(url, server, None)


def lose_next_answer_to_commit(engine: Engine) -> None:
    """The next transaction is committed, but the connection breaks before its answer."""

    @event.listens_for(engine, "commit", once=True)
    def commit(connection: Connection) -> None:
        line = connection.connection.driver_connection
        assert line
        line.execute("COMMIT")
        line.close()
        raise OperationalError("COMMIT", None, psycopg.OperationalError("the connection is lost"), connection_invalidated=True)


class _Deaf:
    """A connection that breaks before it is told what became of its COMMIT."""

    def __init__(self, line: Any) -> None:
        self._line = line

    def __getattr__(self, name: str) -> Any:
        return getattr(self._line, name)

    def commit(self) -> None:
        self._line.commit()
        self._line.close()
        raise self._line.OperationalError("the connection is lost")


def lose_the_writers_next_answer_to_commit(inbox: Inbox) -> None:
    """The same for the connection of the inbox's own thread."""
    driver = inbox._writer._driver
    driver._line = _Deaf(driver._line)
