"""Days and moments as they are typed for Notion: ISO, or today, tomorrow and yesterday, and two of them with “to” between."""

import re
from datetime import date, datetime, timedelta

_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
_BETWEEN = re.compile(r"\s+to\s+", re.IGNORECASE)


def date_value(text: str, now: datetime) -> dict[str, str]:
    """A date as Notion takes it; times are in the zone of `now`. Raises ValueError."""
    start, *rest = _BETWEEN.split(text.strip())
    if not rest:
        return {"start": moment_value(start, now)}
    [end] = rest
    span = {"start": moment_value(start, now), "end": moment_value(end, now)}
    if ("T" in span["start"]) != ("T" in span["end"]) or span["end"] < span["start"]:
        raise ValueError("both have a time or neither, and the second is no earlier")
    return span


def moment_value(text: str, now: datetime) -> str:
    """A day, or a moment with its offset. Raises ValueError."""
    text = text.strip()
    day, _, time = text.partition("T" if "T" in text else " ")
    found = now.date() + timedelta(days=_DAYS[day.casefold()]) if day.casefold() in _DAYS else date.fromisoformat(day)
    if not time.strip():
        return found.isoformat()
    moment = datetime.fromisoformat(f"{found}T{time.strip()}")
    return (moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)).isoformat(timespec="minutes")
