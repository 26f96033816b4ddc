"""Whether an activity comes from Teams: first its token alone, before anything parses the body, then both together.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication (step 4). It stands in
front of botbuilder, whose own check takes tokens that never end, does without the channel's endorsement or the serviceUrl
where the body leaves them out, and answers 500 to half of what a stranger can send.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, TypeGuard

import jwt
from jwt.types import Options

from adapters.errors import Unavailable
from bot.clock import Clock
from bot.teams.hosts import Hosts
from bot.teams.keys import Key, Keys

ISSUER = "https://api.botframework.com"  # not the other one, of the retired emulator: any Entra tenant can sign as that
CHANNEL = "msteams"

_ALGORITHM = "RS256"
_LEEWAY = 300  # seconds, either way: clocks differ in both directions
_LATEST = 1e11  # seconds since the epoch; a later date is none
_LONGEST = 8192  # characters
_MOST = 1000  # tokens
_BEARER = re.compile(r"Bearer ([\w-]+\.[\w-]+\.[\w-]+)", re.ASCII)
_OPTIONS: Options = {
    "require": ["iss", "aud", "exp", "nbf"],
    "strict_aud": True,  # one audience, no list of them
    **{"verify_exp": False, "verify_nbf": False, "verify_iat": False},  # PyJWT takes no clock: see `_is_current`
}


class Denied(Exception):
    """To be answered with `status`: 401 for a bad token, 403 for a good one that may not do this, 503 for "ask again".

    The text is for the operator, and says nothing that came from outside.
    """

    def __init__(self, status: int, why: str = "") -> None:
        super().__init__(why or f"denied with {status}")
        self.status = status


@dataclass(frozen=True)
class Token:
    """What a good token says: where its sender is to be answered, and the channels that its key may speak for."""

    service_url: str = field(repr=False)
    endorsements: frozenset[str]


@dataclass(frozen=True)
class _Proved:
    """What a token said whose signature was good by this key. Its times are looked at each time."""

    kid: str
    key: Key
    claims: Mapping[str, Any] = field(repr=False)


class Auth:
    """The check, for one app. `tokenless` lets local emulators of Teams in; it may only be true in a sandbox on loopback.

    Nothing here is ever logged: a token does not cover the body, so whoever reads one can send anything until it ends.
    """

    def __init__(
        self, app_id: str, keys: Keys, hosts: Hosts, tenants: frozenset[str], clock: Clock, *, tokenless: bool = False
    ) -> None:
        self._app_id = app_id
        self._keys = keys
        self._hosts = hosts
        self._tenants = tenants
        self._clock = clock
        self._tokenless = tokenless
        self._proved: dict[bytes, _Proved] = {}  # by digest: no token is kept

    async def bearer(self, headers: Mapping[str, str]) -> Token | None:
        """The token of a request, found good. None, where that is allowed at all, for a request without any.

        `headers` may be a multidict, in any case. Raises Denied: 401, or 503 while Microsoft's keys can't be had.
        """
        said = _values(headers, "authorization")
        if not said and self._tokenless and _from_a_program(headers):
            return None
        token = await self._token(_compact(said))
        if token is None:
            raise Denied(401)
        return token

    def admit(self, token: Token | None, activity: Mapping[str, Any]) -> None:
        """Whether this token may bring this activity. Raises Denied: 401 without a token that is needed, else 403."""
        if token is None and not self._is_local(activity):
            raise Denied(401)
        if token and not _is_endorsed(token, activity):
            raise Denied(403, "it is not of Teams")
        if token and not self._is_answerable(token, activity):
            raise Denied(403, "its serviceUrl is not its token's, or of no host in TEAMS_SERVICE_HOSTS")
        if token and not self._is_welcome(activity):
            raise Denied(403, "its tenant is not in TEAMS_ALLOWED_TENANTS")

    async def _token(self, compact: str) -> Token | None:
        digest = sha256(compact.encode()).digest()
        proved = self._proved.get(digest)
        key = await self._key(proved.kid if proved else _kid(compact))
        claims = proved.claims if proved and proved.key is key else self._prove(compact, key, digest)
        service_url = claims.get("serviceurl")
        if not key or not _is_current(claims, self._clock.time()) or not isinstance(service_url, str) or not service_url:
            return None
        return Token(service_url, key.endorsements)

    def _prove(self, compact: str, key: Key | None, digest: bytes) -> Mapping[str, Any]:
        """Teams sends one token for minutes: its signature is computed once, for as long as its key is good."""
        claims = _claims(compact, key, self._app_id) if key else {}
        if key and claims:
            if len(self._proved) >= _MOST:
                self._proved.clear()
            self._proved[digest] = _Proved(_kid(compact), key, claims)
        return claims

    async def _key(self, kid: str) -> Key | None:
        try:
            return await self._keys.find(kid) if kid else None
        except Unavailable:
            raise Denied(503) from None

    def _is_local(self, activity: Mapping[str, Any]) -> bool:
        service_url = activity.get("serviceUrl")
        return self._tokenless and isinstance(service_url, str) and Hosts.loopback().allows(service_url)

    def _is_answerable(self, token: Token, activity: Mapping[str, Any]) -> bool:
        return activity.get("serviceUrl") == token.service_url and self._hosts.allows(token.service_url)

    def _is_welcome(self, activity: Mapping[str, Any]) -> bool:
        """Of an allowed tenant. Both places that may name one must name the same."""
        places = (_at(activity, "channelData", "tenant", "id"), _at(activity, "conversation", "tenantId"))
        named = [place for place in places if place is not None]
        return bool(named) and all(isinstance(each, str) and each == named[0] and each in self._tenants for each in named)


def _values(headers: Mapping[str, str], wanted: str) -> list[str]:
    return [value for name, value in headers.items() if name.lower() == wanted]


def _from_a_program(headers: Mapping[str, str]) -> bool:
    """Not from a web page, which any site may show: those tell an origin, or came by another name for this machine."""
    host = "".join(_values(headers, "host"))
    pages = [value for name in ("origin", "sec-fetch-site") for value in _values(headers, name)]
    declared = "".join(_values(headers, "content-type")).startswith("application/json")
    return declared and not pages and Hosts.loopback().allows(f"http://{host}")


def _compact(said: list[str]) -> str:
    """The token of the only Authorization header, still unread; empty where there is no such thing."""
    if len(said) != 1 or len(said[0]) > _LONGEST:
        return ""
    bearer = _BEARER.fullmatch(said[0])
    return bearer[1] if bearer else ""


def _kid(compact: str) -> str:
    """The name of the key, all that is believed of the header: what it says of `jku`, `jwk` and the like is never looked at."""
    try:
        header = jwt.get_unverified_header(compact)
    except jwt.PyJWTError:
        return ""
    return header.get("kid", "") if header.get("alg") == _ALGORITHM else ""


def _claims(compact: str, key: Key, app_id: str) -> Mapping[str, Any]:
    try:
        return jwt.decode(compact, key.public, [_ALGORITHM], _OPTIONS, audience=app_id, issuer=ISSUER)
    except jwt.PyJWTError:
        return {}


def _is_current(claims: Mapping[str, Any], now: float) -> bool:
    begins, ends = claims.get("nbf"), claims.get("exp")
    return _is_time(begins) and _is_time(ends) and begins - _LEEWAY <= now < ends + _LEEWAY


def _is_time(value: object) -> TypeGuard[float]:
    """`True` is an int in Python; NaN compares with nothing; an integer may have thousands of digits."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < _LATEST


def _is_endorsed(token: Token, activity: Mapping[str, Any]) -> bool:
    """The activity is of Teams, and signed with a key that Teams is vouched for with."""
    return activity.get("channelId") == CHANNEL and CHANNEL in token.endorsements


def _at(activity: Mapping[str, Any], *path: str) -> object:
    found: object = activity
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found
