"""Everything at once: processes are killed and PostgreSQL restarted while people talk. EVENTS and RATE say for how long."""

import asyncio
import os
from random import Random

from tests.acceptance.world import Bot
from tests.drills.account import LONG
from tests.drills.conftest import OpenTown
from tests.drills.people import usual
from tests.drills.postgres import Postgres
from tests.drills.town import Town

EVENTS = int(os.environ.get("EVENTS", "20000" if LONG else "120"))
_A_SECOND = float(os.environ.get("RATE", "30"))  # questions
_LONGEST = 2.5  # seconds that an acknowledgement may take: Slack waits for three
_LEASE = "4" if LONG else "1"  # seconds: shorter ones run out by themselves where two cores do all of this
_WRITING = 0.15  # of the questions, as usual
_KILLS = (2.0, 10.0) if LONG else (1.5, 3.0)  # seconds from one to the next, of each process
_RESTARTS = (5.0, 40.0) if LONG else (2.0, 4.0)


async def test_nothing_is_lost_in_a_soak_of_kills_and_restarts(on_postgres: OpenTown, server: Postgres) -> None:
    async with on_postgres(LEASE_SECONDS=_LEASE) as town:
        await town.start()
        async with town.talking(EVENTS, seconds=EVENTS / _A_SECOND, words=rarely_writing):
            over = asyncio.get_running_loop().time() + EVENTS / _A_SECOND
            troubles = [_kills(town, bot, over) for bot in town.bots]
            await asyncio.gather(*troubles, _restarts(town, server, over))
        account = await town.account(f"soak: kills of both processes, restarts of PostgreSQL, {EVENTS} events")

    assert account.faults.keys() <= {"duplicated"}
    assert account.duplicated * 1000 <= account.kills
    assert account.longest <= _LONGEST


def rarely_writing(word: str, random: Random) -> str:
    """In one calendar, which gets no quicker by it."""
    return usual(word, random) if random.random() < _WRITING else f"ping {word}"


async def _kills(town: Town, bot: Bot, over: float) -> None:
    loop = asyncio.get_running_loop()
    while (wait := town.random.uniform(*_KILLS)) + loop.time() < over:
        await asyncio.sleep(wait)
        await town.replace(bot)


async def _restarts(town: Town, server: Postgres, over: float) -> None:
    loop = asyncio.get_running_loop()
    while (wait := town.random.uniform(*_RESTARTS)) + loop.time() < over:
        await asyncio.sleep(wait)
        with town.ledger.trouble(away=True):
            await asyncio.to_thread(server.stop, town.random.choice(("fast", "immediate")))
            await asyncio.sleep(town.random.uniform(0, 2))
            await asyncio.to_thread(server.start)
