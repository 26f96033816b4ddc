"""Who runs the bot, beside those named in the settings."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, select, text

from storage.database import Database
from storage.tables import admin

_LONGEST = 500  # characters of a key: PostgreSQL's indexes take 2,700 bytes
_COLUMNS = (admin.c.actor, admin.c.name, admin.c.added, admin.c.by_whom)
_ADD = text(
    "INSERT INTO admin (actor, name, added, by_whom) VALUES (:actor, :name, :added, :by_whom) ON CONFLICT (actor) DO NOTHING"
).bindparams(*(bindparam(column.name, type_=column.type) for column in _COLUMNS))


@dataclass(frozen=True)
class Admin:
    """`actor` and `by_whom` are keys: "platform:tenant:user"; `name` is for people to read."""

    actor: str
    name: str
    added: float  # seconds since the epoch
    by_whom: str


class Admins:
    """`now` gives seconds since the epoch."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now

    async def add(self, actor: str, name: str, by_whom: str) -> bool:
        """False: they were there before. Raises StorageError; ValueError for a key of over 500 characters."""
        if len(actor) > _LONGEST:
            raise ValueError(f"keys have at most {_LONGEST} characters")
        row = {"actor": actor, "name": name, "added": self._now(), "by_whom": by_whom}
        return await self._database.run(lambda connection: connection.execute(_ADD, row).rowcount == 1)

    async def remove(self, actor: str) -> bool:
        """False: they were not there. Raises StorageError."""
        statement = delete(admin).where(admin.c.actor == actor)
        return await self._database.run(lambda connection: connection.execute(statement).rowcount == 1)

    async def list(self) -> list[Admin]:
        """In the order in which they were added. Raises StorageError."""
        statement = select(*_COLUMNS).order_by(admin.c.added, admin.c.actor)

        def work(connection: Connection) -> list[Admin]:
            return [Admin(*row) for row in connection.execute(statement)]

        return await self._database.read(work)
