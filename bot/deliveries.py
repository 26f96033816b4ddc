"""What operators see of the inbox, and how they have something answered again."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import UTC, datetime

from bot.clock import Clock
from bot.text import clean
from storage.database import Database
from storage.inbox import Inbox, Record

_HEAD = ("RECEIVED", "STATE", "TRIES", "KIND", "KEY", "ERROR")


async def newest(database_url: str, state: str, limit: int) -> list[Record]:
    """The newest deliveries, of one state or of all. Raises StorageError."""
    async with _inbox(database_url) as inbox:
        return await inbox.list(state, limit)


async def replay(database_url: str, key: str) -> bool:
    """Makes one ready again that is dead or done; False where there is none such. Raises StorageError."""
    async with _inbox(database_url) as inbox:
        return await inbox.replay(key)


def report(records: Sequence[Record], as_json: bool) -> str:
    """A table, or JSON."""
    if as_json:
        return json.dumps([asdict(record) for record in records], indent=2)
    rows = [_HEAD, *map(_row, records)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def _row(record: Record) -> tuple[str, ...]:
    received = datetime.fromtimestamp(record.received, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    told = (received, record.state, str(record.attempts), record.kind, record.key, record.error)
    return tuple(" ".join(clean(each).split()) for each in told)


@asynccontextmanager
async def _inbox(database_url: str) -> AsyncIterator[Inbox]:
    """Not opened: an operator claims nothing."""
    database = Database(database_url)
    try:
        await database.open()
        yield Inbox(database, Clock().time, "operator")
    finally:
        await database.close()
