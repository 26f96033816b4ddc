"""An authorization server that says whatever it is told to, and how it is asked."""

import json
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from adapters.base import OAuth2, Secret
from adapters.http import Http
from adapters.oauth import Issued, OAuthClient, Registration

SECRET, REFRESH, CODE, VERIFIER = "CANARY-secret-1", "CANARY-refresh-1", "CANARY-code-1", "CANARY-verifier-" + "1" * 40
SAID = "CANARY-told-1"  # by the server, in free text
CANARIES = (SECRET, REFRESH, CODE, VERIFIER, SAID)
BACK = "https://bot.test/oauth/diary/callback"
GOOD = {"access_token": "CANARY-access-1", "token_type": "Bearer", "expires_in": 3600}
HERE = OAuth2("https://id.test/authorize", "https://id.test/token", "https://id.test/revoke")
REGISTRATION = Registration("bot-1", Secret(SECRET), "DIARY")
Ask = Callable[[OAuthClient], Awaitable[Issued]]


@dataclass
class Server:
    """Gives each request the same answer, and remembers the requests."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    address: str = ""

    def say(self, body: object, status: int = 200, **headers: str) -> None:
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.status, self.headers = status, headers

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append((request.path, dict(request.headers), await request.text()))
        return web.Response(status=self.status, body=self.body, headers=self.headers)

    def client(self, http: Http, auth: OAuth2 = HERE, **options: Any) -> OAuthClient:
        return OAuthClient("diary", "Diary", auth.at(f"{self.address}/"), REGISTRATION, http, **options)


async def exchange(client: OAuthClient) -> Issued:
    return await client.exchange(CODE, BACK, VERIFIER)


async def refresh(client: OAuthClient) -> Issued:
    return await client.refresh(Secret(REFRESH))


both = pytest.mark.parametrize("ask", [exchange, refresh])


def told(error: BaseException) -> str:
    """All that a log could get to see of an error."""
    return "".join(traceback.format_exception(error)) + repr(error) + repr(vars(error)) + repr(error.__context__)


def assert_discreet(error: BaseException) -> None:
    assert not [canary for canary in CANARIES if canary in told(error)]
