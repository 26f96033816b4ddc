"""Where a person's clock stands, as their Teams tells it with what they say."""

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo


def zone_of(activity: Mapping[str, Any]) -> str:
    """The IANA name of the sender's time zone, or "" where a valid one is not told."""
    return next(filter(None, map(_valid, _told(activity))), "")


def _told(activity: Mapping[str, Any]) -> Iterator[object]:
    """Messages have a `localTimezone`; what has not, has it in an entity about the person's client."""
    yield activity.get("localTimezone")
    entities = activity.get("entities")
    for entity in entities if isinstance(entities, list) else []:
        if isinstance(entity, dict) and entity.get("type") == "clientInfo":
            yield entity.get("timezone")


def _valid(name: object) -> str:
    try:
        return ZoneInfo(name).key if isinstance(name, str) and name else ""
    except (ValueError, OSError, KeyError):
        return ""
