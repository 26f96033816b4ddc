"""The pages, open to be looked at."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.conftest import FixedClock
from tests.bot.web.site import ICON, Site, open_site


@pytest.fixture
async def site(tmp_path: Path, clock: FixedClock) -> AsyncIterator[Site]:
    """Ada runs the bot, Grace does not."""
    async with open_site(tmp_path, clock, {"calendar": ICON, "notion": ICON}, ("ping", "status")) as opened:
        yield opened
