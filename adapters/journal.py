"""What a stand-in was asked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

_LONGEST_BODY = 64 * 1024
_CREDENTIAL = re.compile(
    r"authorization|cookie|secret|password|api[-_]?key|^key$|(auth|api|access|refresh)[-_]?token|^token$", re.IGNORECASE
)


@dataclass
class Entry:
    """One request. `path` is below the mount; `status` is None while it runs and where no answer was given."""

    time: datetime
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    status: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {**vars(self), "time": self.time.isoformat(), "body": self.body.decode(errors="replace")}


def entry(time: datetime, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes) -> Entry:
    """Notes a request without the credentials in its headers and query. A long body is cut."""
    return Entry(time, method, path, _without_credentials(query), _without_credentials(headers), body[:_LONGEST_BODY])


def _without_credentials(values: Mapping[str, str]) -> dict[str, str]:
    return {name: "…" if _CREDENTIAL.search(name) else value for name, value in values.items()}
