"""Killed at any moment, the bot answers what it had acknowledged: once. `KILLS=200` for the whole drill."""

import asyncio
import os
import random
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from adapters.faults import Fault
from tests.acceptance.sides import Side
from tests.acceptance.world import World, world

KILLS = int(os.environ.get("KILLS", "6"))
SEED = int(os.environ.get("SEED", "0")) or random.randrange(1, 10**6)


async def test_a_kill_at_any_moment_leads_to_one_reply_and_one_meeting(tmp_path: Path) -> None:
    """Before, during and after a call on each platform: the moment is random, up to a little more than a call takes."""
    moments = random.Random(SEED)
    async with world(tmp_path, ["slack", "teams"]) as opened:
        await opened.bot.start()
        for number in range(KILLS):
            await _killed_once(opened, f"{SEED}x{number:03}", moments.uniform(0.0, 0.12))
        outcomes = [await _outcome(opened, side, f"{SEED}x{number:03}") for number in range(KILLS) for side in _sides(opened)]

    wrong = {number: outcome for number, outcome in enumerate(outcomes) if outcome != (1, 1)}
    assert wrong == {}, f"replies and meetings by kill, SEED={SEED}"


async def _killed_once(world: World, name: str, moment: float) -> None:
    """On every platform at once."""
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


async def test_a_kill_while_it_is_announced_that_it_takes_longer_leads_to_one_message(tmp_path: Path) -> None:
    """Just before the announcement is sent, while it is, and after."""
    moments = random.Random(SEED)
    async with world(tmp_path, ["teams"]) as opened:
        await opened.bot.start()
        rooms = [opened.side.open_room(f"{SEED}y{number:03}") for number in range(max(KILLS // 3, 1))]
        for room in rooms:
            opened.calendar.script.add(Fault(kind="slow", seconds=3.0, path="/events"))
            assert await opened.side.ask("calendar today", room)
            await asyncio.sleep(moments.uniform(1.9, 2.3))
            await opened.bot.kill()
            await opened.bot.start()
            await opened.settled()
        said = [[each.text.partition(" ")[0] for each in opened.side.said(room)] for room in rooms]

    assert all(len(each) == 1 and each[0] != "Working" for each in said), f"SEED={SEED}: {said}"


async def test_a_kill_while_a_card_is_pressed_leaves_it_pressed_or_as_it_was(tmp_path: Path) -> None:
    """Teams does not deliver a press again: whoever pressed is told that it went wrong, and presses once more."""
    moments = random.Random(SEED)
    async with world(tmp_path, ["teams"]) as opened:
        await opened.bot.start()
        for number in range(max(KILLS // 3, 1)):
            room, title = opened.side.open_room(f"{SEED}z{number:03}"), f"Pressed {SEED}z{number:03}"
            await opened.side.ask(f'calendar create "{title}" tomorrow 15:00', room)
            await opened.replies(1, room)
            await opened.settled()
            pressing = asyncio.create_task(opened.teams.press("Undo", conversation=room))
            await asyncio.sleep(moments.uniform(0.0, 0.12))
            await opened.bot.kill()
            await pressing
            await opened.bot.start()
            await opened.settled()
            [card] = opened.side.said(room)
            undone = "Cancelled" in card.text

            assert undone == (not await opened.events(title)), f"SEED={SEED}: {card.text}"


async def test_a_kill_while_something_is_confirmed_by_somebody_else_leads_to_one_meeting(tmp_path: Path) -> None:
    """Where the press was not acknowledged any more, the card can still be pressed."""
    moments = random.Random(SEED)
    async with world(tmp_path, ["slack"]) as opened:
        side = opened.side
        opened.bot.environment = {**opened.bot.environment, "ADMINS": side.owner(side.ada)}
        await opened.bot.start()
        await side.ask("rules ask calendar create by=admins where=everywhere", user=side.ada)
        await opened.settled()
        for number in range(max(KILLS // 3, 1)):
            room, title = side.open_room(f"{SEED}c{number:03}"), f"Confirmed {SEED}c{number:03}"
            await side.ask(f'calendar create "{title}" tomorrow 15:00', room, user=side.grace)
            await opened.settled()
            pressing = asyncio.create_task(side.press("Confirm"))
            await asyncio.sleep(moments.uniform(0.0, 0.2))
            await opened.bot.kill()
            with suppress(AssertionError):
                await pressing
            await opened.bot.start()
            await opened.settled()
            if not await opened.events(title, side.owner(side.grace)):
                await side.press("Confirm")
                await opened.settled()
            meetings, said = await opened.events(title, side.owner(side.grace)), side.said(room)

            assert len(meetings) == 1, f"SEED={SEED}: {said}"
            assert [each.text for each in said if "Created" in each.text], f"SEED={SEED}: {said}"
            assert not [each for each in side.said() if "asks for this" in each.text], f"SEED={SEED}"
