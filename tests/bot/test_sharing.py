"""Together, processes ask a service no faster than one alone would."""

import asyncio

from adapters.limits import GENEROUS, Limits, Rate, Shares
from bot.sharing import Sharing
from storage.errors import StorageError

RATES = {"notes": Rate(6.0), "free": None}


def test_each_process_has_its_share_of_each_rate() -> None:
    shares = Shares(RATES)
    alone = [shares.get(name) for name in ("notes", "free", "unnamed")]
    shares.processes = 3
    with_others = [shares.get(name) for name in ("notes", "free", "unnamed")]

    assert alone == [Rate(6.0), None, GENEROUS]
    assert with_others == [Rate(2.0), None, Rate(GENEROUS.requests / 3)]


async def test_three_processes_together_let_out_what_one_would() -> None:
    """At once as many as the rate says, and in the time after that no more than it says."""
    limits = []
    for _ in range(3):
        shares = Shares({"notes": Rate(6.0, seconds=60.0)})
        shares.processes = 3
        limits.append(Limits(shares))
    let_out = [await each.admit("notes", "T1", 0.0) for each in limits for _ in range(6)]

    assert sum(let_out) == 6


async def test_where_there_are_more_processes_than_requests_each_waits_its_time() -> None:
    shares = Shares({"notes": Rate(1.0, seconds=0.1)})
    shares.processes = 4
    limits = Limits(shares)
    began = asyncio.get_running_loop().time()
    assert await limits.admit("notes", "T1", 0.0)
    assert not await limits.admit("notes", "T1", 0.1)
    assert await limits.admit("notes", "T1", 2.0)

    assert asyncio.get_running_loop().time() - began >= 0.35


async def test_when_processes_come_and_go_nobody_gets_a_second_helping() -> None:
    shares = Shares({"notes": Rate(4.0, seconds=60.0)})
    limits = Limits(shares)
    first = [await limits.admit("notes", "T1", 0.0) for _ in range(4)]
    shares.processes = 2
    then = await limits.admit("notes", "T1", 0.0)
    shares.processes = 1
    at_last = await limits.admit("notes", "T1", 0.0)
    another = await limits.admit("notes", "T2", 0.0)

    assert (first, then, at_last, another) == ([True] * 4, False, False, True)


async def test_however_often_processes_come_and_go_who_waits_gets_a_turn() -> None:
    shares = Shares({"notes": Rate(1.0, seconds=0.1)})
    limits = Limits(shares)
    assert await limits.admit("notes", "T1", 0.0)
    for number in range(20):
        shares.processes = 4 + number % 2
        if await limits.admit("notes", "T1", 0.1):
            return
    raise AssertionError("it has waited for four times as long as its turn takes")


async def test_who_lives_is_looked_up_again_and_again_and_a_database_that_is_away_changes_nothing() -> None:
    shares = Shares(RATES)
    answers: list[int | StorageError] = [3, StorageError("away"), 0, 2]
    seen: list[int] = []
    enough = asyncio.Event()

    async def living() -> int:
        answer = answers.pop(0)
        if isinstance(answer, StorageError):
            raise answer
        return answer

    async def sleep(seconds: float) -> None:
        seen.append(shares.processes)
        if not answers:
            enough.set()
            await asyncio.sleep(60)

    running = asyncio.create_task(Sharing(shares, living, sleep).run())
    async with asyncio.timeout(10):
        await enough.wait()
    running.cancel()

    assert seen == [1, 3, 3, 1, 2]
