"""A service that fails is left alone, a tenant that hurries is held back."""

import asyncio
from dataclasses import replace

import aiohttp
import pytest

from adapters.breaker import COOL_DOWN, FAILURES
from adapters.errors import Unavailable, Unknown
from adapters.faults import Fault
from adapters.http import Http, Rate, Request
from adapters.limits import Limits
from tests.adapters.servers import Clock, Diary


async def test_after_failures_in_a_row_a_service_is_left_alone_and_others_are_not(
    http: Http, diary: Diary, write: Request
) -> None:
    diary.script.add(Fault(kind="drop_before", times=FAILURES))
    for _ in range(FAILURES):
        with pytest.raises(Unknown):
            await http.send(write)
    with pytest.raises(Unavailable) as caught:
        await http.send(write)
    assert caught.value.retry_after == COOL_DOWN
    assert http.breaker("diary").state == "open"
    assert (await http.send(replace(write, service="other"))).status == 200
    assert len(diary.journal) == FAILURES + 1


async def test_a_recovered_service_is_asked_once_and_then_as_before(
    http: Http, diary: Diary, write: Request, clock: Clock
) -> None:
    diary.script.add(Fault(kind="status", status=500, times=FAILURES), Fault(kind="slow", seconds=0.1))
    for _ in range(FAILURES):
        with pytest.raises(Unknown):
            await http.send(write)
    clock.time += COOL_DOWN
    results = await asyncio.gather(*(http.send(write) for _ in range(5)), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Response"] + ["Unavailable"] * 4
    assert http.breaker("diary").state == "closed"
    assert (await http.send(write)).status == 200


async def test_a_probe_that_fails_is_not_repeated(http: Http, diary: Diary, read: Request, clock: Clock) -> None:
    diary.script.add(Fault(kind="status", times=99))
    for _ in range(2):
        with pytest.raises(Unavailable):
            await http.send(read)
    assert len(diary.journal) == FAILURES
    clock.time += COOL_DOWN
    with pytest.raises(Unavailable):
        await http.send(read)
    assert len(diary.journal) == FAILURES + 1
    assert http.breaker("diary").state == "open"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422])
async def test_a_refusal_never_opens_the_breaker(http: Http, diary: Diary, write: Request, status: int) -> None:
    diary.script.add(Fault(kind="status", status=status, times=99))
    for _ in range(2 * FAILURES):
        await http.send(write)
    assert http.breaker("diary").state == "closed"


async def test_a_tenant_that_asks_too_fast_waits_and_others_do_not(session: aiohttp.ClientSession, read: Request) -> None:
    http = Http(session, rates={"diary": Rate(2, seconds=60)})
    hurried = replace(read, tenant="T1", deadline=0.1)
    await http.send(hurried)
    await http.send(hurried)
    with pytest.raises(Unavailable):
        await http.send(hurried)
    assert (await http.send(replace(hurried, tenant="T2"))).status == 200


async def test_a_turn_that_comes_in_time_is_waited_for(session: aiohttp.ClientSession, diary: Diary, read: Request) -> None:
    http = Http(session, rates={"diary": Rate(1, seconds=0.1)})
    await asyncio.gather(*(http.send(read) for _ in range(3)))
    assert len(diary.journal) == 3


async def test_a_service_without_a_limit_is_never_held_back(
    session: aiohttp.ClientSession, diary: Diary, read: Request
) -> None:
    http = Http(session, rates={"diary": None})
    await asyncio.gather(*(http.send(read) for _ in range(150)))
    assert len(diary.journal) == 150


async def test_tenants_that_have_gone_quiet_take_no_memory() -> None:
    limits = Limits({"diary": Rate(1e9)})
    for number in range(10_001):
        await limits.admit("diary", f"T{number}", 1.0)
    assert len(limits._buckets) < 100
