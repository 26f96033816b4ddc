"""A server that says whatever it is told to, and a client of it."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from adapters.http import Http
from adapters.oauth import OAuthClient
from tests.adapters.oauth.server import Server
from tests.adapters.servers import serving


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server, app = Server(), web.Application()
    app.router.add_post("/{path}", server.answer)
    async with serving(app) as server.address:
        yield server


@pytest.fixture
def client(server: Server, http: Http) -> OAuthClient:
    return server.client(http)
