"""A browser is known by what its cookie holds, for twelve hours, until it is closed; and the database does not tell it."""

import asyncio
import json
import secrets
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.database import Database
from storage.sessions import Sessions
from storage.tables import web_session
from tests.storage.conftest import Clock
from tests.storage.hostile import HOSTILE

STAFF = 501  # more than are closed in one transaction


def actor(user: str, tenant: str = "T1", platform: str = "slack") -> str:
    return json.dumps({"platform": platform, "tenant": tenant, "user": user, "name": "Ada", "zone": "UTC"})


@pytest.fixture
def sessions(database: Database, clock: Clock) -> Sessions:
    return Sessions(database, clock, lambda: secrets.token_urlsafe(32))


async def test_a_browser_is_found_by_its_own_id_only(sessions: Sessions) -> None:
    nobody, ada = await sessions.open(), await sessions.open(actor("U1"))
    found, known = await sessions.find(nobody), await sessions.find(ada)

    assert found
    assert known
    assert (found.actor, known.actor) == ("", actor("U1"))
    assert found.hash != known.hash
    assert await sessions.find(known.hash) is None


async def test_who_signs_in_gets_a_new_id_and_the_old_one_is_dead(sessions: Sessions) -> None:
    planted = await sessions.open()
    id = await sessions.rotate(planted, actor("U1"))

    assert await sessions.find(planted) is None
    found = await sessions.find(id)
    assert found
    assert found.actor == actor("U1")


async def test_an_unknown_session_is_rotated_to_a_new_one_too(sessions: Sessions) -> None:
    assert await sessions.find(await sessions.rotate("never seen", actor("U1")))


async def test_a_session_in_which_nobody_signs_in_ends_after_ten_minutes(sessions: Sessions, clock: Clock) -> None:
    id = await sessions.open()
    clock.move(599)
    assert await sessions.find(id)
    clock.move(2)
    assert await sessions.find(id) is None


async def test_a_session_lives_for_twelve_hours(sessions: Sessions, clock: Clock) -> None:
    id = await sessions.open(actor("U1"))
    clock.move(12 * 3600 - 1)
    assert await sessions.find(id)
    clock.move(1)
    assert await sessions.find(id) is None


async def test_a_closed_session_is_gone(sessions: Sessions) -> None:
    id, other = await sessions.open(actor("U1")), await sessions.open(actor("U1"))
    await sessions.close(id)

    assert await sessions.find(id) is None
    assert await sessions.find(other)


async def test_all_of_a_persons_browsers_are_closed_and_nobody_elses(sessions: Sessions) -> None:
    own = [await sessions.open(actor("U1")) for _ in range(3)]
    others = [
        await sessions.open(each)
        for each in ("", actor("U11"), actor("U1", tenant="T2"), actor("U1", platform="teams"), actor("u1"))
    ]

    assert await sessions.close_of("slack:T1:U1") == 3
    assert [await sessions.find(id) for id in own] == [None] * 3
    assert all([await sessions.find(id) for id in others])


async def test_all_browsers_of_a_tenant_are_closed_and_no_others(sessions: Sessions) -> None:
    there = await asyncio.gather(*(sessions.open(actor(f"U{number}")) for number in range(STAFF)))
    others = [await sessions.open(each) for each in ("", actor("U1", tenant="T11"), actor("U1", platform="teams"))]

    assert await sessions.close_of_tenant("slack", "T1") == STAFF
    assert [await sessions.find(id) for id in there] == [None] * STAFF
    assert all([await sessions.find(id) for id in others])


async def test_only_what_has_expired_is_pruned(sessions: Sessions, clock: Clock) -> None:
    await sessions.open(actor("U1"))
    clock.move(12 * 3600 + 1)
    id = await sessions.open(actor("U1"))

    assert await sessions.prune(clock.now) == 1
    assert await sessions.find(id)


@pytest.mark.parametrize("id", HOSTILE.values(), ids=HOSTILE)
async def test_whatever_comes_in_place_of_an_id_is_not_found(sessions: Sessions, id: str) -> None:
    kept = await sessions.open(actor("U1"))
    await sessions.close(id)

    assert await sessions.find(id) is None
    assert await sessions.close_of(id) == 0
    assert await sessions.find(await sessions.rotate(id, actor("U2")))
    assert await sessions.find(kept)


async def test_no_row_holds_an_id(database: Database, clock: Clock) -> None:
    await Sessions(database, clock, lambda: "CANARY-id").open(actor("U1"))
    rows = await database.read(lambda connection: connection.execute(select(web_session)).all())

    assert len(rows) == 1
    assert "CANARY" not in str(rows)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_an_id_is_in_no_file(database: Database, clock: Clock, tmp_path: Path) -> None:
    await Sessions(database, clock, lambda: "CANARY-id").rotate("CANARY-old", actor("U1"))
    files = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    assert any(b"slack" in content for content in files.values())
    assert [name for name, content in files.items() if b"CANARY" in content] == []
