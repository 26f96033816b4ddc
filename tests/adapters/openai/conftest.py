"""OpenAI, switched on against its stand-in."""

from collections.abc import AsyncIterator

import pytest

from adapters.openai.client import OpenAI
from tests.adapters.hosted import Stage, staged


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged("openai") as stage:
        yield stage


@pytest.fixture
def openai(stage: Stage) -> OpenAI:
    client = stage.open()
    assert isinstance(client, OpenAI)
    return client
