"""The proxy hands on what was signed as it came, once, to a bot that is ready; and nothing of the inside to the outside."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from io import BytesIO
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from tests.deploy.files import ROOT

pytestmark = pytest.mark.skipif(not shutil.which("caddy"), reason="there is no Caddy on this machine")
BODY = b'{"text": "caf\xc3\xa9 \xff",   "n":1}\r\n'
SIGNED = {"X-Slack-Signature": "v0=CANARY", "X-Slack-Request-Timestamp": "1795440000", "Content-Type": "application/json"}


class Bot:
    """Keeps what it is sent. `ready` is what it says of itself; with `hangs_up` it reads, and ends without a word."""

    def __init__(self) -> None:
        self.got: list[tuple[bytes, str]] = []
        self.asked: list[str] = []
        self.ready = True
        self.hangs_up = False

    async def answer(self, request: web.Request) -> web.Response:
        if request.path == "/readyz":
            return web.Response(status=200 if self.ready else 503)
        self.asked.append(request.path)
        self.got.append((await request.read(), request.headers.get("X-Slack-Signature", "")))
        if self.hangs_up and request.transport:
            request.transport.abort()
        return web.Response()


Bots = tuple[TestServer, TestServer, Bot, Bot]


@pytest.fixture
async def bots() -> AsyncIterator[Bots]:
    async with AsyncExitStack() as stack:
        both = Bot(), Bot()
        apps = [web.Application(), web.Application()]
        for bot, app in zip(both, apps, strict=True):
            app.router.add_route("*", "/{path:.*}", bot.answer)
        servers = TestServer(apps[0]), TestServer(apps[1])
        for server in servers:
            await stack.enter_async_context(server)
        yield *servers, *both


@pytest.fixture
async def proxy(bots: Bots, tmp_path: Path) -> AsyncIterator[str]:
    address = f"http://127.0.0.1:{unused_port()}"
    settings = {"INTERACT_HOST": address, "INTERACT_BOTS": " ".join(f"127.0.0.1:{server.port}" for server in bots[:2])}
    command = ("caddy", "run", "--adapter", "caddyfile", "--config", str(ROOT / "deploy/Caddyfile"))
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **settings}
    process = await asyncio.create_subprocess_exec(*command, env=environment, stderr=asyncio.subprocess.DEVNULL)
    try:
        await until_up(address)
        yield address
    finally:
        process.terminate()
        await process.wait()


async def until_up(address: str) -> None:
    async with asyncio.timeout(20):
        while True:
            try:
                await status("GET", f"{address}/metrics")
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)
            else:
                return


async def status(method: str, url: str, body: bytes = b"") -> int:
    async with aiohttp.ClientSession() as session, session.request(method, url, data=BytesIO(body), headers=SIGNED) as answer:
        return answer.status


async def test_what_was_signed_comes_as_it_was_sent(proxy: str, bots: Bots) -> None:
    statuses = [await status("POST", f"{proxy}/slack/events", BODY) for _ in range(4)]

    assert statuses == [200] * 4
    assert [bot.got for bot in bots[2:]] == [[(BODY, "v0=CANARY")] * 2] * 2


async def test_what_reached_a_bot_is_not_sent_again(proxy: str, bots: Bots) -> None:
    for bot in bots[2:]:
        bot.hangs_up = True

    assert await status("POST", f"{proxy}/slack/events", BODY) == 502
    assert sum(len(bot.got) for bot in bots[2:]) == 1


async def test_a_bot_that_is_not_ready_gets_nothing(proxy: str, bots: Bots) -> None:
    bots[2].ready = False
    await asyncio.sleep(2)  # it is asked once a second
    statuses = [await status("POST", f"{proxy}/api/messages", BODY) for _ in range(4)]

    assert statuses == [200] * 4
    assert (len(bots[2].got), len(bots[3].got)) == (0, 4)


async def test_what_is_for_the_inside_and_what_is_too_large_does_not_go_through(proxy: str, bots: Bots) -> None:
    inside = [await status("GET", f"{proxy}/{path}") for path in ("healthz", "readyz", "metrics")]
    large = await status("POST", f"{proxy}/slack/events", b"x" * 1_100_000)

    assert inside == [404, 404, 404]
    assert large in (413, 502)  # 502 is what Caddy 2.6 makes of it
    assert [bot.got for bot in bots[2:]] == [[], []]
    assert "/metrics" not in bots[2].asked + bots[3].asked
