"""The deliveries that this process holds: how they are taken, kept, written about, and given up."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from storage.delivery import Delivery
from storage.driver import Driver
from storage.entry import Entry
from storage.errors import Fenced
from storage.operations import Answer, Conclude, Intend
from storage.statements import Claim, Statements
from storage.turns import Turns


class Progress(NamedTuple):
    """To be kept and told once it is committed."""

    answers: list[Answer]
    claimed: list[Delivery]
    ended: set[Claim]
    expired: int  # claims that others have lost


class Claims:
    """Belongs to the writer's thread; `lease` is in seconds. Renews at a third of it, so that two renewals may fail."""

    def __init__(self, driver: Driver, statements: Statements, owner: str, lease: float) -> None:
        self._statements = statements
        self._owner = owner
        self._lease = lease
        self._held: set[Claim] = set()
        self._renewed = float("-inf")
        self._turns = Turns(driver)
        self._crowded = False
        self.takeovers = 0  # deliveries that were taken from owners without a sign of life

    def free(self, width: int) -> int:
        """How many more may be claimed."""
        return max(0, width - len(self._held))

    def is_renewal_due(self, now: float) -> bool:
        """Also when the clock was set back: the leases of new claims must not wait for the old time to come again."""
        return abs(now - self._renewed) >= self._lease / 3

    def advance(
        self, intents: Sequence[Intend], conclusions: Sequence[Conclude], width: int, renewing: bool, now: float
    ) -> Progress:
        """In an open transaction: what workers want written, the leases, the next claims, and last what is noted.

        To be followed by `keep`, once it is committed.
        """
        intended = self._intend(intents, now)
        concluded = self._conclude(conclusions)
        expired = self._renew(now) if renewing else 0
        free = max(0, width - len(self._held) + len(concluded))
        claimed = self._claim(free, now) if free else []
        if entries := _entries(intend for intend in intents if intend.claim in intended):
            self._statements.record(entries, _entries(intend for intend in intents if intend.tries))
        answers = [*_answers(intents, intended), *_answers(conclusions, concluded)]
        lost = {intend.claim for intend in intents} - intended
        return Progress(answers, claimed, lost | {conclude.claim for conclude in conclusions}, expired)

    def keep(self, progress: Progress) -> None:
        self.takeovers += progress.expired
        self._held -= progress.ended
        self._held.update((delivery.key, delivery.fence) for delivery in progress.claimed)

    def forget(self, changes: Iterable[Intend | Conclude]) -> None:
        """These claims are not renewed any more."""
        self._held.difference_update([change.claim for change in changes])

    def _intend(self, intents: Sequence[Intend], now: float) -> set[Claim]:
        if not intents:
            return set()
        held = self._statements.intend([intend.decision for intend in intents])
        if offers := [offer for intend in intents if intend.claim in held for offer in intend.offers]:
            self._statements.offer(offers, now)
        return held

    def _conclude(self, conclusions: Sequence[Conclude]) -> set[Claim]:
        if not conclusions:
            return set()
        concluded = self._statements.conclude([conclude.ending for conclude in conclusions])
        if doubted := [each.ending for each in conclusions if each.tries and each.claim not in concluded]:
            concluded |= self._statements.concluded(doubted)
        return concluded

    def _claim(self, free: int, now: float) -> list[Delivery]:
        """The oldest; but once there is more than there was room for, tenants take turns first."""
        claimed: list[Delivery] = []
        held = (now, self._owner, now + self._lease)
        if self._crowded and (turns := self._turns.next(free, now)):
            claimed = self._statements.claim_these(turns, *held)
        if left := free - len(claimed):
            claimed += self._statements.claim(left, *held)
        self._crowded = len(claimed) == free
        return claimed

    def _renew(self, now: float) -> int:
        """Gives back how many others have lost."""
        if self._held:
            self._statements.renew(self._held, now + self._lease)
        expired = self._statements.expire(now)
        self._renewed = now
        return expired


def _entries(intents: Iterable[Intend]) -> list[Entry]:
    return [entry for intend in intents for entry in intend.entries]


def _answers(changes: Sequence[Intend | Conclude], held: set[Claim]) -> list[Answer]:
    return [(change.done, None if change.claim in held else Fenced(change.claim[0])) for change in changes]
