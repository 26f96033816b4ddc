from collections.abc import AsyncIterator

import pytest

from adapters.hubspot.client import HubSpot
from tests.adapters.hubspot.stage import Stage, staged


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as stage:
        yield stage


@pytest.fixture
def hubspot(stage: Stage) -> HubSpot:
    """Ana's CRM, in Berlin, on Monday 23 November 2026 at 09:05."""
    return stage.open()
