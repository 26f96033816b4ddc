"""The diary's authorization server, a client of it, and a browser."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from adapters.base import OAuth2, Secret
from adapters.http import Http
from adapters.oauth import OAuthClient, Registration
from adapters.sandbox_authorization import AuthorizationServer
from adapters.sandbox_families import Habits
from tests.adapters.authorization.asking import AUTH, Make
from tests.adapters.servers import Diary, serving


@pytest.fixture
def server(diary: Diary) -> AuthorizationServer:
    return AuthorizationServer(diary, AUTH, Habits(rotates=True))


@pytest.fixture
async def address(diary: Diary, server: AuthorizationServer) -> AsyncIterator[str]:
    async with serving(diary.app) as address:
        yield address


@pytest.fixture
def make(diary: Diary, http: Http, address: str) -> Make:
    def make(auth: OAuth2 = AUTH, secret: str = diary.client_secret) -> OAuthClient:
        registration = Registration(diary.client_id, Secret(secret), "DIARY")
        return OAuthClient("diary", "Diary", auth.at(f"{address}/"), registration, http)

    return make


@pytest.fixture
def client(make: Make) -> OAuthClient:
    return make()


@pytest.fixture
async def browser(address: str) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(f"{address}/") as browser:
        yield browser
