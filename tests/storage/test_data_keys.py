"""Data keys: one for each tenant, wrapped, made once, forgotten in time; and processes that must agree on the master keys."""

import asyncio
import base64
import gc
import logging
import weakref
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select, text, update

from storage.data_key import DataKey
from storage.data_keys import DataKeys
from storage.database import Database
from storage.key_rotation import KeyRotation
from storage.key_source import KeySource, change_keyring, open_keyring, with_new_key
from storage.keyholders import admit, in_use, living
from storage.keyring import Keyring, KeyringError
from storage.sealing import Sealer, SealError
from storage.tables import data_key, master_key
from tests.storage.conftest import Clock
from tests.storage.keys import OTHER_TENANT, TENANT, binding, open_keys, source_in

FIVE_MINUTES = 300.0
TWO_MINUTES = 120.0


@pytest.fixture
def source(tmp_path: Path) -> KeySource:
    return source_in(tmp_path)


@pytest.fixture
async def keys(database: Database, source: KeySource, clock: Clock) -> DataKeys:
    return await open_keys(database, source, clock)


async def current(database: Database, keys: DataKeys, tenant: str = TENANT) -> DataKey:
    return await database.run(lambda connection: keys.current(connection, tenant))


async def named(database: Database, keys: DataKeys, id: str) -> DataKey:
    return await database.read(lambda connection: keys.named(connection, id))


def mounted(tmp_path: Path, name: str, *secrets: bytes) -> KeySource:
    """A key that somebody else keeps, as the system gives it to one process."""
    path = tmp_path / name / "kek"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.write_text("\n".join(secret.hex() for secret in secrets))
    path.chmod(0o600)
    return KeySource(tmp_path / "none.json", mounts=(path,))


OLD, NEW, STRANGE = (bytes(range(first, first + 32)) for first in (1, 50, 100))


async def test_the_first_process_makes_the_key_and_the_next_one_has_it(
    database: Database, source: KeySource, clock: Clock
) -> None:
    first = await current(database, await open_keys(database, source, clock, "one"))
    assert await named(database, await open_keys(database, source, clock, "two"), first.id) == first


async def test_a_tenant_keeps_its_key_and_no_other_has_it(database: Database, keys: DataKeys) -> None:
    first = await current(database, keys)
    assert await current(database, keys) == first
    assert (await current(database, keys, OTHER_TENANT)).secret != first.secret


async def test_many_at_once_make_one_key(database: Database, source: KeySource, clock: Clock) -> None:
    processes = [await open_keys(database, source, clock, str(number)) for number in range(4)]
    made = await asyncio.gather(*(current(database, keys) for keys in processes for _ in range(5)))
    assert len(set(made)) == 1


async def test_a_key_that_was_made_in_vain_is_not_used(database: Database, keys: DataKeys) -> None:
    """Its transaction failed: whatever were sealed with it could never be opened."""

    class Enough(Exception):
        pass

    made: list[DataKey] = []

    def work(connection: Connection) -> None:
        made.append(keys.current(connection, TENANT))
        raise Enough

    with pytest.raises(Enough):
        await database.run(work)
    assert (await current(database, keys)).id != made[0].id


async def test_what_another_process_shreds_is_sealed_with_no_more_and_opens_for_five_minutes_at_most(
    database: Database, source: KeySource, clock: Clock
) -> None:
    here, there = await open_keys(database, source, clock, "one"), await open_keys(database, source, clock, "two")
    key = await current(database, here)
    await there.shred(TENANT)
    assert (await current(database, here)).id != key.id
    clock.move(FIVE_MINUTES - 1)
    assert await named(database, here, key.id) == key
    clock.move(1)
    with pytest.raises(SealError, match=key.id):
        await named(database, here, key.id)


async def test_what_is_read_while_it_is_shredded_does_not_open_afterwards(
    database: Database, keys: DataKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, run = await current(database, keys), database.run

    async def run_beside_a_reader(work: Callable[[Connection], object]) -> object:
        def both(connection: Connection) -> object:
            done = work(connection)
            with database.engine.connect().execution_options(reading=True) as reader, reader.begin():
                assert keys.named(reader, key.id) == key
            return done

        return await run(both)

    monkeypatch.setattr(database, "run", run_beside_a_reader)
    await keys.shred(TENANT)

    with pytest.raises(SealError, match=key.id):
        await named(database, keys, key.id)


async def test_a_clock_that_is_set_back_makes_no_key_stay_longer(database: Database, keys: DataKeys, clock: Clock) -> None:
    key = await current(database, keys)
    await database.run(lambda connection: connection.execute(data_key.delete()))
    clock.move(-3600)
    with pytest.raises(SealError):
        await named(database, keys, key.id)


async def test_after_a_beat_no_old_key_is_in_memory(database: Database, keys: DataKeys, clock: Clock) -> None:
    key = weakref.ref(await current(database, keys))
    await keys.beat()
    gc.collect()
    assert key() is not None
    clock.move(FIVE_MINUTES)
    await keys.beat()
    gc.collect()
    assert key() is None


async def test_a_data_key_that_was_given_to_another_tenant_does_not_open(
    database: Database, source: KeySource, clock: Clock, keys: DataKeys
) -> None:
    mine, theirs = await current(database, keys), await current(database, keys, OTHER_TENANT)
    await paste(database, theirs, mine)
    fresh = await open_keys(database, source, clock, "two")
    with pytest.raises(SealError):
        await current(database, fresh)
    with pytest.raises(SealError):
        await named(database, fresh, mine.id)


async def test_an_old_data_key_does_not_open_in_the_place_of_the_same_tenants_new_one(
    database: Database, source: KeySource, clock: Clock, keys: DataKeys
) -> None:
    old = await current(database, keys)
    clock.move(1)
    await KeyRotation(database, source, clock).renew()
    await paste(database, old, await current(database, keys))
    with pytest.raises(SealError):
        await current(database, await open_keys(database, source, clock, "two"))


async def paste(database: Database, source: DataKey, target: DataKey) -> None:
    """What somebody could do who may write to the database."""
    wrapped = select(data_key.c.wrapped).where(data_key.c.id == source.id).scalar_subquery()
    await database.run(lambda it: it.execute(update(data_key).where(data_key.c.id == target.id).values(wrapped=wrapped)))


async def test_a_tenants_row_that_was_made_anothers_does_not_seal_even_from_memory(database: Database, keys: DataKeys) -> None:
    await current(database, keys)
    await database.run(lambda it: it.execute(update(data_key).values(tenant=OTHER_TENANT)))
    with pytest.raises(SealError):
        await current(database, keys, OTHER_TENANT)


async def test_no_key_is_in_the_database_or_in_a_log(
    database: Database, source: KeySource, clock: Clock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    keys = await open_keys(database, source, clock)
    key = await current(database, keys)
    sealed = await database.run(lambda it: Sealer(keys).seal(it, binding(), b"CANARY-token-3b9e"))
    await database.run(lambda it: it.execute(text("INSERT INTO offer VALUES ('CANARY-offer', '', '', '', 0, 0)")))
    await database.run(lambda it: it.execute(_ROW, {"sealed": sealed}))
    await keys.beat()
    secrets = [key.secret, open_keyring(source).active.secret, b"CANARY-token-3b9e"]
    forms = [form for secret in secrets for form in (secret, secret.hex().encode(), base64.b64encode(secret))]

    stored = b"".join([path.read_bytes() for path in await files(database, tmp_path)])
    assert b"CANARY-offer" in stored, "the right files are looked at"
    assert sealed in stored
    assert [form for form in forms if form in stored or form in caplog.text.encode()] == []


_ROW = text("INSERT INTO oauth_state (hash, session, purpose, sealed, expires) VALUES ('h', 's', 'p', :sealed, 0)")


async def files(database: Database, tmp_path: Path) -> list[Path]:
    """All that the database has on the disk, its log included."""
    if database.engine.dialect.name == "sqlite":
        return [path for path in tmp_path.glob("bot.db*") if path.is_file()]
    await database.run(lambda connection: connection.execute(text("CHECKPOINT")))  # in the log alone, a value may be cut in two
    folder = await database.read(lambda connection: connection.execute(text("SHOW data_directory")).scalar_one())
    return [path for path in Path(folder).rglob("*") if path.is_file()]


async def test_without_its_keyring_the_database_is_not_opened_and_no_new_one_is_made(
    database: Database, source: KeySource, clock: Clock
) -> None:
    await open_keys(database, source, clock)
    id = open_keyring(source).active.id
    source.path.unlink()
    with pytest.raises(KeyringError, match=f"(?s){source.path}.*{id}.*no new key is made"):
        await open_keys(database, source, clock)
    assert not source.path.exists()


async def test_with_another_keyring_the_database_is_not_opened_and_the_missing_key_is_named(
    database: Database, source: KeySource, clock: Clock, tmp_path: Path
) -> None:
    await open_keys(database, source, clock)
    other = KeySource(tmp_path / "other" / "keyring.json")
    open_keyring(other, make=True)
    with pytest.raises(KeyringError, match=open_keyring(source).active.id):
        await open_keys(database, other, clock)


async def test_a_key_that_is_not_the_one_it_is_taken_for_is_refused(
    database: Database, source: KeySource, clock: Clock
) -> None:
    await open_keys(database, source, clock)
    await database.run(lambda connection: connection.execute(update(master_key).values(proof="00")))
    with pytest.raises(KeyringError):
        await open_keys(database, source, clock)


async def test_a_keyring_that_others_can_read_is_refused_at_start(database: Database, source: KeySource, clock: Clock) -> None:
    await open_keys(database, source, clock)
    source.path.chmod(0o644)
    with pytest.raises(KeyringError, match="chmod"):
        await open_keys(database, source, clock)


async def test_of_two_machines_that_start_first_at_the_same_time_one_is_refused(
    database: Database, clock: Clock, tmp_path: Path
) -> None:
    """Each has made a keyring of its own, and neither sees yet what the other is about to write."""
    one, two = (open_keyring(mounted(tmp_path, name, secret)) for name, secret in (("a", OLD), ("b", NEW)))
    with database.engine.connect() as connection, connection.begin():
        admit(connection, one, "one", clock())
        late = asyncio.create_task(database.run(lambda it: admit(it, two, "two", clock())))
        await asyncio.wait([late], timeout=0.3)
    with pytest.raises(KeyringError, match=one.active.id):
        await late
    assert list(await database.read(in_use)) == [one.active.id]


async def test_a_process_whose_key_another_does_not_hold_is_refused_while_that_one_lives(
    database: Database, clock: Clock, tmp_path: Path
) -> None:
    await open_keys(database, mounted(tmp_path, "a", OLD), clock, "machine-a:1")
    newer = mounted(tmp_path, "b", NEW, OLD)
    with pytest.raises(KeyringError, match="machine-a:1"):
        await open_keys(database, newer, clock, "machine-b:1")
    clock.move(TWO_MINUTES)
    await open_keys(database, newer, clock, "machine-b:1")


async def test_a_process_that_ended_in_good_order_is_not_waited_for(database: Database, clock: Clock, tmp_path: Path) -> None:
    former = await open_keys(database, mounted(tmp_path, "a", OLD), clock, "one")
    await former.close()
    await open_keys(database, mounted(tmp_path, "b", NEW, OLD), clock, "two")


async def test_a_living_process_keeps_being_counted(database: Database, clock: Clock, tmp_path: Path) -> None:
    living_one = await open_keys(database, mounted(tmp_path, "a", OLD), clock, "one")
    for _ in range(10):
        clock.move(30)
        await living_one.beat()
    with pytest.raises(KeyringError):
        await open_keys(database, mounted(tmp_path, "b", NEW, OLD), clock, "two")


async def test_a_key_that_was_added_is_held_from_the_next_beat_on(
    database: Database, source: KeySource, keys: DataKeys, clock: Clock
) -> None:
    ids = list(change_keyring(source, with_new_key).keys)
    assert await held(database, clock) == {"one": ids[:1]}
    await keys.beat()
    assert await held(database, clock) == {"one": ids}


async def held(database: Database, clock: Clock) -> dict[str, list[str]]:
    return await database.read(lambda connection: living(connection, clock()))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.unlink(),
        lambda path: path.write_text("garbage"),
        lambda path: path.chmod(0o644),
        lambda path: path.write_text(str(Keyring.of([STRANGE], ""))),
    ],
    ids=["gone", "garbage", "open to all", "another"],
)
async def test_a_keyring_that_is_spoiled_while_the_bot_runs_stays_as_it_was(
    database: Database,
    source: KeySource,
    keys: DataKeys,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    spoil: Callable[[Path], object],
) -> None:
    key, active = await current(database, keys), open_keyring(source).active
    spoil(source.path)
    clock.move(FIVE_MINUTES)
    await keys.beat()
    assert "keyring" in caplog.text
    assert await named(database, keys, key.id) == key
    await current(database, keys, OTHER_TENANT)
    masters = await database.read(lambda connection: set(connection.scalars(select(data_key.c.master))))
    assert masters == {active.id}


async def test_a_key_that_the_system_changes_under_two_processes_is_used_once_both_hold_it(
    database: Database, clock: Clock, tmp_path: Path
) -> None:
    one = await open_keys(database, mounted(tmp_path, "a", OLD), clock, "one")
    two = await open_keys(database, mounted(tmp_path, "b", OLD), clock, "two")
    ids = [Keyring.of([secret], "").active.id for secret in (NEW, OLD)]
    mounted(tmp_path, "a", NEW, OLD)
    await one.beat()
    assert (await held(database, clock))["one"] == ids[::-1], "the other could not open what the new one wraps"
    await current(database, one)
    mounted(tmp_path, "b", NEW, OLD)
    for each in (two, one, two):
        await each.beat()
    assert await held(database, clock) == {"one": ids, "two": ids}
    made = [await current(database, one), await current(database, two, OTHER_TENANT)]
    clock.move(FIVE_MINUTES)
    assert [await named(database, two, key.id) for key in made] == made


async def test_a_master_key_from_the_environment_is_warned_of_and_not_logged(
    database: Database, clock: Clock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await open_keys(database, KeySource(tmp_path / "none.json", value=OLD.hex()), clock)
    assert "environment" in caplog.text
    assert OLD.hex() not in caplog.text


async def test_each_tenant_has_one_current_key_whatever_happens(database: Database, keys: DataKeys) -> None:
    await asyncio.gather(*(current(database, keys, f"slack:T{number % 5}") for number in range(50)))
    counted = select(func.count(data_key.c.id)).group_by(data_key.c.tenant)
    assert await database.read(lambda connection: list(connection.scalars(counted))) == [1] * 5


async def test_how_many_processes_run_is_told_by_the_clock_that_all_share(
    database: Database, clock: Clock, tmp_path: Path
) -> None:
    one = await open_keys(database, mounted(tmp_path, "a", OLD), clock, "one")
    await open_keys(database, mounted(tmp_path, "b", OLD), clock, "two")
    assert await one.living() == 2
    clock.move(90)
    await one.beat()
    clock.move(60)
    assert await one.living() == 1
