"""Teams' sandbox and the bot's way out to it, and Teams as the bot sees it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.teams.listen import Listener
from bot.teams.teams import Teams
from tests.bot.teams.stage import Stage, stage


@pytest.fixture
async def on(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path) as opened:
        yield opened


@pytest.fixture
def platform(on: Stage) -> Teams:
    return Teams(Listener(), on.people, on.conversations, on.connector, on.sender, "UTC", on.clock, on.history)
