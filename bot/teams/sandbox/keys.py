"""How Azure Bot Service proves that it speaks: its keys, where they are published, and the tokens signed with them.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication#connector-to-bot
"""

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import uuid4

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import RSAAlgorithm

ISSUER = "https://api.botframework.com"

_LIFE = 3600  # seconds
_SIGNING = "RS256"


@dataclass
class Key:
    """Costs a tenth of a second to make, so it is made when it is first needed."""

    id: str = field(default_factory=lambda: urlsafe_b64encode(uuid4().bytes).decode().rstrip("="))
    endorsements: tuple[str, ...] = ("msteams",)

    @cached_property
    def private(self) -> RSAPrivateKey:
        return generate_private_key(public_exponent=65537, key_size=2048)

    @property
    def pem(self) -> bytes:
        """The public part."""
        return self.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def published(self) -> dict[str, Any]:
        """https://datatracker.ietf.org/doc/html/rfc7517, with Microsoft's endorsements where it has any."""
        public = RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        named = {"kty": "RSA", "use": "sig", "kid": self.id, "x5t": self.id}
        endorsed = {"endorsements": list(self.endorsements)} if self.endorsements else {}
        return {**named, "n": public["n"], "e": public["e"], **endorsed}


class Issuer:
    """Signs with the newest key. `address` says where the sandbox is served."""

    def __init__(self, audience: str, now: Callable[[], datetime], address: Callable[[], str]) -> None:
        self.key = Key()
        self.listed = [self.key]  # published, oldest first
        self._audience = audience
        self._now = now
        self._address = address

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_get("/openid/.well-known/openidconfiguration", self._metadata)
        router.add_get("/keys", self._keys)

    def rotate(self, keep: bool = False) -> None:
        """Signs with a new key from now on. Without `keep` the ones before it are not published any more."""
        self.key = Key()
        self.listed = [*self.listed, self.key] if keep else [self.key]

    def token(self, service_url: str, header: Mapping[str, Any] | None = None, key: Any = None, **claims: Any) -> str:
        """A token as Teams sends it, unless something of it is changed, or removed by None.

        `key` is what signs in place of the newest key. The algorithm is the header's; those of HMAC sign with the bytes of
        `key`, or else with the public key, which is no secret.
        """
        now = int(self._now().timestamp())
        own = {"serviceurl": service_url, "nbf": now - 300, "exp": now + _LIFE, "iss": ISSUER, "aud": self._audience}
        told = _without_none({"alg": _SIGNING, "kid": self.key.id, "x5t": self.key.id, "typ": "JWT", **(header or {})})
        symmetric = str(told.get("alg")).startswith("HS")
        return _signed(told, _without_none({**own, **claims}), key or (self.key.pem if symmetric else self.key.private))

    async def _metadata(self, _: web.Request) -> web.Response:
        return web.json_response(
            {
                "issuer": ISSUER,
                "authorization_endpoint": "https://invalid.botframework.com",
                "jwks_uri": f"{self._address()}keys",
                "id_token_signing_alg_values_supported": [_SIGNING],
                "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            }
        )

    async def _keys(self, _: web.Request) -> web.Response:
        return web.json_response({"keys": [key.published() for key in self.listed]})


def _signed(header: Mapping[str, Any], claims: Mapping[str, Any], key: Any) -> str:
    """By hand, because a library does not sign what is wrong. An algorithm that is none signs as if it were ours."""
    told = f"{_encoded(json.dumps(header).encode())}.{_encoded(json.dumps(claims).encode())}"
    name = str(header.get("alg"))
    algorithm = jwt.get_algorithm_by_name(name if re.fullmatch("none|(HS|RS|PS)(256|384|512)", name) else _SIGNING)
    return f"{told}.{_encoded(algorithm.sign(told.encode(), key))}"


def _encoded(part: bytes) -> str:
    return urlsafe_b64encode(part).decode().rstrip("=")


def _without_none(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
