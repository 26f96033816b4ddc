"""What goes wrong on demand goes wrong as told."""

import asyncio
from typing import Any

import aiohttp
import pytest

from adapters.faults import Fault
from tests.adapters.servers import Diary, status


async def test_faults_happen_in_order_and_as_often_as_told(client: aiohttp.ClientSession) -> None:
    told = [{"kind": "status", "status": 429, "retry_after": "7", "times": 2}, {"kind": "status", "status": 503}]
    async with client.post("_sandbox/faults", json=told) as answer:
        assert answer.status == 204
    async with client.get("lines") as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (429, "7")
        assert (await answer.json())["error"]["code"] == 429
    assert [await status(client, "lines") for _ in range(3)] == [429, 503, 200]


async def test_a_fault_waits_for_the_request_it_is_meant_for(client: aiohttp.ClientSession, diary: Diary) -> None:
    diary.script.add(Fault(kind="status", method="post", path="^/line$"))
    assert await status(client, "lines") == 200
    assert await status(client, "line") == 200
    async with client.post("line") as answer:
        assert answer.status == 500


@pytest.mark.parametrize(("kind", "written"), [("drop_before", 0), ("drop_after", 1)])
async def test_a_dropped_connection_leaves_the_write_undone_or_done(
    client: aiohttp.ClientSession, diary: Diary, kind: Any, written: int
) -> None:
    diary.script.add(Fault(kind=kind))
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await client.post("line", data="a")
    assert len(diary.lines) == written
    assert diary.journal[-1].status is None


async def test_a_malformed_answer_says_200_and_can_t_be_read(client: aiohttp.ClientSession, diary: Diary) -> None:
    diary.script.add(Fault(kind="malformed"))
    async with client.post("line", data="a") as answer:
        assert (answer.status, answer.content_type) == (200, "application/json")
        with pytest.raises(ValueError):
            await answer.json()
    assert diary.lines == ["a"]


async def test_a_slow_answer_comes_in_the_end(client: aiohttp.ClientSession, diary: Diary) -> None:
    diary.script.add(Fault(kind="slow", seconds=0.01))
    assert await status(client, "lines") == 200


async def test_slow_work_is_done_even_when_nobody_waits_for_it_any_more(client: aiohttp.ClientSession, diary: Diary) -> None:
    diary.script.add(Fault(kind="slow", seconds=60))
    with pytest.raises(TimeoutError):
        await client.post("line", data="a", timeout=aiohttp.ClientTimeout(0.1))
    async with asyncio.timeout(10):
        await diary.written.wait()


async def test_a_trickling_answer_is_whole_in_the_end(client: aiohttp.ClientSession, diary: Diary) -> None:
    diary.script.add(Fault(kind="trickle", seconds=0.01))
    async with client.post("line", data="a") as answer:
        assert await answer.json() == {"line": 1}


async def test_a_huge_answer_is_huge(client: aiohttp.ClientSession, diary: Diary) -> None:
    diary.script.add(Fault(kind="huge"))
    async with client.get("lines") as answer:
        assert len(await answer.read()) == 16 * 1024 * 1024


async def test_a_redirect_points_where_it_was_told(client: aiohttp.ClientSession, diary: Diary) -> None:
    diary.script.add(Fault(kind="redirect", status=307, location="http://127.0.0.1:1/"))
    async with client.get("lines", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (307, "http://127.0.0.1:1/")


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("faults", [{"kind": "earthquake"}]),
        ("faults", [{"kind": "slow", "second": 3}]),
        ("faults", {"kind": "slow"}),
        ("tokens", {"acount": "ana"}),
    ],
)
async def test_a_mistake_in_what_it_is_told_is_named(client: aiohttp.ClientSession, path: str, told: Any) -> None:
    async with client.post(f"_sandbox/{path}", json=told) as answer:
        assert answer.status == 400
        assert (await answer.json())[0]["msg"]
