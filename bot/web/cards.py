"""The cards of the integrations page: which are shown, where, and what is on them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.web.moments import Moment, moment
from commands.integrations import Integration

_ATTENTION = ("needs reconnect", "limited", "provider problem")
_IN_USE = (*_ATTENTION, "connected", "lent")
# Each state in words, and how the badge looks that says them.
_BADGES = {
    "connected": ("Connected", "good"),
    "needs reconnect": ("Needs reconnect", "bad"),
    "limited": ("Limited", "warn"),
    "provider problem": ("Provider problem", "warn"),
    "lent": ("Made-up account", "info"),
    "not connected": ("Not connected", "idle"),
    "not set up": ("Not set up", "idle"),
}


@dataclass(frozen=True)
class Stand:
    """How somebody, or their team, stands with a service, ready to be shown."""

    state: str
    words: str
    look: str  # of the badge
    account: str
    mine: bool
    error: str
    note: str
    synced: Moment | None
    permissions: tuple[str, ...]
    missing: tuple[str, ...]
    channels: tuple[str, ...]
    connectable: bool

    @property
    def in_use(self) -> bool:
        return self.state in _IN_USE

    @property
    def needs_attention(self) -> bool:
        return self.state in _ATTENTION


@dataclass(frozen=True)
class Card:
    """A service. `team` is for those who run the bot; `said` is what has just become of a button."""

    name: str
    title: str
    about: str
    category: str
    commands: tuple[str, ...]
    stand: Stand
    team: Stand | None
    said: str = ""
    failed: bool = False
    unfolded: bool = False  # what is told of the team

    def matches(self, category: str, words: str) -> bool:
        told = " ".join((self.title, self.about, self.category, *self.commands)).casefold()
        return category in ("", self.category) and all(word in told for word in words.casefold().split())


@dataclass(frozen=True)
class Section:
    title: str
    cards: Sequence[Card]


def stand(integration: Integration, zone: str, now: datetime) -> Stand:
    words, look = _BADGES.get(integration.state, (integration.state.capitalize(), "idle"))
    return Stand(
        state=integration.state,
        words=words,
        look=look,
        account=integration.account,
        mine=integration.mine,
        error=integration.error,
        note=integration.note,
        synced=moment(integration.synced, zone, now) if integration.synced else None,
        permissions=tuple(map(permission, integration.scopes)),
        missing=tuple(map(permission, integration.missing)),
        channels=integration.channels,
        connectable=integration.connectable,
    )


def card(mine: Integration, team: Integration | None, zone: str, now: datetime) -> Card:
    """`now` is aware, `zone` the reader's own."""
    theirs = stand(team, zone, now) if team else None
    return Card(mine.name, mine.title, mine.about, mine.category, mine.commands, stand(mine, zone, now), theirs)


def in_order(cards: Iterable[Card]) -> list[Card]:
    """What needs attention first; by title otherwise."""
    return sorted(cards, key=lambda card: (not card.stand.needs_attention, card.title.casefold()))


def sections(cards: Iterable[Card]) -> list[Section]:
    """What is in use comes first. Empty ones are left out."""
    ordered = in_order(cards)
    in_use = [card for card in ordered if card.stand.in_use]
    ready = [card for card in ordered if not card.stand.in_use and card.stand.state != "not set up"]
    rest = [card for card in ordered if card.stand.state == "not set up"]
    every = (Section("In use", in_use), Section("Ready to connect", ready), Section("Not set up yet", rest))
    return [section for section in every if section.cards]


def permission(scope: str) -> str:
    """A scope as people can read it: "https://…/auth/calendar.events" is "calendar events"."""
    last = scope.rstrip("/").rpartition("/")[2]
    return " ".join(re.split(r"[.:_-]+", last)).strip() or scope
