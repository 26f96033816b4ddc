"""The pages, open to be looked at."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.conftest import FixedClock
from tests.bot.web.connecting import Stage, stage
from tests.bot.web.site import ICON, Site, open_site
from tests.storage.conftest import postgres, url

__all__ = ["postgres", "url"]  # fixtures


@pytest.fixture
async def site(tmp_path: Path, clock: FixedClock) -> AsyncIterator[Site]:
    """Ada runs the bot, Grace does not."""
    async with open_site(tmp_path, clock, {"calendar": ICON, "notion": ICON}) as opened:
        yield opened


@pytest.fixture
async def on(tmp_path: Path) -> AsyncIterator[Stage]:
    """All of connecting an account."""
    async with stage(f"sqlite:///{tmp_path / 'bot.db'}") as opened:
        yield opened
