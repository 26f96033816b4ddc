"""The public keys that Microsoft signs activities with, kept at hand.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication (steps 2 and 3)
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import RSAAlgorithm

from adapters.errors import Refused, Unavailable, Unknown
from adapters.http import Http, Request
from bot.clock import Clock
from bot.strict_json import Malformed, strict_json
from bot.teams.hosts import Hosts

_LOG = logging.getLogger(__name__)
_SERVICE = "teams_keys"  # not "teams": a connector in trouble must not keep the keys away, nor the other way round
_DEADLINE = 2.5  # seconds, Http's retries included, for each of two requests: 5 in all
_EVERY = 3600.0  # seconds between two fetches
_AGAIN = 60.0  # seconds after a fetch that failed, and between two that were made for unknown keys
_KEPT = 24 * 3600.0  # seconds for which keys are good without news of them
_SMALLEST = 2048  # bits


@dataclass(frozen=True)
class Key:
    """A public key, and the channels that may speak with it."""

    public: RSAPublicKey
    endorsements: frozenset[str]


class Keys:
    """Fetched from the OpenID metadata at `url`, once an hour; `sleep` and `random` (0 to 1) pace the fetches.

    `url` is https, or http on loopback; raises ValueError otherwise. Each fetch gives the whole truth: a key that is no
    longer listed is gone. A fetch without a single usable key is none, and leaves the keys as they were.
    """

    def __init__(
        self,
        http: Http,
        url: str,
        clock: Clock,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        random: Callable[[], float] = random.random,
    ) -> None:
        if not _is_safe(url, url):
            raise ValueError("the OpenID metadata must be at an https address")
        self._http = http
        self._url = url
        self._clock = clock
        self._sleep = sleep
        self._random = random
        self._keys: Mapping[str, Key] = {}
        self._fetched = -inf
        self._sought = -inf  # when an unknown key was last fetched for
        self._current = False  # how the latest fetch ended
        self._one = asyncio.Lock()  # fetches come one at a time

    @property
    def current(self) -> bool:
        """Whether the latest fetch went well."""
        return self._current

    async def find(self, kid: str) -> Key | None:
        """A known key at once. For an unknown one the keys are fetched again, once a minute at most: None if it is not there.

        Raises Unavailable while that can't be told, because the latest fetch failed.
        """
        if key := self._known(kid):
            return key
        async with self._one:
            if not self._known(kid) and self._may_seek():
                self._sought = self._clock.time()
                await self._fetch()
        key = self._known(kid)
        if key is None and not self._current:
            raise Unavailable("Microsoft's keys can't be had at the moment.")
        return key

    async def refresh(self) -> bool:
        """Fetches the keys now; False if it failed."""
        async with self._one:
            return await self._fetch()

    async def run(self) -> None:
        """Keeps the keys fresh until it is cancelled."""
        while True:
            wait = _EVERY if await self.refresh() else _AGAIN
            await self._sleep(wait * (0.9 + 0.2 * self._random()))

    def _known(self, kid: str) -> Key | None:
        return self._keys.get(kid) if self._clock.time() - self._fetched < _KEPT else None

    def _may_seek(self) -> bool:
        """A clock that was put back must not stand in the way."""
        return not 0 <= self._clock.time() - self._sought < _AGAIN

    async def _fetch(self) -> bool:
        self._current = False
        try:
            metadata = await self._get(self._url)
            keys = _keys(await self._get(self._address(metadata)))
        except (Unavailable, Refused, Unknown, Malformed) as error:
            _LOG.warning("Microsoft's keys could not be fetched (%s); those at hand stay", error)
        else:
            self._keys, self._fetched, self._current = keys, self._clock.time(), True
        return self._current

    async def _get(self, url: str) -> Mapping[str, Any]:
        """Reading is repeatable: one dropped connection must not cost the minute until keys may be sought again."""
        response = await self._http.send(Request(_SERVICE, "GET", url, repeatable=True, deadline=_DEADLINE))
        if response.status != 200:
            raise Refused(f"status {response.status}")
        return strict_json(response.body)

    def _address(self, metadata: Mapping[str, Any]) -> str:
        address = metadata.get("jwks_uri")
        if not isinstance(address, str) or not _is_safe(address, self._url):
            raise Malformed("no safe jwks_uri")
        return address


def _is_safe(url: str, origin: str) -> bool:
    """https; or http on loopback where the one who names it is there too."""
    loopback = Hosts.loopback()
    return url.startswith("https://") or (loopback.allows(url) and loopback.allows(origin))


def _keys(document: Mapping[str, Any]) -> Mapping[str, Key]:
    listed = document.get("keys")
    entries = [each for each in listed if _is_signing(each)] if isinstance(listed, list) else []
    keys = {each["kid"]: Key(public, _endorsements(each)) for each in entries if (public := _public(each))}
    if not keys:
        raise Malformed("no usable key")
    return keys


def _is_signing(entry: object) -> bool:
    match entry:
        case {"kty": "RSA", "kid": str(), "n": str(), "e": str(), **rest}:
            return rest.get("use", "sig") == "sig" and rest.get("alg", "RS256") == "RS256"
        case _:
            return False


def _public(entry: Mapping[str, Any]) -> RSAPublicKey | None:
    """From the two public numbers only. PyJWK would also take private and symmetric keys, and stumble over odd ones."""
    try:
        key = RSAAlgorithm.from_jwk({"kty": "RSA", "n": entry["n"], "e": entry["e"]})
    except (ValueError, jwt.InvalidKeyError):
        return None
    return key if isinstance(key, RSAPublicKey) and key.key_size >= _SMALLEST else None


def _endorsements(entry: Mapping[str, Any]) -> frozenset[str]:
    """A key without any may not speak for a channel."""
    listed = entry.get("endorsements")
    return frozenset(each for each in listed if isinstance(each, str)) if isinstance(listed, list) else frozenset()
