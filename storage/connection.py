"""A connected account, as the rest of the bot knows it. No secret is in it: for those see `grant.py`."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from storage.tables import connection

EVERYWHERE = "*"  # in the place of a conversation: a team's connection is open to all of them


@dataclass(frozen=True)
class Owner:
    """Whose an account is: one person's, or the team's where `person` is empty."""

    platform: str
    tenant: str
    person: str

    @property
    def key(self) -> str:
        return f"{self.platform}:{self.tenant}:{self.person}"

    @property
    def tenant_key(self) -> str:
        return f"{self.platform}:{self.tenant}"


@dataclass(frozen=True)
class Connection:
    """Times are seconds since the epoch, 0 where there is none."""

    id: str
    owner: Owner
    service: str
    kind: str  # "oauth" or "key"
    state: str  # "connected", "broken", or "stopped" until it is revoked
    account: str  # what the service calls it
    scopes: tuple[str, ...]  # what was granted
    channels: tuple[str, ...]  # the conversations that may use a team's; EVERYWHERE: all
    expires: float
    version: int  # rises with each new token
    lease_owner: str  # who refreshes it now
    lease: float  # until when
    refreshing: float  # since when a refresh has not come to an end
    retry: float  # after a refresh that failed: not before
    connected: float
    succeeded: float
    failed: float
    error: str  # the last one, in words
    told: bool  # whether its owner knows that it is broken

    def is_open_to(self, conversation: str) -> bool:
        """A person's own is open wherever they are."""
        return self.owner.person != "" or EVERYWHERE in self.channels or conversation in self.channels

    def missing(self, scopes: Iterable[str]) -> tuple[str, ...]:
        """Those of them that were not granted."""
        return tuple(scope for scope in scopes if scope not in self.scopes)


# All but the secret and when it is due, which only the vault needs to know.
COLUMNS = tuple(column for column in connection.columns if column.name not in ("sealed", "due"))


def read_connection(row: Row[Any]) -> Connection:
    """From a row that has at least COLUMNS."""
    values = {column.name: row._mapping[column] for column in COLUMNS}
    owner = Owner(values.pop("platform"), values.pop("tenant"), values.pop("person"))
    scopes = tuple(values.pop("scopes").split())
    channels = tuple(json.loads(values.pop("channels")))
    told = bool(values.pop("told"))
    return Connection(owner=owner, scopes=scopes, channels=channels, lease_owner=values.pop("owner"), told=told, **values)


def write_scopes(scopes: Sequence[str]) -> str:
    return " ".join(scopes)


def write_channels(channels: Collection[str]) -> str:
    return json.dumps(sorted(set(channels)))
