"""Everything is taken back at once. `PANICKED=10000` for the whole drill."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.panic import Report, revoke_everything, stop_everything
from storage.vault import Owner
from tests.acceptance.forked_command import interact
from tests.bot.conftest import FixedClock
from tests.bot.household import OWNER, World, open_vault, open_world

PANICKED = int(os.environ.get("PANICKED", "100"))


@pytest.fixture
async def world(tmp_path: Path, clock: FixedClock) -> AsyncIterator[World]:
    async with open_world(tmp_path, clock) as world:
        yield world


async def many(world: World, count: int) -> None:
    for first in range(0, count, 50):
        owners = [Owner("slack", f"T{number % 7}", f"U-{number}") for number in range(first, min(first + 50, count))]
        await asyncio.gather(*(world.bot.connect(world.sandbox, owner) for owner in owners))


async def stop(world: World) -> int:
    async with open_vault(world.database, world.keys, world.clock, "panic") as (database, _):
        return await database.run(stop_everything)


async def no_sleep(seconds: float) -> None:
    return


async def test_all_are_unusable_at_once_and_revoked_though_the_service_fails_at_times(world: World) -> None:
    await many(world, PANICKED)
    world.sandbox.failing, world.sandbox.odds = {"/revoke"}, 0.05

    began = time.monotonic()
    assert await stop(world) == PANICKED
    assert await world.bot.vault.counts() == {("notes", "stopped"): PANICKED}
    unusable = time.monotonic()
    assert (await revoke_everything(world.bot.revoking, no_sleep)).left == {}
    took = time.monotonic() - unusable
    print(f"{PANICKED} unusable within {unusable - began:.2f} s, revoked within {took:.0f} s")  # noqa: T201
    assert world.sandbox.authorization.counts.revocations == PANICKED
    assert await world.bot.vault.counts() == {}


async def test_what_is_left_is_reported_and_revoked_by_the_next_run(world: World) -> None:
    await many(world, 5)
    await stop(world)
    world.sandbox.failing = {"/revoke"}
    outcome = await revoke_everything(world.bot.revoking, no_sleep)
    assert (outcome.left, await world.bot.vault.usable(OWNER, "notes", "")) == ({"notes": 5}, None)
    world.sandbox.failing = set()
    async with world.another_process("next") as bot:  # whose breaker knows of nothing
        assert (await revoke_everything(bot.revoking, no_sleep)).left == {}

    assert world.sandbox.authorization.counts.revocations == 5


async def test_a_service_that_recovers_meanwhile_is_asked_again(world: World) -> None:
    await many(world, 1)
    await stop(world)
    world.sandbox.failing = {"/revoke"}

    async def recover(seconds: float) -> None:
        world.sandbox.failing = set()

    assert (await revoke_everything(world.bot.revoking, recover)).left == {}


async def test_what_this_bot_is_no_longer_registered_for_is_not_forgotten(world: World) -> None:
    await many(world, 1)
    await stop(world)
    world.bot.revoking._clients.clear()  # type: ignore[attr-defined]

    assert (await revoke_everything(world.bot.revoking, no_sleep)).left == {"notes": 1}
    assert await world.bot.vault.counts() == {("notes", "stopped"): 1}


async def test_what_can_not_be_read_is_counted_apart_from_what_is_revoked(world: World) -> None:
    await many(world, 2)
    await world.bot.connect(world.sandbox, Owner("slack", "T1", "U-other"))
    await world.spoil(Owner("slack", "T1", "U-other"))
    await stop(world)
    outcome = await revoke_everything(world.bot.revoking, no_sleep)

    assert (outcome.left, outcome.unreadable) == ({}, {"notes": 1})
    assert world.sandbox.authorization.counts.revocations == 2


@pytest.mark.parametrize(
    ("left", "unreadable", "said"),
    [
        ({}, {}, ["All of them are revoked, and deleted."]),
        ({"notes": 1200, "diary": 2}, {}, ["Not revoked yet: diary (2), notes (1,200)."]),
        ({}, {"notes": 3}, ["Deleted, but not revoked, for they can't be read any more: notes (3)."]),
        ({"diary": 2}, {"notes": 3}, ["Not revoked yet: diary (2).", "Deleted, but not revoked, for they"]),
    ],
)
def test_the_report_says_what_was_not_revoked(left: dict[str, int], unreadable: dict[str, int], said: list[str]) -> None:
    lines = str(Report(1202, left, unreadable)).splitlines()

    assert len(lines) == len(said)
    assert all(line.startswith(each) for line, each in zip(lines, said, strict=True))


@pytest.mark.parametrize(("options", "answer", "done"), [(["--yes"], "", True), ([], "y\n", True), ([], "n\n", False)])
def test_the_command_asks_first(options: list[str], answer: str, done: bool, tmp_path: Path) -> None:
    apart = {"DATABASE_URL": f"sqlite:///{tmp_path}/data/bot.sqlite", "KEYRING": f"{tmp_path}/keys/keyring.json"}
    result = interact(tmp_path, "panic", *options, stdin=answer, **apart)

    assert ("0 connections can't be used any more" in result.stdout) == done
    assert result.returncode == (0 if done else 1), result.stderr
