"""Slow clients are hung up on, crowds are kept out, and whoever is neither is answered as quickly as ever."""

import asyncio
import gc
import logging
import resource
import socket
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import aiohttp
import pytest
import uvloop
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bot.receiving import Room, counted
from bot.server import application, listening_socket, serve

HEAD = b"POST /read HTTP/1.1\r\nHost: bot\r\nContent-Length: 1000\r\n"
GET = b"GET /ping HTTP/1.1\r\nHost: bot\r\n\r\n"
DEADLINE = 0.3  # seconds, for ten
Pipe = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Served:
    """A server with three paths: one reads what comes, one does not, and one says much."""

    def __init__(self, port: int, room: Room) -> None:
        self.port = port
        self.room = room
        self.refused: list[str] = []

    async def connect(self) -> Pipe:
        return await asyncio.open_connection("127.0.0.1", self.port)


@asynccontextmanager
async def served(deadline: float = DEADLINE, total: int = 2000) -> AsyncIterator[Served]:
    async def read(request: web.Request) -> web.Response:
        return web.Response(text=str(len(await request.read())))

    async def long(request: web.Request) -> web.Response:
        return web.Response(body=b"x" * 20_000_000)

    async def ping(request: web.Request) -> web.Response:
        return web.Response(text="pong")

    async with AsyncExitStack() as stack:
        listening, _ = listening_socket("127.0.0.1", 0)
        stack.callback(listening.close)
        opened = Served(listening.getsockname()[1], Room(total))
        app = application([], _NoProbes(), None)  # type: ignore[arg-type]  # nothing is asked of them here
        app.router.add_post("/read", read)
        app.router.add_get("/ping", ping)
        app.router.add_get("/long", long)
        await serve(stack, listening, app, opened.room, opened.refused.append, deadline)
        yield opened


class _NoProbes:
    async def alive(self, request: web.Request) -> web.Response:
        return web.Response()

    ready = metrics = alive


@pytest.fixture
async def server() -> AsyncIterator[Served]:
    async with served() as opened:
        yield opened


async def closed(pipe: Pipe) -> tuple[float, bytes]:
    """After how many seconds the server has hung up, and what it said until then."""
    began, said = time.monotonic(), b""
    async with asyncio.timeout(20):
        with suppress(ConnectionError):
            said = await pipe[0].read(-1)
    pipe[1].close()
    return time.monotonic() - began, said


async def drip(pipe: Pipe, text: bytes, pause: float) -> None:
    with suppress(ConnectionError):
        for byte in text:
            pipe[1].write(bytes([byte]))
            await pipe[1].drain()
            await asyncio.sleep(pause)


SLOW = {
    "silent from the start": (b"", b""),
    "half a head": (HEAD[:20], b""),
    "a head by the byte": (b"", HEAD * 10),
    "a body by the byte": (HEAD + b"\r\n", b"x" * 1000),
    "silent after the head": (HEAD + b"\r\n", b""),
    "half a head after an answer": (GET + b"", b"GET /ping"),
    "a chunk that never ends": (b"POST /read HTTP/1.1\r\nHost: bot\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n", b"x" * 1000),
    "a body that nobody reads": (b"GET /ping HTTP/1.1\r\nHost: bot\r\nContent-Length: 9\r\n\r\n", b""),
}


@pytest.mark.parametrize("how", SLOW)
async def test_whoever_does_not_send_a_whole_request_in_time_is_hung_up_on(server: Served, how: str) -> None:
    at_once, then = SLOW[how]
    pipe = await server.connect()
    pipe[1].write(at_once)
    dripping = asyncio.create_task(drip(pipe, then, 0.02))
    seconds, said = await closed(pipe)
    dripping.cancel()

    assert seconds < DEADLINE + 1.0
    assert b" 500 " not in said
    assert server.refused == ([] if how == "a body that nobody reads" else ["slow"])
    assert server.room.taken == 0


@pytest.mark.parametrize("then", [b"x" * 300, b""])
async def test_whoever_was_waiting_for_the_body_says_so(server: Served, then: bytes) -> None:
    pipe = await server.connect()
    pipe[1].write(HEAD + b"\r\n" + then)
    _, said = await closed(pipe)

    assert said.startswith(b"HTTP/1.1 408 ")


async def test_whoever_does_not_read_the_answer_is_hung_up_on_and_whoever_reads_slowly_is_not(
    server: Served, caplog: pytest.LogCaptureFixture
) -> None:
    asked = GET.replace(b"ping", b"long")
    deaf, slow = await server.connect(), await server.connect()
    deaf[1].write(asked)
    slow[1].write(asked)
    heard = 0
    while read := await asyncio.wait_for(slow[0].read(1_000_000), 10):
        heard += len(read)
        await asyncio.sleep(DEADLINE / 40)
        if heard > 20_000_000:
            break
    slow[1].close()
    await asyncio.sleep(0.1)

    deaf[1].close()

    assert heard > 20_000_000
    assert server.refused == ["slow"]
    assert server.room.taken == 0
    assert not caplog.records


async def test_between_two_requests_a_connection_may_rest(server: Served) -> None:
    """As a reverse proxy's do."""
    reader, writer = await server.connect()
    for _ in range(3):
        writer.write(GET)
        assert b"200 OK" in await reader.readuntil(b"pong")
        await asyncio.sleep(1.5 * DEADLINE)
    writer.close()

    assert server.refused == []


async def test_an_answer_may_take_longer_than_the_request() -> None:
    async def think(request: web.Request) -> web.Response:
        await request.read()
        await asyncio.sleep(3 * DEADLINE)
        return web.Response(text="thought")

    async with AsyncExitStack() as stack:
        listening, address = listening_socket("127.0.0.1", 0)
        stack.callback(listening.close)
        app = web.Application()
        app.router.add_post("/think", think)
        await serve(stack, listening, app, Room(), lambda _: None, DEADLINE)
        async with aiohttp.ClientSession() as session, session.post(f"{address}think", data=b"x" * 100_000) as answer:
            assert await answer.text() == "thought"


def test_of_many_who_connect_at_once_not_each_waits_for_a_turn_of_the_loop() -> None:
    """Under load a turn takes a while; and uvloop, which the bot runs on, would let in one in each."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(_turns_until_all_are_in(64)) < 32


async def _turns_until_all_are_in(number: int) -> int:
    turns = 0
    async with served() as server:
        waiting = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(number)]
        while server.room.taken < number:
            await asyncio.sleep(0)
            turns += 1
        for each in waiting:
            each.close()
    return turns


async def test_when_there_is_no_room_one_is_told_to_come_again_and_then_let_in() -> None:
    async with served(deadline=5.0, total=3) as server:
        inside = [await server.connect() for _ in range(3)]
        await asyncio.sleep(0.05)
        _, said = await closed(await server.connect())
        inside.pop()[1].close()
        await asyncio.sleep(0.05)
        reader, writer = await server.connect()
        writer.write(GET)
        answer = await reader.readuntil(b"pong")
        for _, each in [*inside, (reader, writer)]:
            each.close()

    assert said.startswith(b"HTTP/1.1 503 ")
    assert b"Retry-After: 2" in said
    assert b"200 OK" in answer
    assert server.refused == ["full"]


def test_of_one_public_address_there_are_only_so_many_and_of_private_ones_as_many_as_fit() -> None:
    """Behind a private one may be a reverse proxy, and everybody."""
    room = Room(total=10, each=2)
    public = counted(("93.184.216.34", 4711))
    let_in = [room.enter(public) for _ in range(3)]
    private = [room.enter(counted(("10.0.0.7", 4711))) for _ in range(9)]
    room.leave(public)

    assert let_in == [True, True, False]
    assert private == [True] * 8 + [False]
    assert room.enter(public)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("127.0.0.1", ""),
        ("172.18.0.2", ""),
        ("fd00::1", ""),
        ("fe80::1%eth0", ""),
        ("::ffff:10.0.0.1", ""),
        ("93.184.216.34", "93.184.216.34"),
        ("::ffff:93.184.216.34", "93.184.216.34"),
        ("2606:2800:220:1:248:1893:25c8:1946", "2606:2800:220:1::/64"),
    ],
)
def test_addresses_are_counted_by_whom_they_belong_to(address: str, name: str) -> None:
    """Who has one address of version 6 has billions of them."""
    assert counted((address, 4711)) == name
    assert counted(None) == ""


BAD = {
    "no HTTP at all": b"\x16\x03\x01 CANARY\r\n\r\n",
    "a head too long": b"GET /ping HTTP/1.1\r\nHost: bot\r\nX: " + b"CANARY" * 2000 + b"\r\n\r\n",
    "heads too many": b"GET /ping HTTP/1.1\r\nHost: bot\r\n" + b"X: CANARY\r\n" * 2000 + b"\r\n",
    "a length and chunks": HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": HEAD + b"Content-Length: 3\r\n\r\nabc",
    "a chunk that is none": b"POST /read HTTP/1.1\r\nHost: bot\r\nTransfer-Encoding: chunked\r\n\r\nCANARY\r\n\r\n",
}


@pytest.mark.parametrize("how", BAD)
async def test_what_is_no_request_is_answered_400_without_a_word_in_the_log(
    server: Served, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    pipe = await server.connect()
    pipe[1].write(BAD[how])
    _, said = await closed(pipe)

    assert said.startswith((b"HTTP/1.1 400 ", b"HTTP/1.0 400 "))
    assert b"CANARY" not in said
    assert not caplog.records


async def test_a_body_too_large_is_answered_413_and_not_kept(server: Served) -> None:
    head = b"POST /read HTTP/1.1\r\nHost: bot\r\nContent-Length: 3000000\r\n\r\n"
    pipe = await server.connect()
    pipe[1].write(head + b"x" * 1_500_000)
    reader, _ = pipe

    assert b" 413 " in await reader.readline()
    pipe[1].close()


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "x-unknown"])
async def test_what_is_packed_is_not_unpacked(server: Served, coding: str) -> None:
    pipe = await server.connect()
    pipe[1].write(HEAD + f"Content-Encoding: {coding}\r\n\r\n".encode() + b"x" * 1000)

    assert b" 415 " in await pipe[0].readline()
    pipe[1].close()


async def test_a_client_that_leaves_in_the_middle_leaves_no_trace(server: Served, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    for sent in (HEAD[:10], HEAD + b"\r\n", HEAD + b"\r\nabc"):
        _, writer = await server.connect()
        writer.write(sent)
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.transport.abort()
    await asyncio.sleep(0.1)

    assert not caplog.records
    assert server.room.taken == 0
    assert server.refused == []


async def test_a_mistake_of_ours_is_answered_500_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def fail(request: web.Request) -> web.Response:
        raise RuntimeError("ours")

    async with AsyncExitStack() as stack:
        listening, address = listening_socket("127.0.0.1", 0)
        stack.callback(listening.close)
        app = web.Application()
        app.router.add_get("/fail", fail)
        await serve(stack, listening, app, Room(), lambda _: None)
        async with aiohttp.ClientSession() as session, session.get(f"{address}fail") as answer:
            assert answer.status == 500

    assert "ours" in caplog.text


async def test_a_crowd_of_slow_clients_takes_little_memory_and_others_are_answered_as_ever() -> None:
    """Two hundred here; a thousand in the acceptance tests."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with served(deadline=5.0) as server, aiohttp.ClientSession() as session:
        crowd = [await server.connect() for _ in range(200)]
        for number, (_, writer) in enumerate(crowd):
            writer.write((b"", HEAD[:20], HEAD + b"\r\n")[number % 3])
        took = []
        for _ in range(50):
            began = time.perf_counter()
            async with session.get(f"http://127.0.0.1:{server.port}/ping") as answer:
                assert answer.status == 200
            took.append(time.perf_counter() - began)
        for _, writer in crowd:
            writer.close()
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before

    assert sorted(took)[-2] < 0.5
    assert grown < 16 * 1024  # KiB


async def test_nothing_is_kept_of_what_can_not_be_read(server: Served) -> None:
    async def pour() -> None:
        _, writer = await server.connect()
        with suppress(ConnectionError):
            writer.write(GET)
            for _ in range(50):
                writer.write(b"z" * 1_000_000)
                await writer.drain()
        writer.close()

    gc.collect()
    gc.disable()  # it counts objects, not what they hold
    try:
        await asyncio.gather(*(pour() for _ in range(5)))
        kept = [each for each in gc.get_objects() if isinstance(each, HttpProcessingError)]
        assert [each for each in kept if each.__traceback__] == []
        assert len(kept) <= 5
    finally:
        gc.enable()
