"""A picture is shown to whoever has its address: Slack and Teams fetch it too. It is nothing but a picture."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.web.pictures import PicturesPage
from storage.pictures import Kept, Pictures
from tests.bot.conftest import FixedClock
from tests.bot.web.served import Site, site

CAT = Kept("Zq4-" + "a1_" * 13, "image/jpeg", b"\xff\xd8\xff\x00<script>alert(1)</script>")


@pytest.fixture
async def anybody(tmp_path: Path, clock: FixedClock) -> AsyncIterator[aiohttp.ClientSession]:
    """At the site where the cat is."""

    def add_routes(site: Site) -> None:
        site.app.router.add_get("/pictures/{id}", PicturesPage(Pictures(site.database)).show)

    async with (
        site(f"sqlite:///{tmp_path / 'site.sqlite'}", clock.time, add_routes) as opened,
        aiohttp.ClientSession(opened.url) as session,
    ):
        await Pictures(opened.database).keep("call-1", CAT, clock.time())
        yield session


async def test_it_is_shown_without_a_session_as_a_picture_and_nothing_else(anybody: aiohttp.ClientSession) -> None:
    async with anybody.get(f"/pictures/{CAT.id}") as answer:
        assert (answer.status, await answer.read()) == (200, CAT.content)
        told = dict(answer.headers)
    assert told["Content-Type"] == "image/jpeg"
    assert told["X-Content-Type-Options"] == "nosniff"
    assert told["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert told["Cache-Control"] == "public, max-age=2592000, immutable"
    assert told["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in told


async def test_its_head_can_be_asked_for(anybody: aiohttp.ClientSession) -> None:
    async with anybody.head(f"/pictures/{CAT.id}") as answer:
        assert (answer.status, answer.headers["Content-Length"]) == (200, str(len(CAT.content)))


@pytest.mark.parametrize("id", ["call-1", "", "x" * 43, CAT.id[:-1], CAT.id + "x", "..%2f..", "%00", "é" * 43])
async def test_without_its_exact_address_there_is_nothing(anybody: aiohttp.ClientSession, id: str) -> None:
    async with anybody.get(f"/pictures/{id}") as answer:
        assert answer.status == 404
        assert "immutable" not in answer.headers.get("Cache-Control", "")
