"""What people asked, and what came of it. It is written by the inbox, together with the intent to answer."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from storage.database import Database
from storage.tables import activity

_MOST = 200  # entries that are read at once
_CHUNK = 500  # rows that are deleted in one transaction: others want to write as well
_LAST = 2**63 - 1  # no row has a higher number, and neither engine takes one

_NAMES = ("id", "actor", "command", "arguments", "via", "conversation", "asked", "outcome", "said")
# For the inbox's writer, who puts as many rows as there are in place of `{rows}`, at most one for each id: PostgreSQL refuses
# two. What is known last stays, as when a call that waited for an account runs after all.
RECORD = f"""
INSERT INTO activity ({", ".join(_NAMES)}) VALUES {{rows}}
ON CONFLICT (id) DO UPDATE SET outcome = excluded.outcome, said = excluded.said"""  # noqa: S608


@dataclass(frozen=True)
class Entry:
    """One call. `arguments` is what people read of them, without secrets; `said` how the answer began."""

    id: str  # of the delivery
    actor: str  # their key
    command: str
    arguments: str
    via: str
    conversation: str
    asked: float  # seconds since the epoch
    outcome: str
    said: str
    seq: int = 0  # the order of writing; 0 before it is written


class Activity:
    """What was written, for people to read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, actor: str, before: int = 0, limit: int = 50, command: str = "", outcome: str = "") -> list[Entry]:
        """A person's, the newest first, of one command and outcome or of all; at most 200. Raises StorageError.

        `before` is the `seq` of the last one that was shown, for those that come after it.
        """
        chosen = {"actor": actor, "command": command, "outcome": outcome}
        meant = [activity.c[name] == value for name, value in chosen.items() if value or name == "actor"]
        older = activity.c.seq < (before if 0 < before <= _LAST else _LAST)
        statement = select(*(activity.c[name] for name in (*_NAMES, "seq"))).where(*meant, older)
        newest = statement.order_by(activity.c.seq.desc()).limit(min(max(limit, 0), _MOST))

        def work(connection: Connection) -> list[Entry]:
            return [Entry(*row) for row in connection.execute(newest)]

        return await self._database.read(work)

    async def prune(self, before: float) -> int:
        """Deletes what was asked before then; says how much. Raises StorageError."""
        old = select(activity.c.seq).where(activity.c.asked < before).limit(_CHUNK)

        def work(connection: Connection) -> int:
            return connection.execute(delete(activity).where(activity.c.seq.in_(old))).rowcount

        pruned = 0
        while number := await self._database.run(work):
            pruned += number
        return pruned
