from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.acceptance.world import World, world


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[World]:
    """A world with the bot up and ready."""
    async with world(tmp_path) as opened:
        await opened.bot.start()
        yield opened
