"""A thousand clients that send nothing, or next to nothing, are hung up on; whoever asks meanwhile is answered as ever."""

import asyncio
import resource
import time
from collections.abc import Iterator
from contextlib import suppress

import psutil
import pytest

from bot.slack.sandbox.workspace import GENERAL
from tests.acceptance.world import World

CLIENTS = 1000
HEAD = b"POST /slack/events HTTP/1.1\r\nHost: bot\r\nContent-Length: 1000\r\n"
MODES = ((b"", b""), (HEAD[:30], b""), (b"", HEAD), (HEAD + b"\r\n", b"x" * 60), (HEAD + b"\r\n", b""))
ASKED = 60
MIB = 1024 * 1024


@pytest.fixture(autouse=True)
def _files() -> Iterator[None]:
    least, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(least, min(4096, most)), most))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (least, most))


async def lingers(port: int, mode: tuple[bytes, bytes]) -> float:
    """How long one client of this kind is put up with, in seconds."""
    at_once, then = mode
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    began = time.monotonic()
    writer.write(at_once)
    dripping = asyncio.create_task(_drip(writer, then))
    async with asyncio.timeout(60):
        with suppress(ConnectionError):
            await reader.read(-1)
    dripping.cancel()
    writer.close()
    return time.monotonic() - began


async def _drip(writer: asyncio.StreamWriter, text: bytes) -> None:
    with suppress(ConnectionError):
        for byte in text:
            writer.write(bytes([byte]))
            await asyncio.sleep(1.0)


async def test_a_thousand_slow_clients_hold_nobody_up(on_slack: World) -> None:
    bot = psutil.Process(on_slack.bot.pid)
    await on_slack.side.ask("ping first")
    await on_slack.settled()
    before = bot.memory_info().rss
    port = int(on_slack.bot.environment["PORT"])
    crowd = [asyncio.create_task(lingers(port, MODES[number % len(MODES)])) for number in range(CLIENTS)]
    await asyncio.sleep(2.0)
    took, most = [], before
    for number in range(ASKED):
        began = time.perf_counter()
        assert await on_slack.side.ask(f"ping {number}", GENERAL)
        took.append(time.perf_counter() - began)
        most = max(most, bot.memory_info().rss)
        await asyncio.sleep(0.05)
    crowding = sum(not each.done() for each in crowd)
    seconds = await asyncio.gather(*crowd)

    slowest, grown = sorted(took)[int(ASKED * 0.99) - 1], (most - before) / MIB
    assert crowding == CLIENTS
    assert max(seconds) <= 11.0
    assert slowest < 0.5
    assert grown <= 64
