"""Killed at any moment, the bot answers what it had acknowledged: once. `KILLS=200` for the whole drill."""

import asyncio
import os
import random
from pathlib import Path

from tests.acceptance.world import World, world

KILLS = int(os.environ.get("KILLS", "6"))
SEED = int(os.environ.get("SEED", "0")) or random.randrange(1, 10**6)


async def test_a_kill_at_any_moment_leads_to_one_reply_and_one_meeting(tmp_path: Path) -> None:
    """Before, during and after the call: the moment is random, up to a little more than a call takes."""
    moments = random.Random(SEED)
    async with world(tmp_path) as opened:
        await opened.bot.start()
        for number in range(KILLS):
            await _killed_once(opened, f"{SEED}x{number:03}", moments.uniform(0.0, 0.12))
        outcomes = [await _outcome(opened, f"{SEED}x{number:03}") for number in range(KILLS)]

    wrong = {number: outcome for number, outcome in enumerate(outcomes) if outcome != (1, 1)}
    assert wrong == {}, f"replies and meetings by kill, SEED={SEED}"


async def _killed_once(world: World, name: str, moment: float) -> None:
    channel = world.open_channel(name)
    delivery = await world.slack.command("/calendar", f'create "Kill {name}" tomorrow 15:00', channel=channel)
    assert delivery.ok
    await asyncio.sleep(moment)
    await world.bot.kill()
    await world.bot.start()
    await world.replies(1, channel)


async def _outcome(world: World, name: str) -> tuple[int, int]:
    """How many replies there are, and how many meetings."""
    await world.settled()
    return len(world.said(f"C0{name.upper()}")), len(await world.events(f"Kill {name}"))


async def test_a_kill_before_the_acknowledgement_loses_nothing_because_slack_delivers_again(tmp_path: Path) -> None:
    async with world(tmp_path) as opened:
        await opened.bot.start()
        sending = asyncio.create_task(opened.slack.mention('calendar create "Not yet acknowledged" tomorrow 15:00'))
        await asyncio.sleep(0)
        await opened.bot.kill()
        await sending
        await opened.bot.start()
        await opened.replies(1)
        await opened.settled()
        meetings = await opened.events("Not yet acknowledged")

        assert len(opened.said()) == 1
        assert len(meetings) == 1
