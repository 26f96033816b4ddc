from collections.abc import AsyncIterator

import pytest

from adapters.notion.client import Notion
from tests.adapters.notion.stage import Stage, staged


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as stage:
        yield stage


@pytest.fixture
def notion(stage: Stage) -> Notion:
    """Ana's workspace, seen from Berlin, on Monday 23 November 2026 at 09:05."""
    return stage.open()
