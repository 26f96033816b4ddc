from collections.abc import AsyncIterator

import pytest

from adapters.perplexity.client import Perplexity
from tests.adapters.perplexity.stage import Stage, staged


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as stage:
        yield stage


@pytest.fixture
def perplexity(stage: Stage) -> Perplexity:
    return stage.open()
