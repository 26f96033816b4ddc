"""Who asked can stop an answer while it is given, by the bot's button or by the platform's own; nobody else can."""

import asyncio
from pathlib import Path

from adapters.sandbox_chat_script import Hold
from tests.acceptance.asking import Asking, Room, Shown, asking

QUESTION = "ask What is a leap second?"
BEGUN = "The Earth slows, "
WHOLE = Shown("OpenAI answers:\nThe Earth slows, so a second is put in.")
STOPPED = Shown("OpenAI answers:\nThe Earth slows,\nNote: Stopped here.")


def channels(on: Asking) -> list[Room]:
    return [on.channel("asked", kind) for kind in ("slack", "teams")]


async def begun(on: Asking, rooms: list[Room]) -> asyncio.Event:
    """An answer has begun in each of them, and goes on once this is set."""
    end = asyncio.Event()
    for room in rooms:
        on.openai.say((BEGUN, Hold(end), "so a second is put in."))
        await room.ask(QUESTION)
        await room.shows("The Earth")
    return end


async def test_who_asked_stops_it_and_what_was_said_stands(tmp_path: Path) -> None:
    async with asking(tmp_path, ["slack", "teams"]) as on:
        await on.world.bot.start()
        rooms = channels(on)
        await begun(on, rooms)
        offered = [each.buttons for room in rooms for each in room.shown()]
        for room in rooms:
            await room.side.press("Stop")
        await on.world.settled()

        assert offered == [("Stop",), ("Stop",)]
        assert [room.shown() for room in rooms] == [[STOPPED], [STOPPED]]
        assert [room.whispered() for room in rooms] == [[(room.side.ada, "It stops.")] for room in rooms]
        await on.come(lambda: on.openai.stopped == len(rooms))
        assert on.left() == {"reserved": 0, "answering": 0}


async def test_somebody_else_can_not_stop_it(tmp_path: Path) -> None:
    async with asking(tmp_path, ["slack", "teams"]) as on:
        await on.world.bot.start()
        rooms = channels(on)
        end = await begun(on, rooms)
        for room in rooms:
            await room.side.press("Stop", room.side.grace)
        await on.come(lambda: all(room.whispered() for room in rooms))
        end.set()
        await on.world.settled()

        said = "Only the person who asked can press that button."
        assert [room.whispered() for room in rooms] == [[(room.side.grace, said)] for room in rooms]
        assert [room.shown() for room in rooms] == [[WHOLE], [WHOLE]]
        assert on.openai.stopped == 0


async def test_the_platforms_own_way_to_stop_it_does_the_same(tmp_path: Path) -> None:
    async with asking(tmp_path, ["slack", "teams"]) as on:
        await on.world.bot.start()
        rooms = [on.channel("asked", "slack"), on.chat("teams")]
        end = await begun(on, rooms)
        await on.world.slack.stop(on.world.slack.messages(rooms[0].id)[-1]["ts"], channel=rooms[0].id)
        on.world.teams.stop()
        end.set()
        await on.world.settled()

        assert [len(room.shown()) for room in rooms] == [1, 1]
        assert not any(each.grows or each.buttons for room in rooms for each in room.shown())


async def test_a_press_that_comes_after_the_end_is_told_so(tmp_path: Path) -> None:
    """The platforms take nothing for a moment: the button still stands there, though the answer is whole."""
    async with asking(tmp_path, ["slack", "teams"]) as on:
        await on.world.bot.start()
        rooms = channels(on)
        end = await begun(on, rooms)
        on.deafen()
        end.set()
        await on.noted(len(rooms))
        for room in rooms:
            await room.side.press("Stop")
        on.heal()
        await on.world.settled()

        assert [room.shown() for room in rooms] == [[WHOLE], [WHOLE]]
        assert [room.whispered() for room in rooms] == [[(room.side.ada, "That answer had ended already.")] for room in rooms]
