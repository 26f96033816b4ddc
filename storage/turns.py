"""What was asked of a model in a thread, and answered, so that it can be asked on."""

from dataclasses import dataclass, fields

from sqlalchemy import Connection, delete, select

from storage.database import Database
from storage.insertion import insert_new
from storage.tables import turn


@dataclass(frozen=True)
class Turn:
    """`place` is the thread: platform, tenant, conversation and thread, so that no other one's words get into it."""

    call: str
    place: str
    actor: str  # their key
    at: float  # seconds since the epoch
    question: str
    answer: str


_NAMES = tuple(field.name for field in fields(Turn))
_ADD = insert_new(turn, _NAMES, ("call",))
_TURNS = select(*(turn.c[name] for name in _NAMES))


class Turns:
    """Everything here raises StorageError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, new: Turn) -> None:
        """Once for each call."""
        await self._database.run(lambda connection: connection.execute(_ADD, vars(new)))

    async def of(self, place: str, most: int) -> list[Turn]:
        """The newest ones there, oldest first."""
        newest = _TURNS.where(turn.c.place == place).order_by(turn.c.seq.desc()).limit(most)
        return await self._database.read(lambda connection: [Turn(*row) for row in connection.execute(newest)][::-1])

    async def forget(self, actor: str) -> None:
        """Whatever they have asked, and what was answered."""
        await self._database.run(lambda connection: connection.execute(delete(turn).where(turn.c.actor == actor)))

    async def prune(self, before: float) -> int:
        """Deletes what was said before then; says how much."""

        def work(connection: Connection) -> int:
            return connection.execute(delete(turn).where(turn.c.at < before)).rowcount

        return await self._database.run(work)
