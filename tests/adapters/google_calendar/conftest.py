from collections.abc import AsyncIterator

import pytest

from adapters.google_calendar.client import GoogleCalendar
from tests.adapters.google_calendar.stage import Stage, staged
from tests.emulate import emulate

__all__ = ["emulate", "google", "stage"]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as stage:
        yield stage


@pytest.fixture
def google(stage: Stage) -> GoogleCalendar:
    """Ana's calendar, in Berlin, on Monday 23 November 2026 at 09:05."""
    return stage.open()
