"""What arrives is stored once, however often it comes."""

from collections.abc import Sequence
from operator import attrgetter
from typing import NamedTuple

from storage.operations import Answer, Put
from storage.statements import Arrival, Statements


class Stored(NamedTuple):
    """To be told once it is committed. `repeats` are those of which the audit is to note that they came again."""

    answers: list[Answer]
    new: int
    repeats: list[Arrival]


def store(statements: Statements, puts: Sequence[Put]) -> Stored:
    """In an open transaction."""
    first = {put.arrival.key: put for put in reversed(puts)}  # of those that came twice
    # Processes that get the same at the same time put conversations in in the same order: else each waits for the other.
    arrivals = sorted((put.arrival for put in puts if first[put.arrival.key] is put), key=attrgetter("conversation"))
    stored = statements.insert(arrivals) if arrivals else set()
    if doubted := [put.arrival for put in puts if put.tries and put.arrival.key not in stored]:
        stored |= statements.inserted(doubted)
    is_new = [put.arrival.key in stored and first[put.arrival.key] is put for put in puts]
    repeats = [put.arrival for put, new in zip(puts, is_new, strict=True) if put.noted and not new]
    return Stored([(put.done, new) for put, new in zip(puts, is_new, strict=True)], sum(is_new), repeats)
