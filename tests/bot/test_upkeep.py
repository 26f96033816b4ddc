"""Connections are looked after while nobody asks."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.base import Secret
from adapters.faults import Fault
from bot.refreshing import LEASE
from bot.schedule import IncompleteError
from bot.upkeep import Upkeep
from storage.errors import StorageError
from storage.vault import Connection, Owner
from tests.bot.conftest import FixedClock
from tests.bot.household import DAY, LIFE, World, open_world


@pytest.fixture
async def world(tmp_path: Path, clock: FixedClock) -> AsyncIterator[World]:
    async with open_world(tmp_path, clock) as world:
        world.sandbox.authorization.habits.grace = 3600.0
        yield world


def move(clock: FixedClock, seconds: float) -> None:
    clock.at += timedelta(seconds=seconds)


def tried(world: World) -> int:
    return sum(entry.path == "/mine" for entry in world.sandbox.journal)


async def test_a_connection_is_tried_when_it_is_due_with_a_fresh_token(world: World, clock: FixedClock) -> None:
    connection = await world.bot.connect(world.sandbox)
    await world.bot.upkeep.check()
    assert tried(world) == 0
    move(clock, DAY + LIFE)
    await world.bot.upkeep.check()
    await world.bot.upkeep.check()
    stored = await world.bot.stored(connection)

    assert (tried(world), world.sandbox.authorization.counts.refreshes) == (1, 1)
    assert (stored.succeeded, stored.error) == (clock.time(), "")


async def test_of_two_processes_one_tries_each(world: World, clock: FixedClock) -> None:
    for number in range(10):
        await world.bot.connect(world.sandbox, Owner("slack", "T1", f"U-{number}"))
    move(clock, DAY + LIFE)
    async with world.another_process("two") as two:
        await asyncio.gather(world.bot.upkeep.check(), two.upkeep.check())

    assert tried(world) == 10


async def test_what_has_been_revoked_at_the_service_is_found_out_and_told_once(world: World, clock: FixedClock) -> None:
    connection = await world.bot.connect(world.sandbox)
    await world.bot.client.revoke(Secret((await world.bot.fresh(connection)).refresh))
    for _ in range(3):
        move(clock, DAY + LIFE)
        await world.bot.upkeep.check()
        await world.bot.upkeep.mend()

    assert (await world.bot.stored(connection)).state == "broken"
    assert len(world.bot.diary.told) == 1


async def test_a_token_that_is_turned_down_is_renewed_and_it_is_tried_again(world: World) -> None:
    connection = await world.bot.connect(world.sandbox)
    world.sandbox.revoke((await world.bot.fresh(connection)).access)
    await world.bot.checking.check(connection)
    stored = await world.bot.stored(connection)

    assert (tried(world), world.sandbox.authorization.counts.refreshes) == (2, 1)
    assert (stored.state, stored.error) == ("connected", "")


async def test_a_service_that_fails_is_noted_in_words_and_breaks_nothing(world: World, clock: FixedClock) -> None:
    connection = await world.bot.connect(world.sandbox)
    move(clock, DAY + LIFE)
    world.sandbox.script.add(Fault(kind="status", status=503, path="mine", times=3))
    await world.bot.upkeep.check()
    stored = await world.bot.stored(connection)

    assert (stored.state, stored.error, stored.failed) == ("connected", "Notes can't answer at the moment.", clock.time())
    assert world.bot.diary.told == {}


async def test_who_was_not_told_before_a_crash_is_told_after_it(world: World) -> None:
    connection = await world.bot.connect(world.sandbox)
    await world.bot.vault.break_(connection, "Notes no longer accepts your connection.")
    for _ in range(2):
        await world.bot.upkeep.mend()

    assert world.bot.diary.said() == [
        "Your Notes account (ad…@acme.test) has to be connected again. Notes no longer accepts your connection."
    ]


async def test_a_crash_between_telling_and_noting_it_tells_nobody_twice(world: World) -> None:
    connection = await world.bot.connect(world.sandbox)
    await world.bot.breaking.break_(connection, "gone")
    await _untell(world)
    await world.bot.upkeep.mend()

    assert len(world.bot.diary.told) == 1
    assert await world.bot.vault.untold(10) == []


async def test_each_time_it_breaks_is_told(world: World) -> None:
    for _ in range(2):
        connection = await world.bot.connect(world.sandbox)
        await world.bot.breaking.break_(connection, "gone")

    assert len(world.bot.diary.told) == 2


@pytest.mark.parametrize("interrupted", [False, True])
async def test_what_can_not_be_read_any_more_is_broken_and_told_once(
    interrupted: bool, world: World, clock: FixedClock
) -> None:
    connection = await world.bot.connect(world.sandbox)
    await world.spoil(connection.owner)
    if interrupted:
        await world.bot.vault.lease(connection, "dead", LEASE)
        move(clock, LEASE + 1)
    for _ in range(3):
        await (world.bot.upkeep.mend() if interrupted else world.bot.checking.check(await world.bot.stored(connection)))

    assert (await world.bot.stored(connection)).state == "broken"
    assert await world.bot.vault.interrupted(10) == []
    assert world.bot.diary.said() == [
        "Your Notes account (ad…@acme.test) has to be connected again. What I keep of it can't be read any more."
    ]


async def test_what_is_broken_is_healed_on_the_schedule_with_a_new_token(world: World, clock: FixedClock) -> None:
    connection = await world.bot.connect(world.sandbox)
    await world.bot.breaking.break_(connection, "gone")
    move(clock, 2 * DAY)
    await world.bot.upkeep.check()
    stored = await world.bot.stored(connection)

    assert (stored.state, stored.error, stored.version) == ("connected", "", connection.version + 1)


@pytest.mark.parametrize(("mistakes", "state", "asked"), [(1, "connected", 4), (2, "broken", 2)])
async def test_a_refresh_that_was_turned_down_is_tried_once_more_and_no_further(
    mistakes: int, state: str, asked: int, world: World, clock: FixedClock
) -> None:
    connection = await world.bot.connect(world.sandbox)
    for number in range(4):
        if number < mistakes:
            world.sandbox.instead["/token"] = b'{"error": "invalid_grant"}'
        move(clock, 2 * DAY)
        await world.bot.upkeep.check()

    assert (await world.bot.stored(connection)).state == state
    assert sum(entry.path == "/token" for entry in world.sandbox.journal) == 1 + asked
    assert len(world.bot.diary.told) == 1


async def test_a_broken_one_that_can_be_renewed_but_is_turned_down_stays_so_and_nobody_is_told_again(
    world: World, clock: FixedClock
) -> None:
    connection = await world.bot.connect(world.sandbox)
    await world.bot.breaking.break_(connection, "gone")
    for _ in range(2):
        move(clock, 2 * DAY)
        world.sandbox.script.add(Fault(kind="status", status=401, path="mine"))
        await world.bot.upkeep.check()
        await world.bot.upkeep.mend()
        assert (await world.bot.stored(connection)).state == "broken"

    assert len(world.bot.diary.told) == 1


async def test_a_refresh_that_a_crash_cut_off_is_brought_to_its_end(world: World, clock: FixedClock) -> None:
    connection = await world.bot.connect(world.sandbox)
    await world.bot.vault.lease(connection, "dead", LEASE)
    await world.bot.upkeep.mend()
    assert world.sandbox.authorization.counts.refreshes == 0
    move(clock, LEASE + 1)
    await world.bot.upkeep.mend()
    stored = await world.bot.stored(connection)

    assert (world.sandbox.authorization.counts.refreshes, stored.refreshing, stored.version) == (1, 0.0, connection.version + 1)


async def test_what_fails_stops_nothing_else(world: World, clock: FixedClock, caplog: pytest.LogCaptureFixture) -> None:
    """What is pruned has nothing to do with what else is; and whatever became of one sign of life, the next comes."""
    done: list[str] = []
    enough = asyncio.Event()

    async def beat() -> None:
        done.append("beat")
        raise StorageError("The disk is full.")

    async def prune(before: float) -> int:
        done.append("prune")
        raise RuntimeError

    async def other_prune(before: float) -> int:
        done.append("other prune")
        return 0

    async def sleep(seconds: float) -> None:
        if done.count("beat") >= 3:
            enough.set()
        await asyncio.sleep(0)

    bot = world.bot
    kept = (bot.vault, bot.checking, bot.breaking, bot.revoking)
    caplog.set_level(logging.WARNING)
    upkeep = Upkeep(*kept, beat, [prune, other_prune], clock, DAY, lambda: 0.5, sleep)
    running = asyncio.create_task(upkeep.run())
    async with asyncio.timeout(20):
        await enough.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    [job] = [job for job in upkeep.jobs if job.work == upkeep.prune]
    with pytest.raises(IncompleteError, match=r"^1 part of it failed"):
        await job.work()

    assert "connections could not be looked after: The disk is full." in caplog.text
    assert done[-2:] == ["prune", "other prune"]


async def test_a_round_in_which_the_database_took_something_not_is_no_success(world: World, clock: FixedClock) -> None:
    """All others were tried all the same."""
    for number in range(3):
        await world.bot.connect(world.sandbox, Owner("slack", "T1", f"U-{number}"))
    move(clock, DAY + LIFE)
    check = world.bot.checking.check

    async def failing(connection: Connection) -> None:
        await check(connection)
        if connection.owner.person != "U-0":
            raise StorageError("The disk is full.")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(world.bot.checking, "check", failing)
        with pytest.raises(IncompleteError, match=r"^2 parts of it failed"):
            await world.bot.upkeep.check()

    assert tried(world) == 3


async def _untell(world: World) -> None:
    """As if the process had died before it was noted."""
    import sqlite3

    with sqlite3.connect(world.database.removeprefix("sqlite:///")) as other:
        other.execute("UPDATE connection SET told = 0")
    other.close()
