"""Socket Mode against the sandbox: what is taken is acknowledged, and however a connection ends there is another."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.http import Http, pooled_session
from bot.clock import Clock
from bot.metrics import Metrics
from bot.sandboxes import serving
from bot.slack.api import WebApi
from bot.slack.door import Door
from bot.slack.envelope import Envelope
from bot.slack.sandbox import SlackSandbox
from bot.slack.socket import Socket
from storage.database import Database
from storage.inbox import Inbox

VIEW: dict[str, Any] = {"type": "view_submission", "team": {"id": "T1"}, "user": {"id": "U1"}, "view": {}}


@dataclass
class Line:
    """The sandbox on one end, the bot's socket on the other."""

    slack: SlackSandbox
    inbox: Inbox
    database: Database
    waits: list[float]

    async def connected(self) -> None:
        await until(lambda: self.slack.sockets.connected)


async def until(good: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not good():
            await asyncio.sleep(0.01)


@asynccontextmanager
async def line(folder: Path, slack: SlackSandbox) -> AsyncIterator[Line]:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    async def no_wait(seconds: float) -> None:
        """Http's own retries are not what is looked at here."""

    async def check(envelope: Envelope) -> Mapping[str, str]:
        raise RuntimeError("a mistake of ours")

    database = Database(f"sqlite:///{folder / 'inbox.sqlite'}")
    await database.open()
    inbox = Inbox(database, Clock().time, "test", 15.0)
    await inbox.open()
    try:
        async with serving({"slack": slack}, 0) as address, pooled_session() as session:
            slack.address = f"{address}slack/"
            api = WebApi(Http(session, sleep=no_wait), slack.app_token, slack.api_url)
            socket = Socket(api, session, Door(inbox, [], check, Metrics(), Clock()), sleep, lambda: 0.5)
            running = asyncio.create_task(socket.run())
            yield Line(slack, inbox, database, waits)
            assert not running.done()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
    finally:
        await inbox.close()
        await database.close()


@pytest.fixture
def slack() -> SlackSandbox:
    return SlackSandbox(lambda: datetime.now(UTC), "http://127.0.0.1:9/nobody", delays=())


async def test_what_is_stored_is_acknowledged(tmp_path: Path, slack: SlackSandbox) -> None:
    async with line(tmp_path, slack) as on:
        await on.connected()
        delivery = await slack.command("/ping", "hello")

        assert delivery.ok
        assert len(await on.inbox.list()) == 1


async def test_what_breaks_on_our_side_is_not_acknowledged_and_does_not_end_the_connection(
    tmp_path: Path, slack: SlackSandbox
) -> None:
    async with line(tmp_path, slack) as on:
        await on.connected()
        failed = await slack.courier.hand_over("interactive", VIEW)
        later = await slack.command("/ping", "hello")

        assert (failed.ok, later.ok) == (False, True)
        assert on.waits == []


async def test_attempts_come_ever_more_seldom_and_often_again_once_one_succeeded(tmp_path: Path, slack: SlackSandbox) -> None:
    slack.refuse("apps.connections.open", "internal_error", times=8)
    async with line(tmp_path, slack) as on:
        await on.connected()
        await slack.command("/ping", "hello")
        slack.sockets.drop()
        await until(lambda: len(on.waits) > 8)

        assert on.waits == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 32.0, 32.0, 1.0]


async def test_an_address_is_tried_once_and_neither_it_nor_the_token_is_logged(
    tmp_path: Path, slack: SlackSandbox, caplog: pytest.LogCaptureFixture
) -> None:
    slack.sockets.turning_away = 1
    slack.refuse("apps.connections.open", "invalid_auth")
    with caplog.at_level(logging.DEBUG, "bot"):
        async with line(tmp_path, slack) as on:
            await on.connected()
    said = [record.getMessage() for record in caplog.records if record.name == "bot.slack.socket"]

    assert [text.split("(")[1].split(")")[0] for text in said] == ["invalid_auth", "WSServerHandshakeError"]
    assert "ticket" not in caplog.text
    assert slack.app_token.reveal() not in caplog.text


async def test_a_connection_that_is_being_replaced_is_still_listened_to(tmp_path: Path, slack: SlackSandbox) -> None:
    async with line(tmp_path, slack) as on:
        await on.connected()
        await slack.sockets.disconnect()
        deliveries = [await slack.command("/ping", str(number)) for number in range(20)]

        assert all(delivery.ok for delivery in deliveries)
        assert on.waits == []
