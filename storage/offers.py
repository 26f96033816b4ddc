"""What buttons stand for. A button carries an opaque id only; whose it is and what it runs is looked up here."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from storage.database import Database
from storage.pruning import prune
from storage.tables import offer

_COLUMNS = (offer.c.id, offer.c.call, offer.c.actor, offer.c.place, offer.c.expires)


@dataclass(frozen=True)
class Offer:
    """`call` is a stored call as JSON, `actor` the key of who may take it, empty for anybody, `place` where it was made."""

    id: str
    call: str
    actor: str
    place: str
    expires: float  # seconds since the epoch


class Offers:
    """Offers are stored together with the intent to show them: see `Inbox.intend`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, id: str) -> Offer | None:
        """The offer, expired or not: whoever presses an old button is told so. Raises StorageError."""

        def work(connection: Connection) -> Offer | None:
            row = connection.execute(select(*_COLUMNS).where(offer.c.id == id)).one_or_none()
            return Offer(*row) if row else None

        return await self._database.read(work)

    async def prune(self, before: float) -> int:
        """Deletes those that had expired by then; says how many. Raises StorageError."""
        return await prune(self._database, offer, offer.c.expires < before)
