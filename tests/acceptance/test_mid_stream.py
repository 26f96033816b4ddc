"""A bot that ends while a model answers: once it is back, one whole answer stands where the beginning stood."""

import asyncio
import signal
from collections.abc import Sequence
from pathlib import Path

from adapters.faults import Fault
from adapters.sandbox_chat_script import Hold, Step
from tests.acceptance.asking import Asking, Room, Shown, asking

QUESTION = "ask What is a leap second?"
WHOLE = Shown("OpenAI answers:\nThe Earth slows, so a second is put in.")
STOPPED = Shown("OpenAI answers:\nThe Earth slows,\nNote: Stopped here.")
ANSWER = ("The Earth slows, ", "so a second is put in.")


def everywhere(on: Asking) -> Sequence[Room]:
    """Where it is streamed: a channel and a chat in Slack, a chat in Teams. Where a message is replaced: the others."""
    return [on.channel("asked", "slack"), on.chat("slack"), on.chat("teams"), on.slash(), on.channel("asked", "teams")]


async def ask_everywhere(on: Asking, *first: Step) -> Sequence[Room]:
    """In each room OpenAI says so much at first, and the whole when it is asked again."""
    rooms = everywhere(on)
    on.openai.say(*[first] * len(rooms), *[ANSWER] * len(rooms))
    await asyncio.gather(*(room.ask(QUESTION) for room in rooms))
    return rooms


def heeds_no_signal(pid: int) -> bool:
    """Whether the process has no handler for SIGTERM any more, because it has begun to end."""
    told = dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return not int(told["SigCgt"], 16) >> (signal.SIGTERM - 1) & 1


async def test_a_kill_before_the_first_words_leads_to_one_answer(tmp_path: Path) -> None:
    async with asking(tmp_path, ["slack", "teams"]) as on:
        await on.world.bot.start()
        rooms = await ask_everywhere(on, Hold(asyncio.Event()))
        await on.asked(len(rooms))
        await on.world.bot.kill()
        await on.world.bot.start()
        await on.world.settled()

        assert [room.shown() for room in rooms] == [[WHOLE]] * len(rooms)
        assert len(on.openai.questions) == 2 * len(rooms), "each was asked once more, and not oftener"
        assert on.left() == {"reserved": 0, "answering": 0}


async def test_a_kill_while_the_answer_grows_puts_the_whole_in_its_place(tmp_path: Path) -> None:
    async with asking(tmp_path, ["slack", "teams"]) as on:
        await on.world.bot.start()
        rooms = await ask_everywhere(on, "The Earth ", Hold(asyncio.Event()))
        begun = await asyncio.gather(*(room.shows("The Earth") for room in rooms))
        await on.world.bot.kill()
        await on.world.bot.start()
        await on.world.settled()

        assert [each.grows for each in begun] == [True, True, True, False, False]
        assert [room.shown() for room in rooms] == [[WHOLE]] * len(rooms)
        assert len(on.openai.questions) == 2 * len(rooms), "each was asked once more, and not oftener"
        assert [outcome for outcome, _ in on.records()] == ["done"] * len(rooms)
        assert all("+ 9 tokens, $" in record for _, record in on.records()), "what is known: it says so at its end"
        assert on.left() == {"reserved": 0, "answering": 0}


async def test_a_kill_before_it_is_noted_where_the_answer_grows_leads_to_one_message(tmp_path: Path) -> None:
    """The platforms have begun to show it, and the bot did not hear them say where."""
    async with asking(tmp_path, ["slack", "teams"]) as on:
        await on.world.bot.start()
        for platform, beginning in ((on.world.slack, r"chat\.(startStream|postMessage)"), (on.world.teams, "/activities")):
            platform.script.add(Fault(kind="drop_after", path=beginning, method="POST", times=3))
        rooms = await ask_everywhere(on, "The Earth ", Hold(asyncio.Event()))
        await asyncio.gather(*(room.shows("The Earth") for room in rooms))
        await on.world.bot.kill()
        on.heal()
        await on.world.bot.start()
        await on.world.settled()

        assert [room.shown() for room in rooms] == [[WHOLE]] * len(rooms)


async def test_what_goes_on_after_a_kill_is_stopped_by_the_button_that_stood_there_before(tmp_path: Path) -> None:
    async with asking(tmp_path, ["slack", "teams"]) as on:
        await on.world.bot.start()
        rooms = [on.channel("asked", kind) for kind in ("slack", "teams")]
        on.openai.say(*[("The Earth ", Hold(asyncio.Event()))] * 2, *[(ANSWER[0], Hold(asyncio.Event()))] * 2)
        for room in rooms:
            await room.ask(QUESTION)
            await room.shows("The Earth")
        await on.world.bot.kill()
        await on.world.bot.start()
        await asyncio.gather(*(room.shows("slows") for room in rooms))
        for room in rooms:
            await room.side.press("Stop")
        await on.world.settled()

        assert [room.shown() for room in rooms] == [[STOPPED], [STOPPED]]
        assert [room.whispered() for room in rooms] == [[(room.side.ada, "It stops.")] for room in rooms]
        assert on.left() == {"reserved": 0, "answering": 0}


async def test_a_kill_once_the_answer_is_stored_asks_nobody_again(tmp_path: Path) -> None:
    """The platforms have not heard of it yet."""
    async with asking(tmp_path, ["slack", "teams"]) as on:
        await on.world.bot.start()
        end = asyncio.Event()
        rooms = await ask_everywhere(on, ANSWER[0], Hold(end), ANSWER[1])
        await asyncio.gather(*(room.shows("The Earth") for room in rooms))
        on.deafen()
        end.set()
        await on.noted(len(rooms))
        await on.world.bot.kill()
        on.heal()
        await on.world.bot.start()
        await on.world.settled()

        assert [room.shown() for room in rooms] == [[WHOLE]] * len(rooms)
        assert len(on.openai.questions) == len(rooms)
        assert on.left() == {"reserved": 0, "answering": 0}


async def test_a_kill_before_it_is_heard_that_the_answer_stands_leaves_it_as_it_is(tmp_path: Path) -> None:
    async with asking(tmp_path, ["slack", "teams"]) as on:
        await on.world.bot.start()
        end = asyncio.Event()
        rooms = await ask_everywhere(on, ANSWER[0], Hold(end), ANSWER[1])
        await asyncio.gather(*(room.shows("The Earth") for room in rooms))
        on.deafen("drop_after")
        end.set()
        await asyncio.gather(*(room.shows(WHOLE.text) for room in rooms))
        await on.world.bot.kill()
        on.heal()
        await on.world.bot.start()
        await on.world.settled()

        assert [room.shown() for room in rooms] == [[WHOLE]] * len(rooms)
        assert len(on.openai.questions) == len(rooms)
        assert on.left() == {"reserved": 0, "answering": 0}


async def test_a_signal_lets_an_answer_come_to_its_end_and_hands_over_what_takes_too_long(tmp_path: Path) -> None:
    async with asking(tmp_path, ["slack", "teams"]) as on:
        await on.world.bot.start()
        end = asyncio.Event()
        soon, late = on.channel("soon", "slack"), on.chat("teams")
        on.openai.say(("The Earth slows, ", Hold(end), "so a second is put in."), ("The Earth ", Hold(asyncio.Event())), ANSWER)
        await soon.ask(QUESTION)
        await soon.shows("The Earth")
        await late.ask(QUESTION)
        await late.shows("The Earth")
        pid = on.world.bot.pid
        ending = asyncio.create_task(on.world.bot.end(signal.SIGTERM))
        await on.come(lambda: heeds_no_signal(pid))
        end.set()
        assert await ending == 0
        drained = soon.shown()
        await on.world.bot.start()
        await on.world.settled()

        assert drained == soon.shown() == late.shown() == [WHOLE]
        assert len(on.openai.questions) == 3, "only what was handed over was asked again"
        assert on.left() == {"reserved": 0, "answering": 0}


async def test_a_stop_that_was_heard_before_a_kill_holds_after_it(tmp_path: Path) -> None:
    async with asking(tmp_path, ["slack", "teams"]) as on:
        await on.world.bot.start()
        rooms = [on.channel("asked", kind) for kind in ("slack", "teams")]
        for room in rooms:
            on.openai.say((ANSWER[0], Hold(asyncio.Event())))
            await room.ask(QUESTION)
            await room.shows("The Earth")
        await asyncio.gather(*(room.side.press("Stop") for room in rooms))
        await on.come(lambda: all(room.whispered() for room in rooms))
        await on.world.bot.kill()
        await on.world.bot.start()
        await on.world.settled()

        noted, forgotten = STOPPED, Shown("Stopped, before OpenAI said anything.")  # whether it was stored what was said
        assert all(room.shown() in ([noted], [forgotten]) for room in rooms), [room.shown() for room in rooms]
        assert len(on.openai.questions) == len(rooms), "nobody is asked for what nobody wants"
        assert on.left() == {"reserved": 0, "answering": 0}
