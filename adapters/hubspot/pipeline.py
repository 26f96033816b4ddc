"""Pipelines, their stages, and what stands in them."""

from dataclasses import dataclass
from decimal import Decimal

from adapters.hubspot.record import Money, Record


@dataclass(frozen=True)
class Stage:
    """A step of a pipeline. `closed`: a deal in it is won or lost, a ticket is done."""

    id: str
    label: str
    pipeline: str  # the pipeline's id
    pipeline_label: str
    closed: bool = False


@dataclass(frozen=True)
class Pipeline:
    """The way that deals, or tickets, go: stages in order."""

    id: str
    label: str
    stages: tuple[Stage, ...]


@dataclass(frozen=True)
class Column:
    """One stage of a board, and the records that stand in it."""

    stage: Stage
    records: tuple[Record, ...]

    @property
    def sums(self) -> tuple[Money, ...]:
        """What the records are worth together, one sum for each currency, in the order of their codes."""
        totals: dict[str, Decimal] = {}
        for money in (record.money for record in self.records if record.money):
            totals[money.currency] = totals.get(money.currency, Decimal()) + money.amount
        return tuple(Money(amount, currency) for currency, amount in sorted(totals.items()))


@dataclass(frozen=True)
class Board:
    """A pipeline with what stands in it. `total` is how many records there are; those in the columns may be fewer."""

    pipeline: Pipeline
    columns: tuple[Column, ...]
    total: int
