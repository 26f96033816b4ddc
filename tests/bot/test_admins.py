"""Who runs the bot: those whom the settings name, and those who were added since."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.admins import Administrators
from commands.call import Actor
from storage.admins import Admins
from storage.database import Database

BOSS, ADA, EVE = (Actor("slack", "T1", user) for user in ("U-boss", "U-ada", "U-eve"))
BILL = Actor("teams", "11-22", "33-44")


@pytest.fixture
async def admins(tmp_path: Path) -> AsyncIterator[Admins]:
    database = Database(f"sqlite:///{tmp_path / 'bot.sqlite'}")
    await database.open()
    yield Admins(database, lambda: 1000.0)
    await database.close()


@pytest.fixture
def administrators(admins: Admins) -> Administrators:
    return Administrators([BOSS.key, BILL.key], admins)


async def test_those_whom_the_settings_name_run_it_and_nobody_else(administrators: Administrators) -> None:
    assert [await administrators.is_admin(each) for each in (BOSS, BILL, ADA)] == [True, True, False]


async def test_who_is_added_runs_it_until_they_are_removed(administrators: Administrators, admins: Admins) -> None:
    await admins.add(ADA.key, "Ada", BOSS.key)
    added = await administrators.is_admin(ADA)
    await admins.remove(ADA.key)

    assert (added, await administrators.is_admin(ADA)) == (True, False)


async def test_who_is_named_in_the_settings_can_not_be_removed(administrators: Administrators, admins: Admins) -> None:
    await admins.add(BOSS.key, "Boss", ADA.key)
    await admins.remove(BOSS.key)

    assert await administrators.is_admin(BOSS)


@pytest.mark.parametrize(
    "other", [Actor("slack", "T2", "U-boss"), Actor("teams", "T1", "U-boss"), Actor("slack", "T1", "U-BOSS")]
)
async def test_the_same_id_elsewhere_is_somebody_else(administrators: Administrators, other: Actor) -> None:
    assert not await administrators.is_admin(other)


async def test_those_of_one_tenant_are_told_apart_and_named_once(administrators: Administrators, admins: Admins) -> None:
    for each in (EVE, BOSS, Actor("slack", "T10", "U-other")):
        await admins.add(each.key, "", BOSS.key)

    assert await administrators.of("slack", "T1") == [BOSS.key, EVE.key]
    assert await administrators.of("teams", "11-22") == [BILL.key]
    assert await administrators.of("slack", "T") == []


async def test_who_has_left_runs_it_no_more_and_others_still_do(administrators: Administrators, admins: Admins) -> None:
    for actor in (ADA, EVE):
        await admins.add(actor.key, "", BOSS.key)
    await administrators.forget("slack", "T1", ADA.user)
    assert [await administrators.is_admin(each) for each in (ADA, EVE, BOSS)] == [False, True, True]


async def test_nobody_of_a_tenant_that_has_left_runs_it(administrators: Administrators, admins: Admins) -> None:
    await admins.add(ADA.key, "", BOSS.key)
    await admins.add("slack:T10:U-zoe", "", BOSS.key)
    await administrators.forget("slack", "T1", "")
    assert [each.actor for each in await admins.list()] == ["slack:T10:U-zoe"]


async def test_they_are_called_by_their_names_where_somebody_told_them(administrators: Administrators, admins: Admins) -> None:
    await admins.add(ADA.key, "Ada Lovelace", BOSS.key)
    assert await administrators.names("slack", "T1") == {ADA.key: "Ada Lovelace", BOSS.key: ""}
