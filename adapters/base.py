"""What it takes to be an adapter: one declaration, one client, one stand-in."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from adapters.http import Http

if TYPE_CHECKING:
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
    """Where a person connects an account: https://datatracker.ietf.org/doc/html/rfc6749.

    `extra` goes with the authorization request. `client_auth` is how the token endpoint wants the client's secret,
    `json_body` whether it wants JSON where the standard says form. `issuer` is what an `iss` in the answer must equal; with
    `iss_required` the server promises to tell it (RFC 9207).
    """

    authorize_url: str
    token_url: str
    revoke_url: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
    client_auth: Literal["client_secret_post", "client_secret_basic"] = "client_secret_post"
    json_body: bool = False
    pkce: bool = True
    issuer: str = ""
    iss_required: bool = False

    def at(self, url: str) -> "OAuth2":
        """The same server elsewhere: a stand-in, an emulator, a proxy. `url` ends with a slash.

        Paths stay as they are. Where the vendor has several hosts, the first part of the name of each but the authorization
        endpoint's goes before its path, so that they stay apart: `https://oauth2.googleapis.com/token` is `<url>oauth2/token`.
        """
        first = urlsplit(self.authorize_url).hostname

        def moved(endpoint: str) -> str:
            parts = urlsplit(endpoint)
            host = "" if parts.hostname == first else f"{(parts.hostname or '').partition('.')[0]}/"
            return f"{url}{host}{parts.path.lstrip('/')}" if endpoint else ""

        endpoints: dict[str, Any] = {name: moved(getattr(self, name)) for name in ("authorize_url", "token_url", "revoke_url")}
        return replace(self, **endpoints, issuer=url.rstrip("/") if self.issuer else "")


@dataclass(frozen=True)
class ApiKey:
    """A key that a person pastes: where it is found, and what the form asks for."""

    found_at: str
    asks: str = "API key"

    def at(self, url: str) -> "ApiKey":
        """The same of a stand-in, which shows a key at this address. `url` ends with a slash."""
        return replace(self, found_at=f"{url}_sandbox/key")


@dataclass(frozen=True)
class Event:
    """News from a service: `id` is unique per event, `kind` is ours (`calendar.changed`), `subject` is the vendor's id."""

    id: str
    kind: str
    subject: str


@dataclass(frozen=True)
class Incoming:
    """A request that claims to be a service's: raw, as it came. `url` is the public one that the service called."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)  # names in any case
    body: bytes = field(repr=False)
    at: float  # when it came, in seconds since the epoch

    def header(self, name: str) -> str:
        """Empty where there is none."""
        return next((value for each, value in self.headers.items() if each.lower() == name), "")


@dataclass(frozen=True)
class Webhook:
    """Pure functions over the raw request: `verify` says if it is genuine and of now, `read` what it says.

    Neither raises, whatever comes. `read` gives nothing for what is no news; the same event has the same id each time it is
    sent. `handshake` finds the secret that a service sends once, for an admin to take over: empty where it holds none.
    """

    verify: Callable[[Incoming, Secret], bool]
    read: Callable[[Incoming], tuple[Event, ...]]
    handshake: Callable[[Incoming], str] | None = None


@dataclass(frozen=True)
class Access:
    """All that a client is told of the call it serves.

    `call` is the call's id, the same on every attempt: idempotency keys derive from it.
    `zone` is the asker's own; `now` gives the present in UTC; rates are kept per `tenant`. `again` says that an earlier attempt
    may have got through: clients look before they write, and what they find is theirs if it is no older than `asked`, when a
    person wanted it.
    """

    call: str
    token: Secret
    zone: ZoneInfo
    now: Callable[[], datetime]
    tenant: str = ""
    again: bool = False
    asked: datetime | None = None


class Client:
    """One service, opened for one call, as one person. A command names the client it needs as a parameter's type."""

    def __init__(self, service: "Service", access: Access) -> None:
        self._service = service
        self._access = access

    @property
    def token(self) -> Secret:
        """What it was opened with."""
        return self._access.token

    @property
    def now(self) -> datetime:
        """The present, in the asker's zone."""
        return self._access.now().astimezone(self._access.zone)

    @property
    def again(self) -> bool:
        """Whether an earlier attempt of this very call may have got through: what it wants may be there already."""
        return self._access.again

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
    account: Callable[[Any], Awaitable[str]]  # the same; gives the account's name at the service, for people to read
    webhook: Webhook | None
    sandbox: "Callable[[Callable[[], datetime]], Sandbox]"  # given the clock
    env: str  # before _CLIENT_ID, _CLIENT_SECRET, _API_KEY in the settings: services of one vendor share them


@dataclass(frozen=True)
class Service:
    """An adapter that is switched on: its SDK is loaded and its address is known."""

    adapter: Adapter
    base_url: str
    http: Http
    sdk: Any

    def open(self, access: Access) -> Client:
        return self.adapter.client(self, access)
