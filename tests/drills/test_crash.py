"""Processes are killed, ended and frozen while people talk to them."""

import asyncio
import os
import signal
from functools import partial
from random import Random

from adapters.faults import Fault
from tests.acceptance.world import Bot
from tests.drills.account import LONG
from tests.drills.conftest import OpenTown
from tests.drills.failpoints import FAILPOINTS
from tests.drills.series import series
from tests.drills.town import Town

_REQUESTS = {  # those that matter, and whether their work is done when the bot dies
    "a read at Calendar": ("GET .*/google_calendar/.*/events", False),
    "a write at Calendar": ("POST .*/google_calendar/.*/events", True),
    "a message to Slack": ("POST /slack/api/chat.postMessage", True),
    "a message to Teams": ("POST /teams/.*/activities", True),
}
_TOO_LONG = 2.5  # seconds, of a lease of one


def write(word: str, random: Random) -> str:
    return f'calendar create "{word}" tomorrow 15:00'


async def test_two_processes_that_are_killed_ended_and_frozen_lose_and_repeat_nothing(on_postgres: OpenTown) -> None:
    async with on_postgres() as town:
        await town.start()
        faults = await series(town, (_killed, _killed_at_named_places, _ended, _frozen))

    assert faults == {}


async def test_the_only_process_that_is_killed_loses_and_repeats_nothing(on_sqlite: OpenTown) -> None:
    async with on_sqlite() as town:
        await town.start()
        faults = await series(town, (_killed_alone, _killed_at_requests, _killed_while_it_ends))

    assert faults == {}


async def _killed(town: Town) -> str:
    async with town.talking(600 if LONG else 30, seconds=30.0 if LONG else 1.0):
        for _ in range(10 if LONG else 1):
            await asyncio.sleep(town.random.uniform(0.2, 0.8))
            await town.replace(town.random.choice(town.bots))
    return "A3, A6: kill -9 of one of two processes at random moments, PostgreSQL"


async def _killed_alone(town: Town) -> str:
    async with town.talking(300 if LONG else 20, seconds=20.0 if LONG else 1.0):
        for _ in range(10 if LONG else 1):
            await asyncio.sleep(town.random.uniform(0.2, 0.8))
            await town.replace(town.bots[0])
    return "A3, A6: kill -9 of the only process at random moments, SQLite"


async def _killed_at_named_places(town: Town) -> str:
    for place in list(FAILPOINTS) if LONG else town.random.sample(list(FAILPOINTS), 1):
        await _die_at(town, town.bots[0], place, town.random.randint(1, 3))
    return "A1, A2, A3: kill -9 at each named place on the road, PostgreSQL"


async def _die_at(town: Town, bot: Bot, place: str, number: int) -> None:
    usual = bot.environment
    await bot.end()
    bot.environment = {**usual, "DRILL": f"{place}@{number}"}
    await bot.start(ready=False)  # it may die before it is ready
    bot.environment = usual
    town.reached = [bot]
    async with town.talking(20, seconds=1.0):
        with town.ledger.trouble():
            assert await bot.wait() == -signal.SIGKILL
            town.ledger.kills += 1
            await town.up(bot)
    town.reached = list(town.bots)


async def _killed_at_requests(town: Town) -> str:
    for name in list(_REQUESTS) * 2 if LONG else town.random.sample(list(_REQUESTS), 1):
        path, after = _REQUESTS[name]
        town.tripwire.arm(path, partial(os.kill, town.bots[0].pid, signal.SIGKILL), after)
        async with town.talking(12, seconds=0.5, words=write):
            with town.ledger.trouble():
                await town.bots[0].wait()
                town.ledger.kills += 1
                await town.up(town.bots[0])
    return "A4, A5, A6: kill -9 while a service has its request, SQLite"


async def _ended(town: Town) -> str:
    async with town.talking(400 if LONG else 30, seconds=20.0 if LONG else 1.0):
        for number in range(6 if LONG else 1):
            bot = town.bots[number % 2]
            await asyncio.sleep(town.random.uniform(0.1, 0.5))
            with town.ledger.trouble():
                assert await bot.end(signal.SIGTERM) == 0
                await town.up(bot)
    return "A8: SIGTERM under load, PostgreSQL"


async def _killed_while_it_ends(town: Town) -> str:
    for _ in range(5 if LONG else 1):
        town.calendar.script.add(Fault(kind="slow", seconds=3.0, path="/events"))
        async with town.talking(12, seconds=0.5, words=write):
            await asyncio.sleep(0.5)
            bot = town.bots[0]
            with town.ledger.trouble():
                os.kill(bot.pid, signal.SIGTERM)
                await asyncio.sleep(town.random.uniform(0, 1))
                await town.kill(bot)
                await town.up(bot)
    return "A9: SIGTERM, then SIGKILL within a second, SQLite"


async def _frozen(town: Town) -> str:
    for _ in range(5 if LONG else 1):
        await frozen(town)
    return "A10: SIGSTOP for longer than the lease, then SIGCONT, PostgreSQL"


async def frozen(town: Town) -> None:
    """The process that has asked Calendar for something is stopped before it hears, and wakes when others have answered."""
    bot, other = town.bots
    stopped = asyncio.Event()

    def stop() -> None:
        os.kill(bot.pid, signal.SIGSTOP)
        stopped.set()

    town.tripwire.arm("POST .*/google_calendar/.*/events", stop, after=True)
    town.reached = [bot]
    async with town.talking(8, seconds=0.2, words=write):
        await stopped.wait()
        town.reached = [other]
        with town.ledger.trouble(away=True):
            await asyncio.sleep(_TOO_LONG)
            os.kill(bot.pid, signal.SIGCONT)
    town.reached = [bot, other]
    await asyncio.sleep(1.0)  # in which it would speak
