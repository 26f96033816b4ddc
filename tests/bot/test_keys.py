"""What operators see of the keys, and how they change them under a running bot."""

import json
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.keys import abandon, activate, add, is_complete, report, retire, rewrap, status
from bot.plan import Plan
from bot.stores import key_source
from storage.data_keys import DataKeys, open_data_keys
from storage.database import Database
from storage.key_source import open_keyring
from storage.keyring import KeyringError
from tests.acceptance.forked_command import interact
from tests.bot.conftest import FixedClock

DAY = 86400.0
NOWHERE = Path("/nowhere/keyring.json")


@pytest.fixture
def plan(make_plan: Callable[..., Plan], tmp_path: Path) -> Plan:
    return make_plan(database_url=f"sqlite:///{tmp_path / 'data' / 'bot.sqlite'}", keyring=str(tmp_path / "keys" / "keys.json"))


@pytest.fixture
async def database(plan: Plan) -> AsyncIterator[Database]:
    database = Database(plan.settings.database)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def running(plan: Plan, database: Database) -> DataKeys:
    """A process of the bot that has sealed something for one tenant."""
    keys = await open_data_keys(database, key_source(plan), plan.clock.time, "machine-a:1")
    await database.run(lambda connection: keys.current(connection, "slack:T1"))
    return keys


async def test_keys_are_changed_from_beginning_to_end(plan: Plan, running: DataKeys) -> None:
    old = open_keyring(key_source(plan)).active.id
    new = (await add(plan)).split()[0]
    with pytest.raises(KeyringError, match="machine-a:1"):
        await activate(plan, new)
    await running.beat()
    assert "rewrap" in await activate(plan, new)
    await running.beat()
    assert await rewrap(plan, data=False) == "1 data keys are wrapped anew."
    assert old in await retire(plan, old)
    assert [(key.id, key.wraps) for key in (await status(plan)).masters] == [(new, 1)]


async def test_where_the_keys_are_lost_everything_sealed_is_given_up_and_a_new_beginning_made(
    plan: Plan, running: DataKeys, database: Database, clock: FixedClock
) -> None:
    with pytest.raises(KeyringError, match="machine-a:1"):
        await abandon(plan)
    await running.close()
    source = key_source(plan)
    source.path.unlink()
    with pytest.raises(KeyringError, match="interact keys abandon"):
        await open_data_keys(database, source, clock.time, "machine-a:2")

    assert "0 accounts are forgotten" in await abandon(plan)
    anew = await open_data_keys(database, source, clock.time, "machine-a:2")
    assert await database.run(lambda connection: anew.current(connection, "slack:T1"))


async def test_tenants_get_new_data_keys_where_that_is_asked_for(
    plan: Plan, running: DataKeys, clock: FixedClock, database: Database
) -> None:
    former = await database.run(lambda connection: running.current(connection, "slack:T1"))
    clock.at = clock.at.replace(year=clock.at.year + 1)
    await running.beat()
    assert "1 tenants have a new data key" in await rewrap(plan, data=True)
    assert (await database.run(lambda connection: running.current(connection, "slack:T1"))).id != former.id


async def test_the_status_is_a_table_for_people(plan: Plan, running: DataKeys) -> None:
    new = (await add(plan)).split()[0]
    lines = report(await status(plan), as_json=False, now=plan.clock.time() + 3 * DAY, sought=NOWHERE).splitlines()
    assert lines[0] == f"Keyring: {plan.settings.key_file}"
    assert lines[1].split("  ")[0] == "MASTER KEY"
    assert re.fullmatch(r"[0-9a-f]{8} +active +1 +machine-a:1 +-", lines[2])
    assert re.fullmatch(rf"{new} +opens +0 +- +machine-a:1", lines[3])
    assert lines[4] == "1 data keys seal: 0 sealed values, the oldest 3 days old"
    assert lines[5] == "0 data keys are retired and only open: 0 sealed values"


async def test_the_status_is_json_for_machines(plan: Plan, running: DataKeys) -> None:
    told = json.loads(report(await status(plan), as_json=True, now=0.0, sought=NOWHERE))
    assert [key["holders"] for key in told["masters"]] == [["machine-a:1"]]
    assert told["current"]["keys"] == 1


async def test_the_status_tells_of_a_key_that_is_lost(plan: Plan, running: DataKeys) -> None:
    id = open_keyring(key_source(plan)).active.id
    plan.settings.key_file.unlink()
    found = await status(plan)
    lines = report(found, as_json=False, now=plan.clock.time(), sought=plan.settings.key_file).splitlines()
    assert lines[0] == f"Keyring: none at {plan.settings.key_file}"
    assert lines[2].split()[:3] == [id, "missing", "here"]
    assert lines[-1].startswith(f"What is in the database was sealed with the master key {id}, missing here. Put that key back")
    assert not is_complete(found)


async def test_before_the_first_start_there_is_nothing_to_see_and_nothing_is_made(plan: Plan) -> None:
    assert (await status(plan)).masters == ()
    with pytest.raises(KeyringError):
        await add(plan)
    assert not plan.settings.key_file.exists()


async def test_no_key_shows_in_what_operators_see(plan: Plan, running: DataKeys) -> None:
    written = json.loads(plan.settings.key_file.read_text())
    found = await status(plan)
    shown = (
        report(found, as_json=True, now=0.0, sought=NOWHERE)
        + report(found, as_json=False, now=0.0, sought=NOWHERE)
        + repr(found)
        + await add(plan)
    )
    assert [secret for secret in written["keys"].values() if secret in shown] == []


def test_the_command_line_tells_in_a_line_what_can_not_be_done(tmp_path: Path) -> None:
    told = interact(tmp_path, "keys", "status")
    assert told.returncode == 0, told.stderr
    assert re.fullmatch(r"Keyring: none at /.+/sandbox\.json", told.stdout.splitlines()[0])
    done = interact(tmp_path, "keys", "retire", "deadbeef")
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "no master key deadbeef" in done.stderr
