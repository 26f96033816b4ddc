from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from commands.reply import Field, Reply
from commands.status import Check, Health, status

NOTION = Check("notion", "Notion", "connected", "ada@acme.test")
CALENDAR = Check("google_calendar", "Google Calendar", "provider problem", "ada@acme.test; it can't answer now.")
MAPS = Check("google_maps", "Google Maps", "lent", "12 ms")
HUBSPOT = Check("hubspot", "HubSpot", "not connected")
VERCEL = Check("vercel", "Vercel", "not set up", "PUBLIC_URL is not set.")
ZAPIER = Check("zapier", "Zapier", "needs reconnect")
SLACK = Check("Slack", "Slack", "ok", "@interact in Acme")


def health(*checks: Check) -> Health:
    async def run() -> AsyncIterator[Check]:
        for check in checks:
            yield check

    return Health(run)


async def replies(*checks: Check) -> list[Reply]:
    told = status.run({}, {"health": health(*checks)}, datetime.now(UTC))
    return [reply async for reply in told if isinstance(reply, Reply)]


async def test_status_tells_each_result_as_it_comes_and_then_the_whole() -> None:
    slack = Field("Slack", "ok: @interact in Acme")
    calendar = Field("Google Calendar", "provider problem: ada@acme.test; it can't answer now.")

    assert await replies(SLACK, CALENDAR) == [
        Reply("Checking…"),
        Reply("Checking… 1 so far.", fields=(slack,)),
        Reply("Checking… 2 so far.", fields=(calendar, slack)),
        Reply("Something is wrong with Google Calendar (provider problem).", fields=(calendar, slack)),
    ]


@pytest.mark.parametrize(
    ("checks", "said"),
    [
        ((), "There is nothing to check."),
        ((NOTION, MAPS, SLACK), "All is well."),
        ((NOTION, HUBSPOT), "All is well. Not connected: HubSpot."),
        ((VERCEL, HUBSPOT), "All is well. Not connected: HubSpot. Not set up: Vercel."),
        ((HUBSPOT, ZAPIER), "Something is wrong with Zapier (needs reconnect). Not connected: HubSpot."),
    ],
)
async def test_status_says_in_words_how_things_are(checks: tuple[Check, ...], said: str) -> None:
    assert (await replies(*checks))[-1].text == said


async def test_a_state_that_says_all_stands_alone() -> None:
    assert (await replies(HUBSPOT))[-1].fields == (Field("HubSpot", "not connected"),)


async def test_two_checks_may_say_the_same() -> None:
    assert len((await replies(NOTION, NOTION))[-1].fields) == 2
