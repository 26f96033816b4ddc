"""The sandbox being served, Slack's own client for it, and a bot that writes down what it is told."""

import json
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.sandbox import SlackSandbox


class MovableClock:
    """The real time, and what was skipped of it."""

    def __init__(self) -> None:
        self._skipped = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._skipped

    def skip(self, seconds: float) -> None:
        self._skipped += timedelta(seconds=seconds)


@dataclass
class Told:
    """One request that the bot got."""

    headers: dict[str, str]
    body: bytes

    @property
    def content(self) -> dict[str, Any]:
        """A command's fields, or the JSON of anything else."""
        if self.body.startswith(b"{"):
            return dict(json.loads(self.body))
        fields = dict(parse_qsl(self.body.decode(), keep_blank_values=True))
        return dict(json.loads(fields["payload"])) if "command" not in fields else fields


@dataclass
class Bot:
    """Answers 200 to everything, unless `answers` holds something else for the next requests."""

    url: str = ""
    told: list[Told] = field(default_factory=list)
    answers: deque[web.Response] = field(default_factory=deque)

    async def hear(self, request: web.Request) -> web.Response:
        self.told.append(Told(dict(request.headers), await request.read()))
        return self.answers.popleft() if self.answers else web.Response()


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    bot = Bot()
    app = web.Application()
    app.router.add_post("/slack/events", bot.hear)
    async with TestServer(app) as server:
        bot.url = str(server.make_url("/slack/events"))
        yield bot


@pytest.fixture
async def sandbox(clock: MovableClock, bot: Bot) -> AsyncIterator[SlackSandbox]:
    sandbox = SlackSandbox(clock.now, bot.url, delays=(0.0, 0.01, 0.02))
    app = web.Application()
    app.add_subapp("/slack/", sandbox.app)
    async with TestServer(app) as server:
        sandbox.address = str(server.make_url("/slack/"))
        yield sandbox


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def slack(sandbox: SlackSandbox, session: aiohttp.ClientSession) -> AsyncWebClient:
    return AsyncWebClient(sandbox.bot_token.reveal(), base_url=sandbox.api_url, session=session, retry_handlers=[])
