"""A span of days in somebody's zone, as seconds since the epoch."""

from datetime import date, datetime, time, timedelta
from math import inf
from zoneinfo import ZoneInfo


def span(first: date | None, last: date | None, zone: str) -> tuple[float, float]:
    """From the first moment of the first day to before the first one after the last; None leaves that side open."""
    since = _midnight(first, zone) if first else -inf
    until = _midnight(last + timedelta(days=1), zone) if last and last < date.max else inf
    return since, until


def _midnight(day: date, zone: str) -> float:
    return datetime.combine(day, time(), ZoneInfo(zone)).timestamp()
