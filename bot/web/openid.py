"""OpenID Connect, the part of it that proves who sits at a browser: https://openid.net/specs/openid-connect-core-1_0.html"""

import hmac
import math
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import jwt
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import RSAAlgorithm
from jwt.types import Options

from adapters.errors import Refused, Unavailable, Unknown
from adapters.http import Http, Request
from bot.clock import Clock
from bot.strict_json import Malformed, strict_json
from bot.web.identity import Claims, IdentityProvider
from commands.call import Actor

_ALGORITHM = "RS256"
_AGAIN = 60.0  # seconds between two fetches of keys
_KEPT = 24 * 3600.0  # seconds for which a key is good without news of it
_LEEWAY = 120  # seconds
_SMALLEST = 2048  # bits
_LATEST = 1e11  # seconds since the epoch; a later date is none
_OPTIONS: Options = {
    "require": ["iss", "aud", "exp", "iat", "nonce"],
    "strict_aud": True,  # one audience, no list of them
    **{"verify_exp": False, "verify_nbf": False, "verify_iat": False},  # PyJWT takes no clock: see `_is_current`
}


class OpenId:
    """Signing in with one provider."""

    def __init__(self, provider: IdentityProvider, http: Http, clock: Clock) -> None:
        self.provider = provider
        self._http = http
        self._clock = clock
        self._keys: Mapping[str, RSAPublicKey] = {}
        self._fetched = -math.inf

    def authorization_url(self, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
        """The provider's page to send the browser to."""
        provider = self.provider
        url = prepare_grant_uri(
            provider.authorize_url,
            provider.client_id,
            "code",
            redirect_uri,
            list(provider.scopes),
            state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),  # type: ignore[no-untyped-call]
            code_challenge_method="S256",
        )
        return str(url)

    async def identify(self, code: str, redirect_uri: str, nonce: str, verifier: str) -> Actor:
        """Who the code stands for. Raises Refused where that is not proved, Unavailable."""
        token = await self._exchange(code, redirect_uri, verifier)
        claims = await self._proved(token)
        if not hmac.compare_digest(_bytes(claims["nonce"]), _bytes(nonce)):
            raise Refused("This sign-in was begun in another browser.")
        return self.provider.actor(claims)

    async def _exchange(self, code: str, redirect_uri: str, verifier: str) -> str:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "client_id": self.provider.client_id,
            "client_secret": self.provider.client_secret.reveal(),
            "code_verifier": verifier,
        }
        answer = await self._ask("POST", self.provider.token_url, urlencode(form).encode())
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise Refused(f"{self.provider.title} did not take the sign-in for good.")
        return token

    async def _proved(self, token: str) -> Claims:
        """The claims of a token that is signed by the provider, for us, and current."""
        try:
            key = await self._key(str(jwt.get_unverified_header(token).get("kid", "")))
            claims: Claims = jwt.decode(token, key, [_ALGORITHM], _OPTIONS, audience=self.provider.client_id)
        except jwt.PyJWTError:
            raise Refused(f"What {self.provider.title} said is not signed as it should be.") from None
        if claims["iss"] != self.provider.issuer(claims) or not _is_current(claims, self._clock.time()):
            raise Refused(f"What {self.provider.title} said is not meant for us, or too old. Is the clock right?")
        return claims

    async def _key(self, kid: str) -> RSAPublicKey:
        """A known key at once; for an unknown one they are fetched again, once a minute at most."""
        age = self._clock.time() - self._fetched
        if not 0 <= age < _KEPT or (kid not in self._keys and age >= _AGAIN):
            self._keys = _keys(await self._ask("GET", self.provider.keys_url))
            self._fetched = self._clock.time()
        if kid not in self._keys:
            raise jwt.InvalidKeyError
        return self._keys[kid]

    async def _ask(self, method: str, url: str, body: bytes | None = None) -> Mapping[str, Any]:
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        request = Request(f"{self.provider.platform}_login", method, url, headers, body, repeatable=body is None)
        try:
            response = await self._http.send(request)
            return strict_json(response.body)
        except (Unavailable, Unknown, Malformed):
            raise Unavailable(f"{self.provider.title} can't answer now.") from None


def _keys(document: Mapping[str, Any]) -> Mapping[str, RSAPublicKey]:
    listed = document.get("keys")
    entries = listed if isinstance(listed, list) else []
    return {each["kid"]: public for each in entries if (public := _public(each))}


def _public(entry: object) -> RSAPublicKey | None:
    """From the two public numbers only. PyJWK would also take private and symmetric keys, and stumble over odd ones."""
    match entry:
        case {"kty": "RSA", "kid": str(), "n": str() as n, "e": str() as e}:
            pass
        case _:
            return None
    try:
        key = RSAAlgorithm.from_jwk({"kty": "RSA", "n": n, "e": e})
    except (ValueError, jwt.InvalidKeyError):
        return None
    return key if isinstance(key, RSAPublicKey) and key.key_size >= _SMALLEST else None


def _is_current(claims: Claims, now: float) -> bool:
    issued, ends = claims["iat"], claims["exp"]
    return all(map(_is_time, (issued, ends))) and issued - _LEEWAY <= now < ends + _LEEWAY


def _is_time(value: object) -> bool:
    """`True` is an int in Python; NaN compares with nothing; an integer may have thousands of digits."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < _LATEST


def _bytes(value: object) -> bytes:
    return str(value).encode("utf-8", "surrogatepass")
