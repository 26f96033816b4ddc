"""What models have painted, as long as it is shown."""

from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, delete, select

from storage.database import Database
from storage.insertion import insert_new
from storage.pruning import prune
from storage.tables import picture

_NAMES = ("id", "call", "mime", "content", "record", "actor", "made")
_KEEP = insert_new(picture, _NAMES, ("call",))
_PIECE = 5  # that are deleted at once: each may have some megabytes


@dataclass(frozen=True)
class Kept:
    """A picture. `record` says for the audit what it took; `actor` is the key of whom it was painted for."""

    id: str
    mime: str
    content: bytes = field(repr=False)
    record: str = ""
    actor: str = ""


class Pictures:
    """Each is of one call, and is seen by whoever knows its id. Everything here raises StorageError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, call: str, kept: Kept, at: float) -> None:
        """A call that has one already keeps that."""
        row = {**vars(kept), "call": call, "made": at}
        await self._database.run(lambda connection: connection.execute(_KEEP, row))

    async def of(self, call: str) -> Kept | None:
        """What was painted for this call."""
        return await self._one(picture.c.call == call)

    async def find(self, id: str) -> Kept | None:
        return await self._one(picture.c.id == id)

    async def forget(self, actor: str) -> None:
        """Deletes all that were painted for this one."""
        await self._database.run(lambda connection: connection.execute(delete(picture).where(picture.c.actor == actor)))

    async def prune(self, before: float) -> int:
        """Deletes those that were made before then; says how many."""
        return await prune(self._database, picture, picture.c.made < before, piece=_PIECE)

    async def _one(self, which: ColumnElement[bool]) -> Kept | None:
        kept = (picture.c.id, picture.c.mime, picture.c.content, picture.c.record, picture.c.actor)
        row = await self._database.read(lambda connection: connection.execute(select(*kept).where(which)).one_or_none())
        return Kept(*row) if row else None
