"""Who signs the activities of these tests: OpenID metadata and keys over real HTTP on loopback, and tokens of every sort."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

from adapters.http import Http, pooled_session
from bot.clock import Clock
from tests.adapters.servers import serving

METADATA = "/v1/.well-known/openidconfiguration"
_RS256 = RSAAlgorithm(RSAAlgorithm.SHA256)


@cache
def private_key(name: str, bits: int = 2048) -> RSAPrivateKey:
    """The same for the same name: making one takes long."""
    return generate_private_key(65537, bits)


def jwk(kid: str, key: RSAPrivateKey | None = None, **changed: Any) -> dict[str, Any]:
    """How Microsoft lists a key."""
    numbers = RSAAlgorithm.to_jwk((key or private_key(kid)).public_key(), as_dict=True)
    return {
        "kty": "RSA",
        "use": "sig",
        "kid": kid,
        "n": numbers["n"],
        "e": numbers["e"],
        "endorsements": ["msteams"],
        **changed,
    }


def rs256(key: RSAPrivateKey) -> Callable[[bytes], bytes]:
    return lambda signed: _RS256.sign(signed, key)


def compact(header: Any, claims: Any, sign: Callable[[bytes], bytes]) -> str:
    """A token of anything at all: values become JSON, bytes are taken as they are."""
    signed = f"{_encoded(header)}.{_encoded(claims)}"
    return f"{signed}.{_base64(sign(signed.encode()))}"


class Issuer:
    """Publishes `keys`; `metadata` and `document`, where set, are answered in their place, whatever they are.

    `fetches` counts how often the metadata was asked for. While `gate` is shut, answers wait; `asked` says that one does.
    `meanwhile` is called before each answer.
    """

    def __init__(self) -> None:
        self.keys: list[Any] = [jwk("k1")]
        self.metadata: web.Response | bytes | None = None
        self.document: web.Response | bytes | None = None
        self.fetches = 0
        self.requests: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.asked = asyncio.Event()
        self.meanwhile: Callable[[], None] = lambda: None
        self.address = ""
        self.app = web.Application()
        self.app.router.add_get(METADATA, self._get_metadata)
        self.app.router.add_get("/v1/.well-known/keys", self._get_keys)

    @property
    def url(self) -> str:
        return f"{self.address}{METADATA}"

    def rotate(self, kid: str) -> None:
        """From now on there is another key."""
        self.keys = [jwk(kid)]

    def fail(self, status: int = 500) -> None:
        """From now on there is no metadata to be had."""
        self.metadata = web.Response(status=status)

    def recover(self) -> None:
        self.metadata = self.document = None

    async def _get_metadata(self, request: web.Request) -> web.StreamResponse:
        self.fetches += 1
        self.requests.append(request.path)
        self.asked.set()
        await self.gate.wait()
        self.meanwhile()
        return _answer(self.metadata, {"jwks_uri": f"{self.address}/v1/.well-known/keys"})

    async def _get_keys(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request.path)
        return _answer(self.document, {"keys": self.keys})


@asynccontextmanager
async def issuing() -> AsyncIterator[Issuer]:
    issuer = Issuer()
    async with serving(issuer.app) as issuer.address:
        yield issuer


@asynccontextmanager
async def way_out(clock: Clock) -> AsyncIterator[Http]:
    """The real one, on the test's own clock: its retries follow at once."""
    async with pooled_session() as session:
        yield Http(session, clock.time, random=lambda: 0.0, wall=clock.time)


def _answer(instead: web.Response | bytes | None, document: Mapping[str, Any]) -> web.Response:
    if isinstance(instead, web.Response):
        return web.Response(status=instead.status, headers=instead.headers, body=instead.body)
    return web.Response(body=json.dumps(document).encode() if instead is None else instead, content_type="application/json")


def _encoded(part: Any) -> str:
    return _base64(part if isinstance(part, bytes) else json.dumps(part).encode())


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
