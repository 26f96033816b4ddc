"""What the event loop asks of the writer. Each operation has a future, which is answered once its transaction is committed.

`tries` are those that failed: what they wrote may have been committed all the same, where the connection broke.
"""

from asyncio import Future
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from storage.entry import Entry
from storage.offers import Offer
from storage.statements import Arrival, Claim, Decision, Ending

Answer = tuple["Future[Any]", Any]  # who waits, and for what: a value, or an exception


@dataclass(eq=False, slots=True)
class Put:
    """A new delivery. The answer is whether it was new; `noted` says whether the audit is told where it was not."""

    arrival: Arrival
    noted: bool
    done: "Future[bool]"
    tries: int = 0


@dataclass(eq=False, slots=True)
class Probe:
    """Something written for the sake of writing. When it is answered, every turn before this one is over."""

    done: "Future[None]"


@dataclass(eq=False, slots=True)
class Intend:
    """What was decided about a claimed delivery, what it offers, and what the audit notes of it. The answer may be Fenced."""

    decision: Decision
    offers: Sequence[Offer]
    entries: Sequence[Entry]
    done: "Future[None]"
    tries: int = 0

    @property
    def claim(self) -> Claim:
        return self.decision[:2]


@dataclass(eq=False, slots=True)
class Conclude:
    """The end of a claim, whatever comes after it. The answer may be Fenced."""

    ending: Ending
    done: "Future[None]"
    tries: int = 0

    @property
    def claim(self) -> Claim:
        return self.ending[:2]


Operation = Put | Probe | Intend | Conclude
