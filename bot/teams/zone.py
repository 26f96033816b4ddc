"""Where a person's clock stands, as their Teams tells it with what they say."""

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

_MOST = 10_000


class Zones:
    """What people's Teams told last, for as long as the process lives: no profile tells it. `otherwise` is for all others."""

    def __init__(self, otherwise: str) -> None:
        self._otherwise = otherwise
        self._told: dict[str, str] = {}

    def of(self, tenant: str, user: str, told: str = "") -> str:
        """The zone of a person; `told` is what has come with their words just now."""
        key = f"{tenant}:{user}"
        if told:
            if len(self._told) >= _MOST:
                self._told.clear()
            self._told[key] = told
        return self._told.get(key, self._otherwise)


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
