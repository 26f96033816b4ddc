"""Where subjects keep what they keep: each on a new database, or on one that is full of what was done long ago."""

import asyncio
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil
from sqlalchemy import NullPool, create_engine, make_url, text

from bench.postgres import postgres
from bench.subjects import Subject
from storage.database import Database

OLD = 1_000_000
"""Rows of deliveries that were done an hour ago."""

_CONVERSATIONS = 10_000
_FILL = """
INSERT INTO delivery (key, kind, conversation, payload, received, due, state, attempts, fence, finished)
WITH RECURSIVE old (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM old WHERE n < :rows)
SELECT 'slack\\:old\\:' || n, 'slack', 'slack\\:T0BENCH\\:C' || (n % :conversations) || '\\:U1',
    '{"command"\\: "/ping", "text"\\: "hello", "team_id"\\: "T0BENCH", "channel_id"\\: "C1"}',
    :then + n, 0, 'done', 1, 1, :then + n
FROM old"""


class Stores:
    """PostgreSQL runs from the first time that it is asked for. `rows` is how many there are in a full database."""

    def __init__(self, place: Path, stack: ExitStack, rows: int = OLD) -> None:
        self._place = place
        self._stack = stack
        self._rows = rows
        self._numbers = count()
        self._full: dict[str, Mapping[str, str]] = {}
        self._server: tuple[str, psutil.Process] | None = None

    def settings(self, subject: Subject) -> Mapping[str, str]:
        """Those for a new database and its keys; a full one is filled once, and then the same every time."""
        if not subject.full:
            return self._new(subject.database)
        if subject.database not in self._full:
            self._full[subject.database] = new = self._new(subject.database)
            asyncio.run(_fill(new["DATABASE_URL"], self._rows))
        return self._full[subject.database]

    def cpu(self) -> float:
        """Seconds that PostgreSQL has taken, all its processes together."""
        if not self._server:
            return 0.0
        _, server = self._server
        ended = server.cpu_times()  # holds those of its processes that have ended
        alive = [each.cpu_times() for each in server.children(recursive=True)]
        return sum(each.user + each.system for each in (ended, *alive)) + ended.children_user + ended.children_system

    def _new(self, database: str) -> Mapping[str, str]:
        name = f"bench{next(self._numbers)}"
        url = f"sqlite:///{self._place / name / name}.sqlite" if database == "sqlite" else self._on_server(name)
        return {"DATABASE_URL": url, "KEYRING": str(self._place / f"{name}.keys" / "keyring.json")}

    def _on_server(self, name: str) -> str:
        self._server = self._server or self._stack.enter_context(postgres(self._place / "postgres"))
        url, _ = self._server
        _execute(url, f"CREATE DATABASE {name}")
        return make_url(url).set(database=name).render_as_string(hide_password=False)


@contextmanager
def stores(rows: int = OLD) -> Iterator[Stores]:
    """They are gone when it is left."""
    with TemporaryDirectory(prefix="bench", ignore_cleanup_errors=True) as place, ExitStack() as stack:
        yield Stores(Path(place), stack, rows)


async def _fill(url: str, rows: int) -> None:
    database = Database(url)
    await database.open()
    await database.close()
    values = {"rows": rows, "conversations": _CONVERSATIONS, "then": time.time() - 3600 - rows}
    _execute(url, _FILL, **values)
    for each in ("ANALYZE",) if url.startswith("sqlite") else ("VACUUM ANALYZE", "CHECKPOINT"):
        _execute(url, each)
    os.sync()  # what the disk still has to write would count as the bot's: in life that was an hour ago


def _execute(url: str, statement: str, **values: Any) -> None:
    driven = url.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(driven, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement), values)
