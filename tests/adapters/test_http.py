"""How often a request is sent, and which of the four errors comes of it."""

import asyncio
import itertools
import socket
from dataclasses import replace
from email.utils import formatdate
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from adapters.errors import Unavailable, Unknown
from adapters.faults import Fault
from adapters.http import Http, Request
from tests.adapters.servers import OK, WALL, Clock, Diary, hear, listening, serving


async def test_an_answer_comes_back_whole(http: Http, write: Request) -> None:
    answer = await http.send(write)
    assert (answer.status, answer.body) == (200, b'{"line": 1}')
    assert answer.headers["content-type"].startswith("application/json")


@pytest.mark.parametrize("status", [304, 400, 401, 403, 404, 408, 409, 410, 412, 422])
async def test_an_answer_that_is_for_the_client_to_judge_is_given_back_after_one_attempt(
    http: Http, diary: Diary, read: Request, status: int
) -> None:
    diary.script.add(Fault(kind="status", status=status))
    assert (await http.send(read)).status == status
    assert len(diary.journal) == 1


async def test_a_header_that_comes_twice_is_joined_and_cookies_are_not_kept(http: Http, session: aiohttp.ClientSession) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await hear(reader):
            assert b"Cookie" not in head
            writer.write(b"HTTP/1.1 200 OK\r\nLink: <a>\r\nlink: <b>\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n")

    async with listening(talk) as place:
        request = Request("diary", "GET", f"http://{place}/")
        answers = [await http.send(request), await http.send(request)]
    assert [answer.headers["link"] for answer in answers] == ["<a>, <b>"] * 2


async def test_a_large_body_arrives_as_it_was_sent(http: Http, diary: Diary, write: Request) -> None:
    body = b"x" * 3_000_000 + b"end"

    async def count(request: web.Request) -> web.Response:
        received = await request.read()
        return web.Response(text=f"{len(received)} {received[-3:].decode()}")

    app = web.Application(client_max_size=4_000_000)
    app.router.add_post("/", count)
    async with serving(app) as address:
        answer = await http.send(Request("diary", "POST", f"{address}/", body=body))
    assert answer.body == b"3000003 end"


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("5", 5.0),
        ("0", 1.0),
        ("-5", 1.0),
        ("1.5", 1.5),
        (formatdate(WALL + 7, usegmt=True), 7.0),
        (formatdate(WALL - 7, usegmt=True), 1.0),
        ("", 0.0),
        ("abc", 0.0),
        (None, 0.0),
    ],
)
@pytest.mark.parametrize("repeatable", [True, False])
async def test_a_429_is_tried_again_after_the_time_it_names(
    http: Http, diary: Diary, write: Request, clock: Clock, header: str | None, wait: float, repeatable: bool
) -> None:
    diary.script.add(Fault(kind="status", status=429, retry_after=header))
    await http.send(replace(write, repeatable=repeatable))
    assert clock.waits == [wait]
    assert diary.lines == ["dear diary"]


@pytest.mark.parametrize(
    ("header", "seconds"), [("10", 10.0), ("999999999", 900.0), (formatdate(WALL + 60, usegmt=True), 60.0)]
)
async def test_a_wait_that_outlasts_the_deadline_is_left_to_the_worker(
    http: Http, diary: Diary, read: Request, clock: Clock, header: str, seconds: float
) -> None:
    diary.script.add(Fault(kind="status", status=429, retry_after=header))
    with pytest.raises(Unavailable) as caught:
        await http.send(read)
    assert caught.value.retry_after == seconds
    assert clock.waits == []
    assert len(diary.journal) == 1


async def test_of_two_headers_the_longer_wait_counts(http: Http, clock: Clock) -> None:
    answers = itertools.chain(
        [b"HTTP/1.1 429 No\r\nRetry-After: 2\r\nRetry-After: 4\r\nContent-Length: 0\r\n\r\n"], itertools.repeat(OK)
    )

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await hear(reader):
            writer.write(next(answers))

    async with listening(talk) as place:
        await http.send(Request("diary", "GET", f"http://{place}/"))
    assert clock.waits == [4.0]


async def test_without_a_named_time_the_waits_are_jittered_and_grow(
    session: aiohttp.ClientSession, diary: Diary, read: Request, clock: Clock
) -> None:
    http = Http(session, clock, clock.sleep, iter([0.5, 1.0, 1.0]).__next__)
    diary.script.add(Fault(kind="status", times=3))
    with pytest.raises(Unavailable):
        await http.send(read)
    assert clock.waits == [0.25, 1.0]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 529])
async def test_what_may_be_repeated_is_tried_three_times(http: Http, diary: Diary, read: Request, status: int) -> None:
    diary.script.add(Fault(kind="status", status=status, retry_after="2", times=9))
    with pytest.raises(Unavailable) as caught:
        await http.send(read)
    assert caught.value.retry_after == 2.0
    assert len(diary.journal) == 3


@pytest.mark.parametrize(
    ("status", "retry_after", "error"),
    [
        (500, None, Unknown),
        (500, "2", Unknown),
        (502, "2", Unknown),
        (504, "2", Unknown),
        (503, None, Unknown),
        (503, "2", Unavailable),
        (529, "2", Unavailable),
    ],
)
async def test_a_write_that_must_not_be_repeated_is_tried_once(
    http: Http, diary: Diary, write: Request, status: int, retry_after: str | None, error: type[Exception]
) -> None:
    diary.script.add(Fault(kind="status", status=status, retry_after=retry_after, times=9))
    with pytest.raises(error):
        await http.send(write)
    assert len(diary.journal) == 1


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "POST", "PATCH"])
@pytest.mark.parametrize(("kind", "written"), [("drop_before", 0), ("drop_after", 1)])
async def test_a_dropped_write_that_must_not_be_repeated_is_sent_exactly_once(
    http: Http, diary: Diary, write: Request, method: str, kind: Any, written: int
) -> None:
    diary.script.add(Fault(kind=kind, times=9))
    with pytest.raises(Unknown):
        await http.send(replace(write, method=method))
    assert (len(diary.journal), len(diary.lines)) == (1, written)


@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
@pytest.mark.parametrize(("kind", "written"), [("drop_before", 0), ("drop_after", 3)])
async def test_a_dropped_request_that_may_be_repeated_is_sent_three_times_and_no_more(
    http: Http, diary: Diary, write: Request, method: str, kind: Any, written: int
) -> None:
    diary.script.add(Fault(kind=kind, times=9))
    with pytest.raises(Unavailable):
        await http.send(replace(write, method=method, repeatable=True))
    assert (len(diary.journal), len(diary.lines)) == (3, written)


async def test_a_request_that_may_be_repeated_survives_a_drop(http: Http, diary: Diary, write: Request) -> None:
    diary.script.add(Fault(kind="drop_before"), Fault(kind="status", status=502))
    assert (await http.send(replace(write, repeatable=True))).status == 200
    assert diary.lines == ["dear diary"]


@pytest.mark.parametrize("repeatable", [True, False])
async def test_where_nobody_listens_nothing_was_sent_so_any_request_is_tried_again(
    http: Http, unused_tcp_port: int, seen: list[tuple[str, int | str]], repeatable: bool
) -> None:
    with pytest.raises(Unavailable):
        await http.send(Request("diary", "POST", f"http://127.0.0.1:{unused_tcp_port}/", repeatable=repeatable))
    assert seen == [("diary", "connect")] * 3


async def test_a_connection_that_never_opens_leaves_a_write_undone(session: aiohttp.ClientSession) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(address)
        with pytest.raises(Unavailable):
            await Http(session).send(Request("diary", "POST", "http://{}:{}/".format(*address), deadline=0.3))
        for filler in fillers:
            filler.close()


async def test_a_pooled_connection_that_closed_while_idle_costs_a_write_nothing(http: Http) -> None:
    heads: list[bytes] = []
    closed = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await hear(reader))
        writer.write(OK)
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        closed.set()

    async with listening(talk) as place:
        await http.send(Request("diary", "GET", f"http://{place}/"))
        await closed.wait()
        await asyncio.sleep(0.05)  # for the news to reach the pool
        answer = await http.send(Request("diary", "POST", f"http://{place}/"))
    assert answer.status == 200
    assert [head.split()[0] for head in heads] == [b"GET", b"POST"]


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
async def test_a_write_that_meets_a_dying_pooled_connection_is_sent_exactly_once(http: Http, method: str) -> None:
    heads: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await hear(reader))
        writer.write(OK)
        heads.append(await hear(reader))

    async with listening(talk) as place:
        await http.send(Request("diary", "GET", f"http://{place}/"))
        with pytest.raises(Unknown):
            await http.send(Request("diary", method, f"http://{place}/", body=b"once"))
    assert [head.split()[0].decode() for head in heads] == ["GET", method]
