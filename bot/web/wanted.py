"""What somebody wants to see of the audit, as an address says it."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from bot.span import span
from bot.text import clean
from storage.entry import Entry

_DAYS = ("since", "until")
_LONGEST = 300  # characters of each


@dataclass(frozen=True)
class Wanted:
    """`whose` is "all" for the whole tenant, else empty; `person` is an id or a name; the days are ISO dates.

    What is empty is not asked for.
    """

    whose: str = ""
    person: str = ""
    command: str = ""
    outcome: str = ""
    conversation: str = ""
    since: str = ""
    until: str = ""

    @property
    def whole(self) -> bool:
        return self.whose == "all"

    @property
    def sifts(self) -> bool:
        """Whether there may be more than it shows."""
        return replace(self, whose="") != Wanted()

    @property
    def sifts_more(self) -> bool:
        """Whether by anything but whose it is, who, and the command."""
        return replace(self, whose="", person="", command="") != Wanted()

    def span(self, zone: str) -> tuple[float, float]:
        """In seconds since the epoch."""
        first, last = (date.fromisoformat(day) if day else None for day in (self.since, self.until))
        return span(first, last, zone)

    def includes(self, entry: Entry) -> bool:
        """As far as it is about neither people nor days."""
        return all(
            not wanted or wanted == had
            for wanted, had in (
                (self.command, entry.command),
                (self.outcome, entry.outcome),
                (self.conversation, entry.conversation),
            )
        )

    def address(self, path: str, **more: object) -> str:
        query = {name: value for name, value in {**vars(self), **more}.items() if value}
        return f"{path}?{urlencode(query, errors='replace')}" if query else path


def wanted(query: Mapping[str, str]) -> Wanted:
    """What is no day is left out; so are control characters, which PostgreSQL does not take."""
    told = {name: clean(query.get(name, ""))[:_LONGEST].strip() for name in Wanted.__dataclass_fields__}
    return Wanted(**{**told, **{name: _day(told[name]) for name in _DAYS}})


def _day(text: str) -> str:
    with suppress(ValueError):
        return date.fromisoformat(text).isoformat()
    return ""
