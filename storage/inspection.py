"""Walks the chain of the audit, and names what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from storage.chain import COLUMNS, NAMES, Row, hash_of
from storage.entry import PRUNED, removed

MOST_NAMED = 1000
"""Rows that are wrong are named up to this number; there may be more then."""

_SOUGHT = 100  # rows of which it is found out where they came from: each is tried in the place of each


@dataclass(frozen=True)
class Wrong:
    """`number` is a row's place in the chain; 0 stands for its head."""

    number: int
    what: str


@dataclass(frozen=True)
class Verdict:
    """`head` is the hash of the last row: keep it elsewhere, and nobody can make a new chain unseen.

    At most 1000 are named in `wrong`, the first ones; it is empty where the chain is as it was written.
    """

    rows: int
    head: str
    wrong: tuple[Wrong, ...]


class Head(NamedTuple):
    """Where the chain ends, and where it begins: `first_hash` is of the row before the first."""

    number: int
    hash: str
    first_number: int
    first_hash: str


class Link:
    """A row as it was found."""

    def __init__(self, row: Row) -> None:
        self._values: Mapping[str, Any] = dict(zip(NAMES, row, strict=False))
        self.previous, self.hash = map(str, row[-2:])
        self.number = row[COLUMNS.index("number")]
        self.is_sound = self._fits(self.number)

    def speaks_for(self, number: int, hash: str) -> bool:
        """Whether it tells that the rows up to this one were removed because they were old."""
        return self.is_sound and (self._values["kind"], self._values["record"]) == (PRUNED, removed(number, hash))

    def came_from(self, number: int) -> bool:
        """Whether it was written in this place, and then moved to where it is."""
        return number != self.number and self._fits(number)

    def _fits(self, number: int) -> bool:
        return hash_of(self.previous, {**self._values, "number": number}) == self.hash


class Inspection:
    """Is shown each row, in the order of their numbers. One that is wrong says nothing against those that follow."""

    def __init__(self, head: Head) -> None:
        self._head = head
        self._last: Link | None = None
        self._expected = head.first_number
        self._spoken_for = head.first_number == 1  # whether it is known why the chain does not begin with number 1
        self._rows = 0
        self._below: list[Link] = []  # the head's first
        self._beyond: list[Link] = []  # its last
        self._changed: list[Link] = []
        self._wrong: dict[int, str] = {}

    def see(self, row: Row) -> None:
        link = Link(row)
        self._rows += 1
        if link.number < self._head.first_number:
            _keep(link, self._below)
            return
        if self._last is None:
            self._begin(link)
        self._spoken_for |= link.speaks_for(self._head.first_number - 1, self._head.first_hash)
        self._miss(min(link.number, self._head.number + 1), "missing")
        self._check(link)
        if link.number > self._head.number:
            _keep(link, self._beyond)
        self._last, self._expected = link, link.number + 1

    def verdict(self) -> Verdict:
        """After the last row."""
        self._end()
        if not self._spoken_for and 0 not in self._wrong:
            self._name(0, f"its beginning was cut off: no row says that those before number {self._head.first_number} were old")
        for link in (*self._below, *self._beyond):
            self._name(link.number, "inserted")
        self._trace([*self._below, *self._changed, *self._beyond])
        return Verdict(self._rows, self._head.hash, tuple(Wrong(*named) for named in sorted(self._wrong.items())))

    def _begin(self, link: Link) -> None:
        """The first row has the number that the head names, and follows the hash: both, or neither where the first is gone."""
        follows = link.previous == self._head.first_hash
        if link.is_sound and follows != (link.number == self._head.first_number):
            self._name(0, "the head was changed: the chain begins elsewhere")
            self._expected, self._below = link.number, []

    def _check(self, link: Link) -> None:
        """A sound row also speaks for the one before it, whose hash it holds."""
        if not link.is_sound:
            self._name(link.number, "changed")
            _keep(link, self._changed)
        elif self._last and link.number == self._last.number + 1 and link.previous != self._last.hash:
            self._name(self._last.number, "changed")  # together with its hash

    def _end(self) -> None:
        head, last = self._head, self._last
        if last and last.is_sound and last.hash == head.hash:
            self._beyond = []
            if last.number != head.number:
                self._name(0, "the head was changed: the chain ends elsewhere")
            return
        if last and last.is_sound and last.number == head.number:
            self._name(last.number, "changed, or the head was changed: it has another hash")
        elif not last and self._expected > head.number and head.hash != head.first_hash:
            self._name(0, "the head was changed: there is no such row")
        self._miss(head.number + 1, "missing: the tail was cut")

    def _trace(self, suspects: Sequence[Link]) -> None:
        """Finds out which of them were elsewhere before. What stands where one of them was must have come there later."""
        places = [number for number in self._wrong if number][:_SOUGHT]
        moved = {link.number: place for link in suspects[:_SOUGHT] for place in places if link.came_from(place)}
        for link in suspects:
            if link.number in moved:
                self._wrong[link.number] = f"out of order: it was number {moved[link.number]}"
            elif link.number in moved.values() and link.number in self._wrong:
                self._wrong[link.number] = "inserted"

    def _miss(self, until: int, what: str) -> None:
        for number in islice(range(self._expected, until), MOST_NAMED):
            self._name(number, what)

    def _name(self, number: int, what: str) -> None:
        if number in self._wrong or len(self._wrong) < MOST_NAMED:
            self._wrong[number] = what


def _keep(link: Link, among: list[Link]) -> None:
    if len(among) < MOST_NAMED:
        among.append(link)
