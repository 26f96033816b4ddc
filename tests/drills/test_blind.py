"""The drills are drilled: with a defence taken out of the bot, one of them turns red."""

import asyncio
from pathlib import Path
from random import Random

import pytest

from tests.acceptance.world import connecting_world
from tests.drills.conftest import OpenTown
from tests.drills.test_crash import frozen
from tests.drills.vault import mixed_up, overtaken

_HOSTILE = "<!channel> <https://evil.test|here> [here](https://evil.test)"


async def test_without_the_unique_key_a_delivery_that_comes_twice_is_answered_twice(on_sqlite: OpenTown) -> None:
    async with on_sqlite(DRILL="dedupe") as town:
        await town.start()
        async with town.talking(4, seconds=0.2, times=4):
            pass
        account = await town.account("without: dedupe")

    assert account.duplicated > 0


async def test_without_the_fencing_number_a_process_that_wakes_repeats_what_another_said(on_postgres: OpenTown) -> None:
    async with on_postgres(DRILL="fencing") as town:
        await town.start()
        await frozen(town)
        account = await town.account("without: fencing")

    assert account.duplicated > 0


async def test_acknowledged_before_it_is_stored_it_is_lost_by_a_kill(on_sqlite: OpenTown) -> None:
    async with on_sqlite(DRILL="acknowledgement after the commit") as town:
        await town.start()
        async with town.talking(20, seconds=0.4):
            await asyncio.sleep(0.3)
            await town.replace(town.bots[0])
        account = await town.account("without: acknowledgement after the commit", patience=3.0)

    assert account.lost > 0


async def test_without_escaping_what_people_say_comes_alive(on_sqlite: OpenTown) -> None:
    async with on_sqlite(DRILL="escaping") as town:
        await town.start()
        async with town.talking(4, seconds=0.2, words=hostile):
            pass
        account = await town.account("without: escaping")

    assert account.wrong > 0


async def test_with_escaping_it_does_not(on_sqlite: OpenTown) -> None:
    async with on_sqlite() as town:
        await town.start()
        async with town.talking(4, seconds=0.2, words=hostile):
            pass
        account = await town.account("E8: markup in what people say")

    assert account.faults == {}


def hostile(word: str, random: Random) -> str:
    return f"ping {word} {_HOSTILE}"


@pytest.mark.parametrize(("drill", "as_somebody_else"), [("", 0), ("associated data", 1)], ids=["with it", "without"])
async def test_what_associated_data_is_for(tmp_path: Path, drill: str, as_somebody_else: int) -> None:
    """A secret that was put into somebody else's row does not open."""
    async with connecting_world(tmp_path, DRILL=drill) as world:
        await world.bot.start()
        assert await mixed_up(world) == as_somebody_else


@pytest.mark.parametrize(("drill", "by_the_former"), [("", 0), ("compare-and-set", 1)], ids=["with it", "without"])
async def test_what_compare_and_set_is_for(tmp_path: Path, drill: str, by_the_former: int) -> None:
    """Tokens that are renewed while another account is connected do not take its place."""
    async with connecting_world(tmp_path, DRILL=drill) as world:
        await world.bot.start()
        assert await overtaken(world) == by_the_former
