"""When something was, as the person who looks at it says it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Moment:
    """A point in time, for a `time` element: `iso` for machines, `said` for people, `full` where they want to know exactly."""

    iso: str
    said: str
    full: str


def moment(at: datetime, zone: str, now: datetime) -> Moment:
    """`at` and `now` are aware; `zone` is the reader's own, an IANA name."""
    local, today = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    full = f"{local:%A}, {local.day} {local:%B %Y}, {local:%H:%M:%S} ({zone})"
    if local.date() == today:
        day = "today"
    elif local.date() == today - timedelta(days=1):
        day = "yesterday"
    else:
        year = "" if local.year == today.year else f" {local.year}"
        day = f"{local:%a} {local.day} {local:%b}{year}"
    return Moment(local.isoformat(timespec="seconds"), f"{day}, {local:%H:%M}", full)


def moment_of(seconds: float, zone: str, now: datetime) -> Moment:
    """The same, for seconds since the epoch."""
    return moment(datetime.fromtimestamp(seconds, UTC), zone, now)
