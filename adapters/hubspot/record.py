"""Our nouns for what is in a CRM."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True)
class Fact:
    """A property of a record, as people read it: “Lifecycle stage”, “Customer”."""

    name: str
    value: str


@dataclass(frozen=True)
class Related:
    """Another record that one is associated with."""

    kind: str
    id: str
    title: str
    url: str


@dataclass(frozen=True)
class Money:
    """An amount; `currency` is an ISO 4217 code, empty where it is not known."""

    amount: Decimal
    currency: str = ""

    def __str__(self) -> str:
        """“12,500 EUR”; cents only where there are any."""
        whole = self.amount == self.amount.to_integral_value()
        return f"{self.amount:,.{0 if whole else 2}f} {self.currency}".rstrip()


@dataclass(frozen=True)
class Record:
    """A contact, company, deal, ticket, note or task, as `kind` says.

    `url` is its page in HubSpot (a note's and a task's: that of the record they are about, where known). `facts` are the
    properties people care about, in order, labels for ids, without those that are empty. `pipeline`, `stage` and `owner` are
    labels, empty where there are none. `values` are all that was read, as HubSpot keeps it, by the properties' own names.
    `related` is filled by `HubSpot.record` only.
    """

    kind: str
    id: str
    title: str
    url: str = ""
    facts: tuple[Fact, ...] = ()
    owner: str = ""
    pipeline: str = ""
    stage: str = ""
    money: Money | None = None
    created: datetime | None = None
    related: tuple[Related, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def email(self) -> str:
        """A contact's."""
        return self.values.get("email", "")


@dataclass(frozen=True)
class Found:
    """What one kind's search gave: the first ones, newest first, and how many there are in all."""

    kind: str
    records: tuple[Record, ...]
    total: int


@dataclass(frozen=True)
class Owner:
    """Somebody to whom records belong. Who is no longer `active` has left the account, and can be given nothing new."""

    id: str
    name: str
    email: str
    active: bool = True


@dataclass(frozen=True)
class Account:
    """The HubSpot account that is connected. `portal` is its Hub ID, `domain` that of its pages."""

    portal: str
    domain: str
    currency: str


@dataclass(frozen=True)
class Saved:
    """A contact that was created or changed. `new`: there was none with that address before.

    `former` holds what the changed properties were before, as HubSpot keeps them, for `HubSpot.update`; empty where it is new.
    """

    record: Record
    new: bool
    former: Mapping[str, str] = field(default_factory=dict)
