"""However many have connected accounts, whoever uses one of their own is answered as quickly as ever."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from math import nan
from pathlib import Path
from statistics import quantiles

import psycopg

from tests.acceptance.accounts import browser, connect
from tests.acceptance.world import World, connecting_world, until
from tests.drills.account import LONG, Account
from tests.drills.postgres import Postgres
from tests.drills.queue import unfinished

_NUMBER = 200 if LONG else 5
_ADA = "ada@acme.test"
_ROOMS = 20
_PAUSE = 0.1  # seconds
_ACCOUNTS = 100_000 if LONG else 1_000
_CONNECTED = """
INSERT INTO connection (id, platform, tenant, person, service, kind, state, sealed, connected, due)
SELECT 'other' || number, platform, tenant, 'other' || number, service, kind, state, sealed, connected, due + 1e9
FROM generate_series(1, %s) AS number, (SELECT * FROM connection) AS adas"""
_NOISE = 0.1  # seconds: below it, twice as long says nothing


async def test_a_hundred_thousand_connected_accounts_keep_nobody_waiting(server: Postgres, tmp_path: Path, seed: int) -> None:
    database = server.create("crowded")
    async with connecting_world(tmp_path, DATABASE_URL=database) as world:
        await world.bot.start()
        async with browser(world) as window:
            await connect(world, window)
        before = await _creating(world, "alone", seed, "B12: with an account of one's own, PostgreSQL")
        with psycopg.connect(database) as connection:
            assert connection.execute(_CONNECTED, (_ACCOUNTS,)).rowcount == _ACCOUNTS
        after = await _creating(world, "crowd", seed, f"B12: the same among {_ACCOUNTS:,} others, PostgreSQL")

    assert before.faults == after.faults == {}
    assert after.p99 <= max(2 * before.p99, _NOISE) or not LONG
    assert after.answer <= max(2 * before.answer, _NOISE) or not LONG


async def _creating(world: World, word: str, seed: int, case: str) -> Account:
    """Ada puts one event after the other into her calendar, in rooms of a few each; `answer` is the 99th percentile here."""
    rooms = [world.side.open_room(f"{word}{number}") for number in range(_ROOMS)]
    times = [await _create(world, f"{word} {number}", rooms[number % _ROOMS], number // _ROOMS) for number in range(_NUMBER)]
    acknowledged, answered = zip(*times, strict=True)
    await _all_done(world)
    titles = Counter(event["summary"] for each in world.calendar.state(_ADA).values() for event in each.values())
    written = [titles[f"{word} {number}"] for number in range(_NUMBER)]
    said = sum(len(world.side.said(room)) for room in rooms)
    return Account(
        case,
        seed,
        sent=_NUMBER,
        kills=0,
        lost=written.count(0),
        duplicated=sum(written) - _NUMBER + written.count(0) + max(0, said - _NUMBER),
        wrong=0,
        leaked=0,
        stuck=0,  # or this would not have been reached
        refused=0,
        longest=max(acknowledged),
        p99=_p99(acknowledged),
        recovery=nan,
        answer=_p99(answered),
    ).note()


async def _create(world: World, title: str, room: str, before: int) -> tuple[float, float]:
    """Seconds until it was acknowledged, and until it was answered, in a room with so many answers before."""
    began = time.monotonic()
    assert await world.side.ask(f'calendar create "{title}" tomorrow 10:00', room)
    acknowledged = time.monotonic() - began
    await world.replies(before + 1, room)
    answered = time.monotonic() - began
    await asyncio.sleep(_PAUSE)
    return acknowledged, answered


async def _all_done(world: World) -> None:
    async def look() -> int:
        return unfinished(world.bot.environment["DATABASE_URL"])

    await until(look, lambda number: number == 0)


def _p99(seconds: Sequence[float]) -> float:
    return quantiles(seconds, n=100, method="inclusive")[98]
