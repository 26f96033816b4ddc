from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from commands.reply import Field, Reply
from commands.status import Check, Health, status

NOTION = Check("notion", "Notion", "ok", "12 ms")
CALENDAR = Check("google_calendar", "Google Calendar", "refused", "The token has expired.")
HUBSPOT = Check("hubspot", "HubSpot", "not connected")


def health(*checks: Check) -> Health:
    async def run() -> AsyncIterator[Check]:
        for check in checks:
            yield check

    return Health(run)


async def replies(*checks: Check) -> list[Reply]:
    return [reply async for reply in status.run({}, {"health": health(*checks)}, datetime.now(UTC))]


async def test_status_tells_each_result_as_it_comes_and_then_the_whole() -> None:
    notion, calendar = Field("Notion", "ok: 12 ms"), Field("Google Calendar", "refused: The token has expired.")

    assert await replies(NOTION, CALENDAR) == [
        Reply("Checking…"),
        Reply("Checking… 1 so far.", fields=(notion,)),
        Reply("Checking… 2 so far.", fields=(calendar, notion)),
        Reply("Something is wrong with Google Calendar (refused).", fields=(calendar, notion)),
    ]


@pytest.mark.parametrize(
    ("checks", "said"),
    [
        ((), "There is nothing to check."),
        ((NOTION,), "All is well."),
        ((NOTION, HUBSPOT), "All is well. Not connected: HubSpot."),
        ((HUBSPOT, CALENDAR), "Something is wrong with Google Calendar (refused). Not connected: HubSpot."),
    ],
)
async def test_status_says_in_words_how_things_are(checks: tuple[Check, ...], said: str) -> None:
    assert (await replies(*checks))[-1].text == said


async def test_two_checks_may_say_the_same() -> None:
    assert len((await replies(NOTION, NOTION))[-1].fields) == 2
