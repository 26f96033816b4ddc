"""Admins are added and removed, and who added them is kept."""

import asyncio

import pytest

from storage.admins import Admin, Admins
from storage.database import Database
from tests.storage.conftest import Clock


@pytest.fixture
def admins(database: Database, clock: Clock) -> Admins:
    return Admins(database, clock)


async def test_admins_are_listed_as_they_came(admins: Admins, clock: Clock) -> None:
    assert await admins.add("slack:T1:U2", "Grace", "slack:T1:U1")
    clock.move(1)
    assert await admins.add("slack:T1:U0", "é\x00🎉", "slack:T1:U2")

    assert await admins.list() == [
        Admin("slack:T1:U2", "Grace", clock.now - 1, "slack:T1:U1"),
        Admin("slack:T1:U0", "é\x00🎉", clock.now, "slack:T1:U2"),
    ]


async def test_who_is_added_again_stays_as_they_were(admins: Admins) -> None:
    await admins.add("slack:T1:U2", "Grace", "slack:T1:U1")

    assert not await admins.add("slack:T1:U2", "Mallory", "slack:T1:U3")
    assert [(each.name, each.by_whom) for each in await admins.list()] == [("Grace", "slack:T1:U1")]


async def test_of_many_who_add_somebody_at_once_one_did(admins: Admins) -> None:
    added = await asyncio.gather(*(admins.add("slack:T1:U2", "Grace", f"slack:T1:A{number}") for number in range(10)))

    assert sum(added) == 1
    assert len(await admins.list()) == 1


async def test_who_is_removed_is_gone_and_nobody_else(admins: Admins) -> None:
    await admins.add("slack:T1:U2", "Grace", "")
    await admins.add("slack:T1:U3", "Ada", "")

    assert await admins.remove("slack:T1:U2")
    assert not await admins.remove("slack:T1:U2")
    assert [each.actor for each in await admins.list()] == ["slack:T1:U3"]


async def test_a_key_that_no_platform_has_is_refused(admins: Admins) -> None:
    with pytest.raises(ValueError, match="500"):
        await admins.add("x" * 501, "", "")
    assert await admins.list() == []
