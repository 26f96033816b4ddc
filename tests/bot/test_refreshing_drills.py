"""What renewing tokens promises, at large: several processes at once, kills, and everything at the same minute.

`EXPIRIES=10000 KILLS=1000 EXPIRING=10000` for the whole drill, `SEED=` to repeat one. Clocks run 20 times as fast where two
processes are at it, so that a service that takes 15 seconds takes three quarters of one.
"""

import asyncio
import json
import os
import random
import signal
import sqlite3
import sys
import time
from asyncio.subprocess import PIPE, Process
from bisect import bisect_left
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from adapters.errors import Unavailable
from adapters.http import Rate
from bot.refreshing import LEASE
from storage.vault import Connection, Owner, Tokens
from tests.bot.drill import FastClock
from tests.bot.household import LIFE, World, open_world
from tests.bot.notes import Slow

EXPIRIES = int(os.environ.get("EXPIRIES", "30"))
KILLS = int(os.environ.get("KILLS", "5"))
EXPIRING = int(os.environ.get("EXPIRING", "60"))
SEED = int(os.environ.get("SEED", "0")) or random.randrange(1, 10**6)
_SCALE = 20.0
_AT_ONCE, _WORKERS = 10, 8
_TAKES = (0.0, 2.0, 15.0)  # seconds of the clock that the service takes
_STEPS = ("any", "before", "outstanding", "answered", "after")
_ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def drill(*arguments: str) -> AsyncIterator[Process]:
    command = (sys.executable, "-m", "tests.bot.drill", *arguments)
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, cwd=_ROOT, limit=2**24)
    try:
        yield process
    finally:
        assert process.stdin
        process.stdin.close()
        await process.wait()


async def order(process: Process, world: World, clock: FastClock, **what: Any) -> None:
    place = {"database": world.database, "keys": str(world.keys), "url": world.url, "clock": clock.settings()}
    assert process.stdin
    process.stdin.write(f"{json.dumps({**place, **what})}\n".encode())
    await process.stdin.drain()


async def answer(process: Process) -> Mapping[str, Any]:
    assert process.stdout
    async with asyncio.timeout(120):
        told: Mapping[str, Any] = json.loads(await process.stdout.readline())
    return told


async def test_eight_workers_in_each_of_two_processes_cost_one_request_per_expiry(tmp_path: Path) -> None:
    """However long the service takes: no time, 2 seconds or 15."""
    clock = FastClock(time.monotonic(), _SCALE)
    wrong: list[Any] = []
    async with open_world(tmp_path, clock) as world, drill() as one, drill() as two:
        connections = [await world.bot.connect(world.sandbox, Owner("slack", "T1", f"U{n}")) for n in range(_AT_ONCE)]
        ids = [connection.id for connection in connections]
        await asyncio.gather(*(order(each, world, clock) for each in (one, two)))
        await asyncio.gather(*map(answer, (one, two)))
        rounds = [seconds for seconds in _TAKES for _ in range(max(EXPIRIES // len(_TAKES) // _AT_ONCE, 1))]
        for seconds in rounds:
            world.sandbox.coming = _taking(clock, seconds)
            clock.ahead += LIFE + 1
            await asyncio.gather(*(order(each, world, clock, do="fresh", ids=ids, workers=_WORKERS) for each in (one, two)))
            told = [(await answer(each))["tokens"] for each in (one, two)]
            found = [(seconds, id, told[0][id], told[1][id]) for id in ids]
            wrong += [each for each in found if each[2] != each[3] or len(each[2]) != 1 or " " in each[2][0]]
    counts = world.sandbox.authorization.counts

    assert wrong == []
    assert (counts.families_revoked, counts.refused) == (0, 0)
    assert counts.refreshes == len(rounds) * _AT_ONCE


async def test_a_kill_at_any_moment_ends_in_a_connection_that_works_or_in_one_message(tmp_path: Path) -> None:
    """A service that forgives a token used twice costs nobody their connection, a strict one costs a message."""
    dice = random.Random(SEED)
    clock = FastClock(0.0, 0.0)
    outcomes: Counter[str] = Counter()
    async with open_world(tmp_path, clock) as world, drill("fork") as process:
        for number in range(KILLS):
            step, forgives = _STEPS[number % len(_STEPS)], dice.random() < 0.5
            connection = await world.bot.connect(world.sandbox, Owner("slack", "T1", f"U-{number}"))
            world.sandbox.authorization.habits.grace = 1e6 if forgives else 0.0
            clock.ahead += LIFE + 1
            await _killed(step, connection, dice, world, clock, process)
            clock.ahead += LEASE + 1
            if dice.random() < 0.3:
                await _run(process, world, clock, dice.uniform(0.0, 0.1), do="mend")
                clock.ahead += LEASE + 1
            for _ in range(2):
                await _run(process, world, clock, None, do="mend")
            outcome = await _outcome(connection, world)
            outcomes[f"{'forgiving' if forgives else 'strict'} {step}: {outcome}"] += 1
    print(json.dumps(outcomes, indent=2, sort_keys=True))  # noqa: T201

    assert {outcome for outcome in outcomes if not outcome.endswith((": works", ": told"))} == set(), f"SEED={SEED}"
    assert {outcome for outcome in outcomes if outcome.startswith("forgiving") and outcome.endswith("told")} == set()


async def test_when_all_expire_in_the_same_minute_the_service_is_not_overrun_and_none_is_lost(tmp_path: Path) -> None:
    clock, rate = FastClock(time.monotonic(), 1.0), Rate(100 if EXPIRING > 1000 else 30)
    arrived: list[float] = []
    async with open_world(tmp_path, clock) as world, world.another_process("limited", rate=rate) as limited:
        left, tries = await _connected(world, EXPIRING), 0
        world.sandbox.coming = _noting(arrived)
        clock.ahead += LIFE + 1
        while left:
            done = await asyncio.gather(*map(limited.fresh, left), return_exceptions=True)
            assert {type(each) for each in done} <= {Tokens, Unavailable}
            left = [connection for connection, each in zip(left, done, strict=True) if not isinstance(each, Tokens)]
            tries += 1
    counts, took = world.sandbox.authorization.counts, arrived[-1] - arrived[0]
    print(f"{EXPIRING} in {took:.0f} s, the busiest second had {_busiest(arrived)}, {tries} tries")  # noqa: T201

    assert (counts.refreshes, counts.families_revoked, counts.refused) == (EXPIRING, 0, 0)
    assert _busiest(arrived) <= 2 * rate.requests + 5  # as many as that may go out at once, and then as many in a second
    assert len(arrived) <= rate.requests * (took + 1.5)


async def _connected(world: World, count: int) -> list[Connection]:
    connections: list[Connection] = []
    for first in range(0, count, 20):
        owners = [Owner("slack", "T1", f"U-{number}") for number in range(first, min(first + 20, count))]
        connections += await asyncio.gather(*(world.bot.connect(world.sandbox, owner) for owner in owners))
    return connections


def _busiest(moments: list[float]) -> int:
    """How many there are within one second, at most."""
    return max(bisect_left(moments, moment + 1.0) - number for number, moment in enumerate(moments))


async def _killed(
    step: str, connection: Connection, dice: random.Random, world: World, clock: FastClock, process: Process
) -> None:
    """A refresh that is killed, at a moment that `step` names."""
    sandbox, gate = world.sandbox, Slow()
    if step in ("before", "outstanding"):
        sandbox.coming = gate if step == "outstanding" else _refusing(gate)
    elif step == "answered":
        sandbox.going = gate
    await order(process, world, clock, do="fresh", ids=[connection.id], workers=1)
    child = (await answer(process))["pid"]
    other = sqlite3.connect(world.database.removeprefix("sqlite:///"), isolation_level=None)
    if step == "any":
        await asyncio.sleep(dice.uniform(0.0, 0.15))
    elif step == "after":
        assert "tokens" in await answer(process)
    else:
        async with asyncio.timeout(60):
            await gate.arrived.wait()
    if step == "answered":
        other.execute("BEGIN IMMEDIATE")
        gate.go.set()
        await asyncio.sleep(0.03)
    os.kill(child, signal.SIGKILL)
    while not (await answer(process)).get("over"):
        pass
    gate.go.set()
    other.close()
    await asyncio.sleep(0.02)  # what the service still does with a request whose sender is dead
    sandbox.coming = sandbox.going = _at_once


async def _run(process: Process, world: World, clock: FastClock, moment: float | None, **what: Any) -> None:
    """A child that carries out an order, killed at a moment of it, or once it is done."""
    await order(process, world, clock, **what)
    child = (await answer(process))["pid"]
    if moment is None:
        await answer(process)
    else:
        await asyncio.sleep(moment)
    os.kill(child, signal.SIGKILL)
    while not (await answer(process)).get("over"):
        pass


async def _outcome(connection: Connection, world: World) -> str:
    with sqlite3.connect(world.database.removeprefix("sqlite:///")) as other:
        key = f"notice:broken:{connection.id}:%"
        [told] = other.execute("SELECT count(*) FROM delivery WHERE key LIKE ?", (key,)).fetchone()
    other.close()
    state = (await world.bot.stored(connection)).state
    if state == "broken":
        return "told" if told == 1 else f"broken, told {told} times"
    works = await world.bot.is_taken((await world.bot.fresh(connection)).access)
    return "works" if works and not told else f"{state}, works {works}, told {told} times"


def _taking(clock: FastClock, seconds: float) -> Any:
    async def wait(path: str) -> None:
        await clock.sleep(seconds)

    return wait


def _refusing(gate: Slow) -> Any:
    """Nothing is done with what arrives here: as if it had been lost on its way."""

    async def refuse(path: str) -> None:
        await gate(path)
        raise web.HTTPServiceUnavailable

    return refuse


def _noting(arrived: list[float]) -> Any:
    async def note(path: str) -> None:
        arrived.append(time.monotonic())

    return note


async def _at_once(path: str) -> None:
    return
