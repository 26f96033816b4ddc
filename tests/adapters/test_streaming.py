"""An answer that is read as it comes: when it is waited for, when it is given up, and who is told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace

import aiohttp
import pytest

from adapters.breaker import FAILURES
from adapters.errors import Refused, Unavailable, Unknown
from adapters.exchange import LARGEST_BODY, Response
from adapters.faults import Fault
from adapters.http import Http, Request, Streaming
from tests.adapters.servers import Clock, Diary, hear, listening

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"
IDLE = 5.0
Say = Callable[[asyncio.StreamWriter], Awaitable[None]]


def piece(text: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(text), text)


@asynccontextmanager
async def telling(say: Say) -> AsyncIterator[Request]:
    """What is asked of a server that answers each request as `say` does."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await hear(reader):
            await say(writer)

    async with listening(talk) as place:
        yield Request("diary", "POST", f"http://{place}/", repeatable=True, deadline=IDLE)


@asynccontextmanager
async def streamed(http: Http, request: Request, idle: float = IDLE) -> AsyncIterator[Streaming]:
    begun = await http.stream(request, idle)
    assert isinstance(begun, Streaming)
    async with aclosing(begun.pieces):
        yield begun


async def whole(http: Http, request: Request, idle: float = IDLE) -> bytes:
    async with streamed(http, request, idle) as begun:
        return b"".join([each async for each in begun.pieces])


def in_use(session: aiohttp.ClientSession) -> int:
    """Connections on which an answer is still under way."""
    assert session.connector
    return len(session.connector._acquired)


async def test_pieces_are_given_on_as_they_come(http: Http) -> None:
    told, more = [], asyncio.Event()

    async def say(writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + piece(b"one "))
        await more.wait()
        writer.write(piece(b"two") + END)

    async with telling(say) as request, streamed(http, request) as begun:
        assert (begun.status, begun.headers["content-type"]) == (200, "text/event-stream")
        async for each in begun.pieces:
            told.append(each)
            more.set()
    assert told == [b"one ", b"two"]


async def test_a_good_answer_may_be_empty(http: Http, session: aiohttp.ClientSession) -> None:
    async def say(writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + END)

    async with telling(say) as request:
        assert await whole(http, request) == b""
    assert in_use(session) == 0


async def test_the_deadline_is_for_the_first_bytes_only(http: Http) -> None:
    async def say(writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + piece(b"slow"))
        for _ in range(4):
            await asyncio.sleep(0.1)
            writer.write(piece(b"er"))
        writer.write(END)

    async with telling(say) as request:
        assert await whole(http, replace(request, deadline=0.3)) == b"slowerererer"


@pytest.mark.parametrize("head", [b"", HEAD], ids=["no head", "a head and no more"])
async def test_first_bytes_that_do_not_come_in_time_are_not_waited_for(session: aiohttp.ClientSession, head: bytes) -> None:
    async def say(writer: asyncio.StreamWriter) -> None:
        writer.write(head)

    async with telling(say) as request:
        started = asyncio.get_running_loop().time()
        with pytest.raises(Unavailable):
            await Http(session).stream(replace(request, deadline=0.3), IDLE)
        assert asyncio.get_running_loop().time() - started < 1.0
        with pytest.raises(Unknown):
            await Http(session).stream(replace(request, deadline=0.3, repeatable=False), IDLE)
    assert in_use(session) == 0


async def test_an_error_instead_of_an_answer_says_that_nothing_was_done(http: Http, diary: Diary, read: Request) -> None:
    diary.script.add(Fault(kind="status", status=503, times=3))
    with pytest.raises(Unavailable) as raised:
        await http.stream(read, IDLE)
    assert not raised.value.acted


async def test_silence_in_the_middle_breaks_it_off(http: Http, session: aiohttp.ClientSession) -> None:
    async def say(writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + piece(b"one"))

    async with telling(say) as request:
        with pytest.raises(Unavailable, match="broke off in the middle") as raised:
            await whole(http, request, idle=0.1)
        assert raised.value.acted
    assert in_use(session) == 0


@pytest.mark.parametrize("last", [b"", b"zz\r\n", piece(b"two")], ids=["nothing", "garbage", "a piece, but no end"])
async def test_a_cut_in_the_middle_breaks_it_off(http: Http, session: aiohttp.ClientSession, last: bytes) -> None:
    async def say(writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + piece(b"one"))
        await asyncio.sleep(0.05)
        writer.write(last)
        writer.close()

    async with telling(say) as request:
        with pytest.raises(Unavailable, match="Diary broke off"):
            await whole(http, request, idle=0.5)
    assert in_use(session) == 0


async def test_an_answer_that_never_ends_is_given_up(http: Http, session: aiohttp.ClientSession) -> None:
    async def say(writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD)
        while True:
            writer.write(piece(b"x" * 65536))
            await writer.drain()

    async with telling(say) as request, streamed(http, request) as begun:
        size = 0
        with pytest.raises(Unavailable):
            size = await measured(begun)
        assert size <= LARGEST_BODY
    assert in_use(session) == 0


async def measured(begun: Streaming) -> int:
    size = 0
    async for each in begun.pieces:
        size += len(each)
    return size


@pytest.mark.parametrize("read", [True, False])
async def test_to_close_it_closes_the_connection(http: Http, session: aiohttp.ClientSession, read: bool) -> None:
    closed = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await hear(reader)
        writer.write(HEAD + piece(b"one"))
        await reader.read()
        closed.set()

    async with listening(talk) as place:
        begun = await http.stream(Request("diary", "POST", f"http://{place}/"), IDLE)
        assert isinstance(begun, Streaming)
        if read:
            await anext(begun.pieces)
        await begun.pieces.aclose()
        async with asyncio.timeout(2):
            await closed.wait()
    assert in_use(session) == 0


async def test_whoever_is_stopped_while_waiting_leaves_no_connection_behind(http: Http, session: aiohttp.ClientSession) -> None:
    async def say(writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD)

    async with telling(say) as request:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await http.stream(request, IDLE)
    assert in_use(session) == 0


@pytest.mark.parametrize("status", [300, 302, 307])
async def test_a_redirect_is_refused(http: Http, diary: Diary, read: Request, status: int) -> None:
    diary.script.add(Fault(kind="redirect", status=status, location="http://127.0.0.1:1/"))
    with pytest.raises(Refused):
        await http.stream(read, IDLE)
    assert len(diary.journal) == 1


@pytest.mark.parametrize("status", [400, 401, 404])
async def test_a_no_is_read_whole(http: Http, diary: Diary, read: Request, status: int) -> None:
    diary.script.add(Fault(kind="status", status=status))
    answer = await http.stream(read, IDLE)
    assert isinstance(answer, Response)
    assert (answer.status, b"This failure was asked for." in answer.body) == (status, True)


async def test_a_huge_no_is_refused(http: Http, session: aiohttp.ClientSession) -> None:
    async def say(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 No\r\nContent-Length: 99999999\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    async with telling(say) as request:
        with pytest.raises(Refused):
            await http.stream(request, IDLE)
        assert in_use(session) == 0


@pytest.mark.parametrize("status", [429, 500, 503, 529])
async def test_trouble_before_it_begins_is_tried_again(
    http: Http, diary: Diary, read: Request, clock: Clock, status: int
) -> None:
    diary.script.add(Fault(kind="status", status=status, retry_after="2"))
    assert await whole(http, read) == b"[]"
    assert clock.waits == [2.0]


async def test_a_break_counts_against_the_service(session: aiohttp.ClientSession) -> None:
    cut = asyncio.Event()

    async def say(writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + piece(b"one"))
        await cut.wait()
        writer.close()

    http = Http(session)
    async with telling(say) as request:
        begun = [await http.stream(request, IDLE) for _ in range(FAILURES)]
        cut.set()
        for each in begun:
            assert isinstance(each, Streaming)
            with pytest.raises(Unavailable):
                await measured(each)
    assert http.breaker("diary").state == "open"
