"""Free time: what is left of the working hours when everybody's busy times are taken out. Pure arithmetic, in UTC."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_QUARTER = 15 * 60  # seconds
_SATURDAY = 5


@dataclass(frozen=True)
class Slot:
    """A stretch of time. Both ends are aware."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Availability:
    """When everybody has time, and whose calendar could not be seen."""

    slots: tuple[Slot, ...]
    unseen: tuple[str, ...]


def working_days(first: date, count: int) -> list[date]:
    """The first `count` days that are not on a weekend, from `first` on."""
    days = (first + timedelta(days=number) for number in range(count * 3 + 3))
    return [day for day in days if day.weekday() < _SATURDAY][:count]


def working_hours(days: Iterable[date], hours: tuple[time, time], zone: ZoneInfo) -> list[Slot]:
    """One slot a day, from the one hour of the clock to the other."""
    opening, closing = hours
    return [Slot(datetime.combine(day, opening, zone), datetime.combine(day, closing, zone)) for day in days]


def free_slots(windows: Iterable[Slot], busy: Sequence[Slot], length: timedelta, now: datetime, zone: ZoneInfo) -> list[Slot]:
    """The stretches of `windows` that nothing busy touches, not before `now`, each at least `length` long.

    They begin and end at quarters of an hour, and are told in `zone`.
    """
    taken = _merged(busy)
    gaps = (gap for window in windows for gap in _gaps(window, taken, now))
    rounded = (Slot(_quarter(gap.start, up=True), _quarter(gap.end, up=False)) for gap in gaps)
    return [Slot(slot.start.astimezone(zone), slot.end.astimezone(zone)) for slot in rounded if slot.end - slot.start >= length]


def _merged(busy: Iterable[Slot]) -> list[Slot]:
    """The same times, in order and in UTC, none touching another."""
    merged: list[Slot] = []
    for slot in sorted((_in_utc(slot) for slot in busy), key=lambda slot: slot.start):
        if merged and slot.start <= merged[-1].end:
            merged[-1] = Slot(merged[-1].start, max(merged[-1].end, slot.end))
        else:
            merged.append(slot)
    return merged


def _gaps(window: Slot, taken: Iterable[Slot], now: datetime) -> Iterator[Slot]:
    window = _in_utc(window)
    at = max(window.start, now.astimezone(UTC))
    for busy in taken:
        yield Slot(at, min(busy.start, window.end))
        at = max(at, busy.end)
    yield Slot(at, window.end)


def _quarter(moment: datetime, up: bool) -> datetime:
    seconds = moment.timestamp()
    quarters = -(-seconds // _QUARTER) if up else seconds // _QUARTER
    return datetime.fromtimestamp(quarters * _QUARTER, UTC)


def _in_utc(slot: Slot) -> Slot:
    return Slot(slot.start.astimezone(UTC), slot.end.astimezone(UTC))
