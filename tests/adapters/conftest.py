"""What the tests of the one way out share: a clock, a way out that keeps to it, and a diary to read and write."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from adapters.http import Http, Request, pooled_session
from tests.adapters.servers import WALL, Calendar, Clock, Diary, serving


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def seen() -> list[tuple[str, int | str]]:
    return []


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with pooled_session() as session:
        yield session


@pytest.fixture
def http(session: aiohttp.ClientSession, clock: Clock, seen: list[tuple[str, int | str]]) -> Http:
    def observe(service: str, result: int | str, seconds: float) -> None:
        seen.append((service, result))

    return Http(session, clock, clock.sleep, lambda: 0.0, lambda: WALL, observe=observe)


@pytest.fixture
def now() -> Calendar:
    return Calendar()


@pytest.fixture
def diary(now: Calendar) -> Diary:
    return Diary(now)


@pytest.fixture(params=["", "/diary"])
async def client(request: pytest.FixtureRequest, diary: Diary) -> AsyncIterator[aiohttp.ClientSession]:
    """Speaks to the stand-in, once at the root and once mounted below a path."""
    app = web.Application()
    if request.param:
        app.add_subapp(f"{request.param}/", diary.app)
    async with (
        serving(app if request.param else diary.app) as address,
        aiohttp.ClientSession(f"{address}{request.param}/") as client,
    ):
        yield client


@pytest.fixture
async def address(diary: Diary) -> AsyncIterator[str]:
    async with serving(diary.app) as address:
        yield address


@pytest.fixture
def read(address: str) -> Request:
    return Request("diary", "GET", f"{address}/lines", repeatable=True)


@pytest.fixture
def write(address: str) -> Request:
    return Request("diary", "POST", f"{address}/line", body=b"dear diary")
