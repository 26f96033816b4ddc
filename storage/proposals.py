"""Calls that wait for somebody to confirm them: each is decided once."""

from collections.abc import Callable
from dataclasses import dataclass, fields

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, or_, select, update

from storage.database import Database
from storage.insertion import insert_new
from storage.pruning import prune
from storage.tables import proposal, proposal_card


@dataclass(frozen=True)
class Proposal:
    """`digest` is of all that a decision is bound to. Times are seconds since the epoch."""

    id: str
    digest: str
    call: str  # as JSON
    requester: str  # their key
    approvers: str  # who may decide, as `bot.deciding` reads it
    card: str  # what was shown, as JSON
    created: float
    expires: float
    state: str = "open"  # then "confirmed", "cancelled" or "expired"
    decided_by: str = ""  # their key
    decision: str = ""  # the id of the call by which they decided


_NAMES = tuple(field.name for field in fields(Proposal))
_PROPOSE = insert_new(proposal, _NAMES, ("id",))
_NOTE = insert_new(proposal_card, ("proposal", "delivery"), ("proposal", "delivery"))


class Proposals:
    """`now` gives seconds since the epoch. Everything here raises StorageError."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now

    async def propose(self, new: Proposal) -> None:
        """One that is there already stays as it is, open or decided."""
        await self._database.run(lambda connection: connection.execute(_PROPOSE, vars(new)))

    async def find(self, id: str) -> Proposal | None:
        """Expired or not: who presses an old button is told so."""
        statement = select(*(proposal.c[name] for name in _NAMES)).where(proposal.c.id == id)

        def work(connection: Connection) -> Proposal | None:
            row = connection.execute(statement).one_or_none()
            return Proposal(*row) if row else None

        return await self._database.read(work)

    async def decide(self, id: str, state: str, by: str, decision: str) -> bool:
        """True for one of those who decide at once, and for this very decision when it comes again.

        False: it is unknown, expired, or decided by another. Raises ValueError for a decision without an id.
        """
        if not decision:
            raise ValueError("a decision needs an id: by that it is known again")
        decided = {"state": state, "decided_by": by, "decision": decision}
        is_open = and_(proposal.c.state == "open", proposal.c.expires > self._now())
        is_this = and_(*(proposal.c[name] == value for name, value in decided.items()))
        statement = update(proposal).where(proposal.c.id == id, or_(is_open, is_this)).values(decided)
        return await self._database.run(lambda connection: connection.execute(statement).rowcount == 1)

    async def late(self, limit: int = 100) -> list[Proposal]:
        """Those that nobody has decided about in time: nobody can any more."""
        late = select(*(proposal.c[name] for name in _NAMES)).where(*self._late()).limit(limit)
        return await self._database.read(lambda connection: [Proposal(*row) for row in connection.execute(late)])

    async def expire(self, id: str) -> None:
        """It is not late any more, but expired."""
        expired = update(proposal).where(proposal.c.id == id, *self._late()).values(state="expired")
        await self._database.run(lambda connection: connection.execute(expired))

    def _late(self) -> tuple[ColumnElement[bool], ...]:
        return proposal.c.state == "open", proposal.c.expires <= self._now()

    async def forget(self, requester: str) -> None:
        """Deletes all that they asked for and nobody has decided about."""
        theirs = (proposal.c.requester == requester, proposal.c.state == "open")
        await self._database.run(lambda connection: connection.execute(delete(proposal).where(*theirs)))

    async def note_card(self, id: str, delivery: str) -> None:
        """That the answer to this delivery shows the proposal."""
        await self._database.run(lambda connection: connection.execute(_NOTE, {"proposal": id, "delivery": delivery}))

    async def cards(self, id: str) -> list[str]:
        """The keys of the deliveries whose answers show it."""
        statement = select(proposal_card.c.delivery).where(proposal_card.c.proposal == id).order_by(proposal_card.c.delivery)
        return await self._database.read(lambda connection: list(connection.scalars(statement)))

    async def prune(self, before: float) -> int:
        """Deletes those that had expired by then, and the cards of all that are gone; says how many."""
        pruned = await prune(self._database, proposal, proposal.c.expires < before)
        of_none = ~exists().where(proposal.c.id == proposal_card.c.proposal)
        await prune(self._database, proposal_card, of_none)
        return pruned
