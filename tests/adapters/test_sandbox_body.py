"""What a stand-in is sent is a JSON object, or it complains as its service does."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from adapters.sandbox_body import json_object
from tests.adapters.servers import serving


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async def strict(request: web.Request) -> web.Response:
        return web.json_response(await json_object(request, "Parse Error"))

    async def lenient(request: web.Request) -> web.Response:
        return web.json_response(await json_object(request, "Parse Error", empty='{"none": true}'))

    app = web.Application()
    app.add_routes([web.post("/strict", strict), web.post("/lenient", lenient)])
    async with serving(app) as address, aiohttp.ClientSession(f"{address}/") as client:
        yield client


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"text"', "[" * 100_000, b"\xff"])
async def test_what_is_no_object_is_complained_of(client: aiohttp.ClientSession, body: str | bytes) -> None:
    async with client.post("strict", data=body) as answer:
        assert (answer.status, await answer.text()) == (400, "Parse Error")


@pytest.mark.parametrize(("body", "told"), [('{"a": 1}', {"a": 1}), ("", {"none": True})])
async def test_an_object_is_read(client: aiohttp.ClientSession, body: str, told: object) -> None:
    async with client.post("lenient", data=body) as answer:
        assert await answer.json() == told
