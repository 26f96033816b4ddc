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


async def test_nothing_is_lost_when_one_of_two_processes_is_killed_again_and_again(on_postgres: OpenTown) -> None:
    async with on_postgres() as town:
        await town.start()
        async with town.talking(1000 if LONG else 60, seconds=60.0 if LONG else 2.0):
            for _ in range(20 if LONG else 2):
                await asyncio.sleep(town.random.uniform(0.2, 0.8))
                await town.replace(town.random.choice(town.bots))
        account = await town.account("A3, A6: kill -9 of one of two processes at random moments, PostgreSQL")

    assert account.faults == {}


async def test_nothing_is_lost_when_the_only_process_is_killed(on_sqlite: OpenTown) -> None:
    async with on_sqlite() as town:
        await town.start()
        async with town.talking(500 if LONG else 30, seconds=30.0 if LONG else 1.0):
            for _ in range(20 if LONG else 1):
                await asyncio.sleep(town.random.uniform(0.2, 0.8))
                await town.replace(town.bots[0])
        account = await town.account("A3, A6: kill -9 of the only process at random moments, SQLite")

    assert account.faults == {}


async def test_a_process_that_dies_at_a_named_place_loses_and_repeats_nothing(on_postgres: OpenTown) -> None:
    async with on_postgres() as town:
        await town.start()
        for place in list(FAILPOINTS) * 3 if LONG else town.random.sample(list(FAILPOINTS), 2):
            await _die_at(town, town.bots[0], place, town.random.randint(1, 3))
        account = await town.account("A1, A2, A3: kill -9 at each named place on the road, PostgreSQL")

    assert account.faults == {}


async def _die_at(town: Town, bot: Bot, place: str, number: int) -> None:
    usual = bot.environment
    await bot.end()
    bot.environment = {**usual, "DRILL": f"{place}@{number}"}
    await bot.start(ready=False)  # it may die before it is ready
    bot.environment = usual
    town.reached = [bot]
    async with town.talking(30, seconds=1.0):
        with town.ledger.trouble():
            assert await bot.wait() == -signal.SIGKILL
            town.ledger.kills += 1
            await town.up(bot)
    town.reached = list(town.bots)


async def test_a_process_that_dies_when_a_service_has_its_request_repeats_nothing(on_sqlite: OpenTown) -> None:
    async with on_sqlite() as town:
        await town.start()
        for name in list(_REQUESTS) * 5 if LONG else town.random.sample(list(_REQUESTS), 2):
            path, after = _REQUESTS[name]
            town.tripwire.arm(path, partial(os.kill, town.bots[0].pid, signal.SIGKILL), after)
            async with town.talking(12, seconds=0.5, words=write):
                with town.ledger.trouble():
                    await town.bots[0].wait()
                    town.ledger.kills += 1
                    await town.up(town.bots[0])
        account = await town.account("A4, A5, A6: kill -9 while a service has its request, SQLite")

    assert account.faults == {}


async def test_a_process_that_is_to_end_hands_over_what_it_has_not_done(on_postgres: OpenTown) -> None:
    codes = []
    async with on_postgres() as town:
        await town.start()
        async with town.talking(600 if LONG else 60, seconds=30.0 if LONG else 2.0):
            for number in range(10 if LONG else 2):
                bot = town.bots[number % 2]
                await asyncio.sleep(town.random.uniform(0.1, 0.5))
                with town.ledger.trouble():
                    codes.append(await bot.end(signal.SIGTERM))
                    await town.up(bot)
        account = await town.account("A8: SIGTERM under load, PostgreSQL")

    assert account.faults == {}
    assert set(codes) == {0}


async def test_a_process_that_is_killed_while_it_ends_loses_nothing(on_sqlite: OpenTown) -> None:
    async with on_sqlite() as town:
        await town.start()
        for _ in range(10 if LONG else 1):
            town.calendar.script.add(Fault(kind="slow", seconds=3.0, path="/events"))
            async with town.talking(12, seconds=0.5, words=write):
                await asyncio.sleep(0.5)
                bot = town.bots[0]
                with town.ledger.trouble():
                    os.kill(bot.pid, signal.SIGTERM)
                    await asyncio.sleep(town.random.uniform(0, 1))
                    await town.kill(bot)
                    await town.up(bot)
        account = await town.account("A9: SIGTERM, then SIGKILL within a second, SQLite")

    assert account.faults == {}


async def test_a_process_that_was_frozen_says_nothing_that_another_has_said(on_postgres: OpenTown) -> None:
    async with on_postgres() as town:
        await town.start()
        for _ in range(5 if LONG else 1):
            await frozen(town)
        account = await town.account("A10: SIGSTOP for longer than the lease, then SIGCONT, PostgreSQL")

    assert account.faults == {}


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
