from collections.abc import AsyncIterator

import pytest

from adapters.errors import Unavailable
from bot.slack.people import Person
from bot.slack.sandbox.workspace import ADA, BOT, GUEST, TEAM
from tests.bot.slack.stage import Stage, stage


@pytest.fixture
async def on() -> AsyncIterator[Stage]:
    async with stage() as opened:
        yield opened


async def test_people_are_known_by_name_and_by_their_own_zone(on: Stage) -> None:
    assert await on.people.find(TEAM, ADA) == Person("Ada Lovelace", "Europe/London", member=True)


async def test_slack_is_asked_once_an_hour_for_each(on: Stage) -> None:
    for _ in range(5):
        await on.people.find(TEAM, ADA)

    assert len(on.slack.journal) == 1


@pytest.mark.parametrize(("team", "user"), [(TEAM, GUEST), ("T0OTHER", ADA), (TEAM, "U0NOBODY")])
async def test_guests_and_strangers_are_no_members(on: Stage, team: str, user: str) -> None:
    assert not (await on.people.find(team, user)).member


async def test_bots_are_known_as_such(on: Stage) -> None:
    assert (await on.people.find(TEAM, BOT)).bot


async def test_without_the_scope_people_are_members_in_the_bots_zone(on: Stage) -> None:
    on.slack.refuse("users.info", "missing_scope")

    assert await on.people.find(TEAM, ADA) == Person("", "Europe/Berlin", member=True)


async def test_while_slack_can_not_say_nobody_is_taken_for_anybody(on: Stage) -> None:
    on.slack.refuse("users.info", "internal_error")
    with pytest.raises(Unavailable):
        await on.people.find(TEAM, ADA)
