"""Master keys and data keys change while the bot runs, and at no moment is there anything that does not open."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, update

from storage.data_keys import DataKeys
from storage.database import Database
from storage.key_rotation import KeyRotation
from storage.key_source import KeySource, open_keyring
from storage.key_status import KeyStatus, key_status
from storage.keyring import KeyringError, MasterKey
from storage.rewrapping import rewrap_some
from storage.sealing import Sealer
from storage.tables import data_key, master_key, oauth_state
from tests.storage.conftest import Clock
from tests.storage.keys import OTHER_TENANT, TENANT, binding, open_keys, source_in, switched

HOUR = 3600.0


@pytest.fixture
def source(tmp_path: Path) -> KeySource:
    return source_in(tmp_path)


@pytest.fixture
async def keys(database: Database, source: KeySource, clock: Clock) -> DataKeys:
    return await open_keys(database, source, clock)


@pytest.fixture
def rotation(database: Database, source: KeySource, clock: Clock) -> KeyRotation:
    return KeyRotation(database, source, clock)


async def status(database: Database, source: KeySource, clock: Clock) -> KeyStatus:
    return await database.read(lambda connection: key_status(connection, open_keyring(source), clock()))


async def current(database: Database, keys: DataKeys, tenant: str = TENANT) -> str:
    return (await database.run(lambda connection: keys.current(connection, tenant))).id


async def sealed_row(database: Database, keys: DataKeys, row: str, tenant: str = TENANT) -> None:
    def work(connection: Connection) -> None:
        sealed = Sealer(keys).seal(connection, binding(row, tenant), b"secret")
        connection.execute(oauth_state.insert().values(hash=row, session="", purpose="", sealed=sealed, expires=0.0))

    await database.run(work)


async def opened_row(database: Database, keys: DataKeys, row: str, tenant: str = TENANT) -> bytes:
    def work(connection: Connection) -> bytes:
        sealed = connection.execute(select(oauth_state.c.sealed).where(oauth_state.c.hash == row)).scalar_one()
        return Sealer(keys).open(connection, binding(row, tenant), sealed)

    return await database.read(work)


async def test_a_key_is_added_activated_rewrapped_to_and_the_old_one_retired_while_the_bot_runs(
    database: Database, source: KeySource, clock: Clock, keys: DataKeys, rotation: KeyRotation
) -> None:
    old = open_keyring(source).active.id
    await sealed_row(database, keys, "before")
    new = await switched(rotation, keys)
    await sealed_row(database, keys, "between", OTHER_TENANT)
    assert [(key.id, key.active, key.wraps) for key in (await status(database, source, clock)).masters] == [
        (old, False, 1),
        (new, True, 1),
    ]
    assert (await rotation.rewrap()).done == 1
    await rotation.retire(old)
    await keys.beat()
    clock.move(HOUR)  # nothing is in memory any more

    assert [(key.id, key.active, key.wraps) for key in (await status(database, source, clock)).masters] == [(new, True, 2)]
    assert list(open_keyring(source).keys) == [new]
    assert await opened_row(database, keys, "before") == b"secret"
    assert await opened_row(database, keys, "between", OTHER_TENANT) == b"secret"
    restarted = await open_keys(database, source, clock, "restarted")
    assert await opened_row(database, restarted, "before") == b"secret"


async def test_a_key_is_not_activated_before_every_living_process_holds_it(
    database: Database, source: KeySource, clock: Clock, keys: DataKeys, rotation: KeyRotation
) -> None:
    other = await open_keys(database, source, clock, "machine-b:7")
    old, new = open_keyring(source).active.id, await rotation.add()
    await keys.beat()
    with pytest.raises(KeyringError, match=f"{new} is not held by machine-b:7"):
        await rotation.activate(new)
    assert open_keyring(source).active.id == old
    await other.beat()
    await rotation.activate(new)
    assert open_keyring(source).active.id == new


async def test_a_process_that_died_is_waited_for_two_minutes_only(
    database: Database, source: KeySource, clock: Clock, keys: DataKeys, rotation: KeyRotation
) -> None:
    new = await rotation.add()
    clock.move(119)
    with pytest.raises(KeyringError, match="one"):
        await rotation.activate(new)
    clock.move(1)
    await rotation.activate(new)


async def test_a_process_that_holds_the_old_key_only_is_not_let_in_after_the_new_one_was_activated(
    database: Database, source: KeySource, clock: Clock, keys: DataKeys, rotation: KeyRotation, tmp_path: Path
) -> None:
    stale = KeySource(tmp_path / "elsewhere" / "keyring.json")
    stale.path.parent.mkdir(mode=0o700)
    stale.path.write_bytes(source.path.read_bytes())
    stale.path.chmod(0o600)
    new = await switched(rotation, keys)
    with pytest.raises(KeyringError, match=new):
        await open_keys(database, stale, clock, "machine-b:1")


@pytest.mark.parametrize("do", ["activate", "retire"])
async def test_a_key_that_does_not_exist_is_told_so(keys: DataKeys, rotation: KeyRotation, do: str) -> None:
    with pytest.raises(KeyringError, match="no master key deadbeef"):
        await getattr(rotation, do)("deadbeef")


async def test_the_active_key_does_not_retire(source: KeySource, keys: DataKeys, rotation: KeyRotation) -> None:
    with pytest.raises(KeyringError, match="is the active one"):
        await rotation.retire(open_keyring(source).active.id)


async def test_a_key_that_still_wraps_something_does_not_retire(
    database: Database, source: KeySource, keys: DataKeys, rotation: KeyRotation
) -> None:
    old = open_keyring(source).active.id
    await current(database, keys)
    await switched(rotation, keys)
    with pytest.raises(KeyringError, match="still wraps 1 data keys"):
        await rotation.retire(old)
    assert old in open_keyring(source).keys


async def test_a_key_that_a_process_still_wraps_with_does_not_retire(
    source: KeySource, keys: DataKeys, rotation: KeyRotation
) -> None:
    old, new = open_keyring(source).active.id, await rotation.add()
    await keys.beat()
    await rotation.activate(new)
    with pytest.raises(KeyringError, match="one still uses"):
        await rotation.retire(old)
    await keys.beat()
    await rotation.retire(old)


async def test_a_process_that_missed_that_its_key_retired_wraps_with_the_new_one(
    database: Database, source: KeySource, clock: Clock, keys: DataKeys, rotation: KeyRotation
) -> None:
    """It was stopped for a while, and goes on."""
    old = open_keyring(source).active.id
    clock.move(HOUR)
    new = await switched(rotation)
    await rotation.retire(old)
    id = await current(database, keys)
    assert await database.read(lambda it: it.execute(select(data_key.c.master, data_key.c.id)).all()) == [(new, id)]


async def test_a_process_that_missed_a_rotation_opens_what_was_rewrapped(
    database: Database, clock: Clock, keys: DataKeys, rotation: KeyRotation
) -> None:
    await sealed_row(database, keys, "before")
    clock.move(HOUR)
    await switched(rotation)
    await rotation.rewrap()
    assert await opened_row(database, keys, "before") == b"secret"


async def test_a_backup_from_before_names_the_key_that_it_needs(
    database: Database, source: KeySource, clock: Clock, keys: DataKeys, rotation: KeyRotation
) -> None:
    former = open_keyring(source).active
    await switched(rotation, keys)
    await rotation.retire(former.id)
    await database.run(
        lambda it: it.execute(master_key.insert().values(id=former.id, proof=former.proof, created=0.0))
    )  # as the backup has it
    with pytest.raises(KeyringError, match=former.id):
        await open_keys(database, source, clock, "restored")


async def test_a_key_that_was_lost_before_it_wrapped_anything_can_be_given_up(
    database: Database, source: KeySource, clock: Clock, keys: DataKeys, rotation: KeyRotation
) -> None:
    lost = open_keyring(source).active.id
    source.path.unlink()
    await keys.close()
    await rotation.retire(lost)
    assert await current(database, await open_keys(database, source, clock, "anew"))


async def test_what_can_not_be_unwrapped_is_told_and_the_rest_is_done(
    database: Database, keys: DataKeys, rotation: KeyRotation
) -> None:
    damaged = await current(database, keys)
    sound = await current(database, keys, OTHER_TENANT)
    await database.run(lambda it: it.execute(update(data_key).where(data_key.c.id == damaged).values(wrapped=b"\x00" * 60)))
    new = await switched(rotation, keys)
    done = await rotation.rewrap()
    assert (done.done, done.lost) == (1, (damaged,))
    masters = select(data_key.c.master).where(data_key.c.id == sound)
    assert await database.read(lambda it: it.execute(masters).scalar_one()) == new


async def test_nothing_is_rewrapped_by_a_key_that_no_process_has_used(
    database: Database, keys: DataKeys, rotation: KeyRotation, tmp_path: Path, clock: Clock, source: KeySource
) -> None:
    former, other = open_keyring(source).active, MasterKey.of(bytes(range(32)))
    await current(database, keys)
    await keys.close()
    elsewhere = KeySource(tmp_path / "none.json", value=f"{other.secret.hex()} {former.secret.hex()}")
    with pytest.raises(KeyringError, match="start the bot"):
        await KeyRotation(database, elsewhere, clock).rewrap()
    assert (await status(database, source, clock)).masters[0].wraps == 1


async def test_every_tenant_gets_a_new_data_key_and_what_the_old_one_sealed_still_opens(
    database: Database, source: KeySource, clock: Clock, keys: DataKeys, rotation: KeyRotation
) -> None:
    for number in range(7):
        await sealed_row(database, keys, f"row-{number}", f"slack:T{number}")
    former = {await current(database, keys, f"slack:T{number}") for number in range(7)}
    clock.move(1)
    assert await KeyRotation(database, source, clock, batch=3).renew() == 7
    latter = {await current(database, keys, f"slack:T{number}") for number in range(7)}
    assert former.isdisjoint(latter)
    clock.move(HOUR)
    for number in range(7):
        assert await opened_row(database, keys, f"row-{number}", f"slack:T{number}") == b"secret"
    found = await status(database, source, clock)
    assert (found.current.keys, found.current.values) == (7, 0)
    assert (found.retired.keys, found.retired.values) == (7, 7)


async def test_a_retired_data_key_goes_once_nothing_needs_it_and_not_before(
    database: Database, keys: DataKeys, rotation: KeyRotation, clock: Clock, source: KeySource
) -> None:
    await sealed_row(database, keys, "kept")
    await sealed_row(database, keys, "gone", OTHER_TENANT)
    clock.move(1)
    await rotation.renew()
    await database.run(lambda it: it.execute(oauth_state.delete().where(oauth_state.c.hash == "gone")))
    clock.move(60)
    assert await keys.prune(clock()) == 0, "a transaction that began before may still be sealing with it"
    clock.move(HOUR + 1)
    assert await keys.prune(clock()) == 1
    assert await opened_row(database, keys, "kept") == b"secret"
    assert (await status(database, source, clock)).retired.keys == 1


async def test_two_who_rewrap_at_once_spoil_nothing(
    database: Database, source: KeySource, clock: Clock, keys: DataKeys, rotation: KeyRotation
) -> None:
    for number in range(60):
        await current(database, keys, f"slack:T{number}")
    await switched(rotation, keys)
    await asyncio.gather(*(KeyRotation(database, source, clock, batch=7).rewrap() for _ in range(4)))
    fresh = await open_keys(database, source, clock, "fresh")
    assert [key.wraps for key in (await status(database, source, clock)).masters] == [0, 60]
    for number in range(60):
        await current(database, fresh, f"slack:T{number}")


async def test_what_another_has_just_wrapped_anew_is_left_as_it_is(
    database: Database, source: KeySource, keys: DataKeys, rotation: KeyRotation
) -> None:
    await current(database, keys)
    await switched(rotation, keys)
    keyring, wrapped = open_keyring(source), select(data_key.c.wrapped)
    with database.engine.connect() as connection, connection.begin():
        rewrap_some(connection, keyring, after="", limit=10)
        first = connection.execute(wrapped).scalar_one()
        late = asyncio.create_task(rotation.rewrap())  # it has read what was there before, or waits
        await asyncio.wait([late], timeout=0.3)
    await late
    assert await database.read(lambda it: it.execute(wrapped).scalar_one()) == first


async def test_the_status_tells_who_holds_what(
    database: Database, source: KeySource, clock: Clock, keys: DataKeys, rotation: KeyRotation
) -> None:
    await open_keys(database, source, clock, "two")
    new = await rotation.add()
    await keys.beat()
    first, second = (await status(database, source, clock)).masters
    assert (first.holders, first.strangers, first.active) == (("one", "two"), (), True)
    assert (second.id, second.holders, second.strangers, second.active) == (new, ("one",), ("two",), False)


async def test_keys_that_the_bot_does_not_keep_are_retired_from_the_database_alone(
    database: Database, clock: Clock, tmp_path: Path
) -> None:
    old, new = MasterKey.of(bytes(range(32))), MasterKey.of(bytes(range(50, 82)))
    first = await open_keys(database, KeySource(tmp_path / "none", value=old.secret.hex()), clock)
    await current(database, first)
    await first.close()
    source = KeySource(tmp_path / "none", value=f"{new.secret.hex()} {old.secret.hex()}")
    second = await open_keys(database, source, clock, "two")
    rotation = KeyRotation(database, source, clock)
    await rotation.rewrap()
    await rotation.retire(old.id)
    alone = await open_keys(database, KeySource(tmp_path / "none", value=new.secret.hex()), clock, "three")
    assert await current(database, alone) == await current(database, second)
