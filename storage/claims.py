"""The deliveries that this process holds: how they are taken, kept, written about, and given up."""

from collections.abc import Sequence

from sqlalchemy import Connection

from storage.delivery import Delivery
from storage.errors import Fenced
from storage.operations import Answer, Conclude, Intend
from storage.statements import Claim, Statements


class Claims:
    """Belongs to the writer's thread; `lease` is in seconds. Renews at a third of it, so that two renewals may fail."""

    def __init__(self, statements: Statements, lease: float) -> None:
        self._statements = statements
        self._lease = lease
        self._held: set[Claim] = set()
        self._renewal = 0.0

    def free(self, width: int) -> int:
        """How many more may be claimed."""
        return max(0, width - len(self._held))

    def is_renewal_due(self, now: float) -> bool:
        return now >= self._renewal

    def advance(
        self, connection: Connection, intents: Sequence[Intend], conclusions: Sequence[Conclude], width: int, now: float
    ) -> tuple[list[Answer], list[Delivery]]:
        """All in one transaction: what workers want written, the leases, and the next claims.

        Gives back the answers for the workers, and what was claimed.
        """
        changes: list[Intend | Conclude] = [*intents, *conclusions]
        with connection.begin():
            held = self._write(connection, intents, conclusions)
            if self.is_renewal_due(now):
                self._renew(connection, now)
            free = self.free(width) + len(held & {conclude.claim for conclude in conclusions})
            claimed = self._statements.claim(connection, free, now, now + self._lease) if free else []
        self.forget([*conclusions, *(change for change in changes if change.claim not in held)])
        self._held.update((delivery.key, delivery.fence) for delivery in claimed)
        return [(change.done, None if change.claim in held else Fenced(change.claim[0])) for change in changes], claimed

    def forget(self, changes: Sequence[Intend | Conclude]) -> None:
        """These claims are not renewed any more."""
        self._held.difference_update(change.claim for change in changes)

    def _write(self, connection: Connection, intents: Sequence[Intend], conclusions: Sequence[Conclude]) -> set[Claim]:
        """Writes for those who still hold their deliveries, and says which claims these are."""
        wanted = {change.claim for change in intents} | {change.claim for change in conclusions}
        held = self._statements.held(connection, wanted) if wanted else set()
        if kept := [intend for intend in intents if intend.claim in held]:
            offers = [row for intend in kept for row in intend.offers]
            self._statements.intend(connection, [intend.row for intend in kept], offers)
        if ended := [conclude.row for conclude in conclusions if conclude.claim in held]:
            self._statements.conclude(connection, ended)
        return held

    def _renew(self, connection: Connection, now: float) -> None:
        if self._held:
            self._statements.renew(connection, self._held, now + self._lease)
        self._statements.expire(connection, now)
        self._renewal = now + self._lease / 3
