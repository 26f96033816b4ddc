"""What it takes to be an adapter: one declaration, one client, one stand-in."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from adapters.http import Http
from adapters.sandbox import Sandbox


class Secret:
    """A credential that does not end up in a log, an error or a dump by accident: only `reveal` gives it away."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    def __bool__(self) -> bool:
        return bool(self._value)

    def __reduce__(self) -> str:
        raise TypeError("a Secret can't be pickled")


@dataclass(frozen=True)
class OAuth2:
    """Where a person connects an account: https://datatracker.ietf.org/doc/html/rfc6749."""

    authorize_url: str
    token_url: str
    revoke_url: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ApiKey:
    """A key that a person pastes: where it is found, and what the form asks for."""

    found_at: str
    asks: str = "API key"


@dataclass(frozen=True)
class Event:
    """News from a service: `id` is unique per delivery, `kind` is ours (`calendar.changed`), `subject` is the vendor's id."""

    id: str
    kind: str
    subject: str


@dataclass(frozen=True)
class Webhook:
    """Two pure functions over the raw request: `verify` says if it is genuine, `read` what it says, None for nothing."""

    verify: Callable[[Mapping[str, str], bytes, Secret], bool]
    read: Callable[[Mapping[str, str], bytes], Event | None]


@dataclass(frozen=True)
class Access:
    """All that a client is told of the call it serves.

    `call` is the call's id, the same on every attempt: idempotency keys derive from it.
    `zone` is the asker's own; `now` gives the present in UTC; rates are kept per `tenant`.
    """

    call: str
    token: Secret
    zone: ZoneInfo
    now: Callable[[], datetime]
    tenant: str = ""


class Client:
    """One service, opened for one call, as one person. A command names the client it needs as a parameter's type."""

    def __init__(self, service: "Service", access: Access) -> None:
        self._service = service
        self._access = access

    @classmethod
    def load(cls, base_url: str) -> Any:
        """Imports and builds what is heavy, once, at start, in a thread; clients find it at `service.sdk`."""
        return None


@dataclass(frozen=True)
class Adapter:
    """The declaration of a service. Cards, settings, checks, connect pages and stand-ins are made from it."""

    name: str  # as in the folder, the settings and the database
    title: str  # as people write it
    about: str  # one line
    category: str
    base_url: str  # the vendor's own; overridden by <NAME>_BASE_URL
    auth: OAuth2 | ApiKey
    scopes: tuple[str, ...]
    client: type[Client]
    check: Callable[[Any], Awaitable[None]]  # given an open client: returns, or raises one of the four errors
    webhook: Webhook | None
    sandbox: Callable[[Callable[[], datetime]], Sandbox]  # given the clock


@dataclass(frozen=True)
class Service:
    """An adapter that is switched on: its SDK is loaded and its address is known."""

    adapter: Adapter
    base_url: str
    http: Http
    sdk: Any

    def open(self, access: Access) -> Client:
        return self.adapter.client(self, access)
