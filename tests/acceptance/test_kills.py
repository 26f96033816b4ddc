"""Killed at any moment, the bot answers what it had acknowledged: once. `KILLS=200` for the whole drill."""

import asyncio
import os
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.acceptance.sides import Side
from tests.acceptance.world import World, world

KILLS = int(os.environ.get("KILLS", "6"))
SEED = int(os.environ.get("SEED", "0")) or random.randrange(1, 10**6)
ON = [["slack"], ["teams"], ["slack", "teams"]]


@pytest.mark.parametrize("platforms", ON, ids="-and-".join)
async def test_a_kill_at_any_moment_leads_to_one_reply_and_one_meeting(platforms: Sequence[str], tmp_path: Path) -> None:
    """Before, during and after the call: the moment is random, up to a little more than a call takes."""
    moments = random.Random(SEED)
    async with world(tmp_path, platforms) as opened:
        await opened.bot.start()
        for number in range(KILLS):
            await _killed_once(opened, f"{SEED}x{number:03}", moments.uniform(0.0, 0.12))
        outcomes = [await _outcome(opened, side, f"{SEED}x{number:03}") for number in range(KILLS) for side in _sides(opened)]

    wrong = {number: outcome for number, outcome in enumerate(outcomes) if outcome != (1, 1)}
    assert wrong == {}, f"replies and meetings by kill, SEED={SEED}"


async def _killed_once(world: World, name: str, moment: float) -> None:
    """On every platform at once, where there are several."""
    rooms = {side.kind: side.open_room(name) for side in _sides(world)}
    asked = [side.ask(f'calendar create "Kill {name}" tomorrow 15:00', rooms[side.kind]) for side in _sides(world)]
    assert all(await asyncio.gather(*asked))
    await asyncio.sleep(moment)
    await world.bot.kill()
    await world.bot.start()
    for side in _sides(world):
        await world.replies(1, rooms[side.kind], side)


async def _outcome(world: World, side: Side, name: str) -> tuple[int, int]:
    """How many replies there are, and how many meetings."""
    await world.settled()
    return len(side.said(side.open_room(name))), len(await world.events(f"Kill {name}", side.owner(side.ada)))


def _sides(world: World) -> Sequence[Side]:
    return list(world.sides.values())


@pytest.mark.parametrize("platform", ["slack", "teams"])
async def test_a_kill_before_the_acknowledgement_loses_nothing_because_it_is_delivered_again(
    platform: str, tmp_path: Path
) -> None:
    async with world(tmp_path, [platform]) as opened:
        await opened.bot.start()
        sending = asyncio.create_task(opened.side.ask('calendar create "Not yet acknowledged" tomorrow 15:00'))
        await asyncio.sleep(0)
        await opened.bot.kill()
        await sending
        await opened.bot.start()
        await opened.replies(1)
        await opened.settled()
        meetings = await opened.events("Not yet acknowledged")

        assert len(opened.side.said()) == 1
        assert len(meetings) == 1
