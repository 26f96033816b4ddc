from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.acceptance.world import World, world


@pytest.fixture(params=["slack", "teams"])
async def running(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """A world with one platform, and the bot up and ready."""
    async with world(tmp_path, [request.param]) as opened:
        await opened.bot.start()
        yield opened


@pytest.fixture
async def on_slack(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as opened:
        await opened.bot.start()
        yield opened


@pytest.fixture
async def on_teams(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path, ["teams"]) as opened:
        await opened.bot.start()
        yield opened


@pytest.fixture
async def on_both(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path, ["slack", "teams"]) as opened:
        await opened.bot.start()
        yield opened
