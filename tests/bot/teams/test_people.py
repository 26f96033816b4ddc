"""Who speaks is known by what Teams says of them; whom it says nothing of is a stranger."""

from dataclasses import replace

import pytest

from adapters.errors import Unavailable
from adapters.faults import Fault
from bot.teams.connector import Connector
from bot.teams.hosts import Hosts
from bot.teams.people import People, Person
from bot.teams.sandbox.workspace import ADA, BOT, GENERAL, GRACE, GROUP, GUEST, STRANGER, TENANT
from tests.bot.teams.stage import Stage


@pytest.mark.parametrize("conversation", [GENERAL, GROUP])
async def test_people_are_known_by_name(on: Stage, conversation: str) -> None:
    assert await on.people.find(on.at(conversation), on.user()) == Person("Ada Lovelace", True, ADA)


async def test_in_a_thread_and_alone_too(on: Stage) -> None:
    assert (await on.people.find(on.at(on.thread()), on.user())).member
    assert (await on.people.find(on.at(on.chat(GRACE)), on.user(GRACE))).member


async def test_teams_is_asked_once_an_hour_for_each(on: Stage) -> None:
    for _ in range(5):
        await on.people.find(on.at(GROUP), on.user())
    assert len(on.asked("GET", "/members/")) == 1

    on.clock.ahead = 3601
    await on.people.find(on.at(GROUP), on.user())
    assert len(on.asked("GET", "/members/")) == 2


async def test_guests_are_no_members(on: Stage) -> None:
    assert await on.people.find(on.at(GROUP), on.user(GUEST)) == Person("Gus Guest", False, GUEST)


async def test_nor_are_those_who_have_no_name_in_the_tenant(on: Stage) -> None:
    people = on.teams.workspace.people
    people[ADA] = replace(people[ADA], role="anonymous")

    assert not (await on.people.find(on.at(GROUP), on.user())).member


async def test_nor_are_people_of_another_tenant(on: Stage) -> None:
    people = on.teams.workspace.people
    people[GRACE] = replace(people[GRACE], tenant="another")

    assert not (await on.people.find(on.at(GROUP), on.user(GRACE))).member


@pytest.mark.parametrize("user", [STRANGER, "29:nobody"])
async def test_whom_teams_does_not_know_there_is_a_stranger(on: Stage, user: str) -> None:
    id = on.user(user) if user == STRANGER else user

    assert await on.people.find(on.at(GROUP), id) == Person("", member=False)


async def test_who_searches_where_the_bot_is_not_is_known_from_the_chat_with_them(on: Stage) -> None:
    on.teams.workspace.removed.add(GROUP)
    assert not (await on.people.find(on.at(GROUP), on.user())).member

    await on.conversations.opened(on.at(on.chat()), BOT, on.user(), seen=1.0)
    assert await on.people.find(on.at(GROUP), on.user()) == Person("Ada Lovelace", True, ADA)


async def test_a_guest_is_one_there_too(on: Stage) -> None:
    on.teams.workspace.removed.add(GROUP)
    await on.conversations.opened(on.at(on.chat(GUEST)), BOT, on.user(GUEST), seen=1.0)

    assert not (await on.people.find(on.at(GROUP), on.user(GUEST))).member


@pytest.mark.parametrize("status", [401, 412, 500, 503])
async def test_while_teams_can_not_say_nobody_is_taken_for_anybody(on: Stage, status: int) -> None:
    on.teams.script.add(Fault(kind="status", status=status, path="/members/", times=5))
    with pytest.raises(Unavailable):
        await on.people.find(on.at(GROUP), on.user())


async def test_nor_where_it_may_not_be_asked(on: Stage) -> None:
    people = People(Connector(on.bearer, Hosts([])), on.conversations, on.clock)
    with pytest.raises(Unavailable, match="TEAMS_SERVICE_HOSTS"):
        await people.find(on.at(GROUP), on.user())


async def test_one_tenants_people_are_not_anothers(on: Stage) -> None:
    await on.people.find(on.at(GROUP), on.user())
    other = replace(on.at(GROUP), tenant="another")

    assert other.tenant != TENANT
    assert not (await on.people.find(other, on.user())).member
