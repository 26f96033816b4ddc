"""Links by which one person may connect one service. A ticket is in its link only; here is its hash."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from storage.database import Database
from storage.hashing import hashed
from storage.pruning import prune
from storage.tables import ticket

_LIFE = 600.0  # seconds
_COLUMNS = (ticket.c.actor, ticket.c.service, ticket.c.team, ticket.c.expires)


@dataclass(frozen=True)
class Ticket:
    """`actor` is who asked for it, as JSON; `team` says that the account is to be the team's."""

    actor: str
    service: str
    team: bool
    expired: bool = False


class Tickets:
    """`now` gives seconds since the epoch, `token` 256 bits of randomness. A ticket lives for ten minutes and is used once."""

    def __init__(self, database: Database, now: Callable[[], float], token: Callable[[], str]) -> None:
        self._database = database
        self._now = now
        self._token = token

    async def issue(self, actor: str, service: str, team: bool = False) -> str:
        """A new ticket. Raises StorageError."""
        plain = self._token()
        row = {"actor": actor, "service": service, "team": int(team), "expires": self._now() + _LIFE}

        def work(connection: Connection) -> None:
            connection.execute(insert(ticket).values(hash=hashed(plain), **row))

        await self._database.run(work)
        return plain

    async def look(self, plain: str) -> Ticket | None:
        """Changes nothing, so that link previews do no harm. Finds expired ones too: who opens one is told so.

        Raises StorageError.
        """
        statement = select(*_COLUMNS).where(ticket.c.hash == hashed(plain))

        def work(connection: Connection) -> Ticket | None:
            row = connection.execute(statement).one_or_none()
            return Ticket(row.actor, row.service, bool(row.team), row.expires <= self._now()) if row else None

        return await self._database.read(work)

    async def burn(self, plain: str) -> Ticket | None:
        """Uses it up; of those who try at once, one gets it. None: there is none, or not any more. Raises StorageError."""
        valid = (ticket.c.hash == hashed(plain), ticket.c.expires > self._now())
        statement = delete(ticket).where(*valid).returning(*_COLUMNS)

        def work(connection: Connection) -> Ticket | None:
            row = connection.execute(statement).one_or_none()
            return Ticket(row.actor, row.service, bool(row.team)) if row else None

        return await self._database.run(work)

    async def prune(self, before: float) -> int:
        """Deletes those that had expired by then; says how many. Raises StorageError."""
        return await prune(self._database, ticket, ticket.c.expires < before)
