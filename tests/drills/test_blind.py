"""The drills are drilled: with a defence taken out of the bot, one of them turns red."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from random import Random

from tests.acceptance.world import World, connecting_world
from tests.drills.account import LONG
from tests.drills.conftest import OpenTown
from tests.drills.test_crash import frozen
from tests.drills.test_deliveries import hostile
from tests.drills.test_disk import held
from tests.drills.vault import mixed_up, overtaken


async def test_with_a_cheap_defence_taken_out_its_drill_turns_red(on_sqlite: OpenTown) -> None:
    drills = {"dedupe": _is_answered_twice, "acknowledgement after the commit": _is_lost, "escaping": _comes_alive}
    blind = [name for name, drill in drills.items() if not await drill(on_sqlite)]

    assert blind == []


async def test_with_another_defence_taken_out_its_drill_turns_red(
    on_sqlite: OpenTown, on_postgres: OpenTown, tmp_path: Path, seed: int
) -> None:
    """In the short form of those that cost more one, by the seed."""
    drills: dict[str, Callable[[], Awaitable[bool]]] = {
        "fencing": partial(_is_said_again, on_postgres),
        "readiness": partial(_is_ready_all_the_same, on_sqlite),
        "associated data": partial(_is_done_as_another, tmp_path, "associated data", mixed_up),
        "compare-and-set": partial(_is_done_as_another, tmp_path, "compare-and-set", overtaken),
    }
    chosen = list(drills) if LONG else [Random(seed).choice(list(drills))]
    blind = [name for name in chosen if not await drills[name]()]

    assert blind == []


async def _is_answered_twice(open: OpenTown) -> bool:
    """Without the unique key, what is delivered twice."""
    async with open(DRILL="dedupe") as town:
        await town.start()
        async with town.talking(4, seconds=0.2, times=2):
            pass
        return (await town.account("without: dedupe", patience=5.0)).duplicated > 0


async def _is_said_again(open: OpenTown) -> bool:
    """Without the fencing number, what another has said while a process was frozen."""
    async with open(DRILL="fencing") as town:
        await town.start()
        await frozen(town)
        return (await town.account("without: fencing")).duplicated > 0


async def _is_lost(open: OpenTown) -> bool:
    """Acknowledged before it is stored, what a kill comes between."""
    async with open(DRILL="acknowledgement after the commit") as town:
        await town.start()
        async with town.talking(20, seconds=0.4):
            await asyncio.sleep(0.3)
            await town.replace(town.bots[0])
        return (await town.account("without: acknowledgement after the commit", patience=3.0)).lost > 0


async def _comes_alive(open: OpenTown) -> bool:
    """Without escaping, the markup in what people say."""
    async with open(DRILL="escaping") as town:
        await town.start()
        async with town.talking(4, seconds=0.2, words=hostile):
            pass
        return (await town.account("without: escaping")).wrong > 0


async def _is_ready_all_the_same(open: OpenTown) -> bool:
    """Where nothing is tried before it is said, while somebody else holds the database."""
    async with open(DRILL="readiness") as town:
        await town.start()
        async with town.talking(4, seconds=0.2), town.away():
            await held(town, 3.0)
        return (await town.account("without: readiness")).wrong > 0


async def _is_done_as_another(folder: Path, defence: str, deeds: Callable[[World], Awaitable[int]]) -> bool:
    """How much is done with somebody else's tokens, or with those of an account that was left: nothing, but without this."""
    done = []
    for drill in ("", defence):
        own = folder / f"{'without' if drill else 'with'} {defence}"
        own.mkdir()
        async with connecting_world(own, DRILL=drill) as world:
            await world.bot.start()
            done.append(await deeds(world))
    return done == [0, 1]
