"""Workspaces that have installed the bot: their secrets are sealed, and rotated by one at a time."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from storage.database import Database
from storage.installations import Installation, Installations
from storage.key_rotation import KeyRotation
from storage.sealing import Sealer, SealError
from storage.tables import installation
from tests.storage.conftest import Clock
from tests.storage.keys import open_keys, source_in

SECRETS = {"access": "CANARY-xoxe.xoxb", "refresh": "CANARY-xoxe-1"}
NEW = {"access": "CANARY-new-xoxe.xoxb", "refresh": "CANARY-new-xoxe-1"}
NEWER = {"access": "CANARY-newer-xoxe.xoxb", "refresh": "CANARY-newer-xoxe-1"}
LEASE = 60.0


async def open_installations(database: Database, clock: Clock, folder: Path, process: str) -> Installations:
    return Installations(database, Sealer(await open_keys(database, source_in(folder), clock, process)), clock)


@pytest.fixture
async def installations(database: Database, clock: Clock, tmp_path: Path) -> Installations:
    return await open_installations(database, clock, tmp_path, "one")


@pytest.fixture
async def other(installations: Installations, url: str, clock: Clock, tmp_path: Path) -> AsyncIterator[Installations]:
    """What another process has."""
    database = Database(url)
    yield await open_installations(database, clock, tmp_path, "two")
    await database.close()


@pytest.fixture
async def acme(installations: Installations) -> Installation:
    return await installations.keep("slack", "T1", "Acme", SECRETS, 5000.0)


async def test_what_is_kept_is_found_again(installations: Installations, other: Installations, clock: Clock) -> None:
    acme = await installations.keep("slack", "T1", "Acme", SECRETS, 5000.0)

    assert acme == Installation("slack", "T1", "Acme", SECRETS, 5000.0, 1, clock.now)
    assert await installations.find("slack", "T1") == await other.find("slack", "T1") == acme
    assert await installations.find("slack", "T2") is await installations.find("teams", "T1") is None


async def test_installing_anew_takes_the_place_of_the_former(
    installations: Installations, acme: Installation, clock: Clock
) -> None:
    await installations.lease(acme, "one", LEASE)
    clock.move(1)
    anew = await installations.keep("slack", "T1", "Acme Inc.", NEW)

    assert anew == Installation("slack", "T1", "Acme Inc.", NEW, 0.0, 2, clock.now)
    assert await installations.find("slack", "T1") == anew
    assert await installations.lease(anew, "two", LEASE)


async def test_what_is_removed_is_gone_but_not_what_was_installed_since(
    installations: Installations, acme: Installation, clock: Clock
) -> None:
    assert not await installations.remove("slack", "T1", clock.now - 1)
    assert await installations.remove("slack", "T1", clock.now)
    assert not await installations.remove("slack", "T1", clock.now)
    assert await installations.find("slack", "T1") is None


async def test_the_list_of_them_has_no_secrets(installations: Installations, acme: Installation) -> None:
    second = await installations.keep("slack", "T2", "Umbrella", NEW)
    assert await installations.list() == [replace(acme, secrets={}), replace(second, secrets={})]


async def test_no_secret_is_shown_where_it_is_shown(acme: Installation) -> None:
    assert "CANARY" not in repr(acme)


@pytest.mark.parametrize("secrets", [{}, {"access": ""}, {"access": "a", "refresh": ""}], ids=repr)
async def test_an_answer_without_a_secret_never_takes_the_place_of_a_good_one(
    installations: Installations, acme: Installation, secrets: dict[str, str]
) -> None:
    await installations.lease(acme, "one", LEASE)
    with pytest.raises(ValueError, match="missing"):
        await installations.keep("slack", "T1", "Acme", secrets)
    with pytest.raises(ValueError, match="missing"):
        await installations.renew(acme, "one", secrets, 0.0)
    assert await installations.find("slack", "T1") == acme


async def test_of_all_who_want_to_rotate_at_once_one_does(
    installations: Installations, other: Installations, acme: Installation
) -> None:
    leased = await asyncio.gather(*(each.lease(acme, str(n), LEASE) for n, each in enumerate([installations, other] * 8)))
    assert sum(leased) == 1


async def test_what_the_rotation_brought_takes_the_place_of_what_there_was(
    installations: Installations, acme: Installation
) -> None:
    assert await installations.renew(acme, "one", NEW, 0.0) is None
    await installations.lease(acme, "one", LEASE)
    assert await installations.renew(acme, "two", NEW, 0.0) is None
    renewed = await installations.renew(acme, "one", NEW, 9000.0)

    assert renewed == replace(acme, secrets=NEW, expires=9000.0, version=2)
    assert await installations.find("slack", "T1") == renewed
    assert not await installations.lease(acme, "one", LEASE)
    assert await installations.renew(acme, "one", NEWER, 0.0) is None


async def test_a_lease_ends_or_is_given_up(installations: Installations, acme: Installation, clock: Clock) -> None:
    await installations.lease(acme, "one", LEASE)
    assert not await installations.lease(acme, "two", LEASE)
    clock.move(LEASE)
    assert await installations.lease(acme, "two", LEASE)
    assert await installations.renew(acme, "one", NEW, 0.0) is None
    await installations.release(acme, "one")
    assert not await installations.lease(acme, "three", LEASE)
    await installations.release(acme, "two")
    assert await installations.lease(acme, "three", LEASE)


async def test_what_is_removed_or_installed_anew_during_a_rotation_stays_so(
    installations: Installations, acme: Installation, clock: Clock
) -> None:
    await installations.lease(acme, "one", LEASE)
    anew = await installations.keep("slack", "T1", "Acme", NEWER)
    assert await installations.renew(acme, "one", NEW, 0.0) is None
    assert await installations.find("slack", "T1") == anew
    await installations.lease(anew, "one", LEASE)
    await installations.remove("slack", "T1", clock.now)
    assert await installations.renew(anew, "one", NEW, 0.0) is None
    assert await installations.find("slack", "T1") is None


async def test_secrets_pasted_into_another_workspace_do_not_open(
    installations: Installations, acme: Installation, database: Database
) -> None:
    await installations.keep("slack", "T2", "Mallory", NEW)
    is_acme = installation.c.tenant == "T1"
    sealed = await database.read(lambda it: it.execute(select(installation.c.sealed).where(is_acme)).scalar_one())
    await database.run(lambda it: it.execute(update(installation).where(~is_acme).values(sealed=sealed)))

    with pytest.raises(SealError):
        await installations.find("slack", "T2")
    assert await installations.find("slack", "T1") == acme
    assert len(await installations.list()) == 2


async def test_no_secret_is_readable_in_the_database(
    installations: Installations, acme: Installation, database: Database
) -> None:
    await installations.keep("slack", "T1", "Acme", NEW)
    [row] = await database.read(lambda it: it.execute(select(installation)).all())
    assert "CANARY" not in str(row)


async def test_what_a_retired_key_has_sealed_is_sealed_anew(
    installations: Installations, acme: Installation, database: Database, clock: Clock, tmp_path: Path
) -> None:
    clock.move(1)
    assert await KeyRotation(database, source_in(tmp_path), clock).renew() == 1
    assert await installations.reseal(10) == 1
    assert await installations.reseal(10) == 0
    assert await installations.find("slack", "T1") == acme
