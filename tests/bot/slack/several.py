"""The bot's whole Slack side, as it stands between several workspaces and the database: served, and reached, over HTTP."""

import asyncio
import itertools
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.base import Secret
from adapters.http import Http, pooled_session
from bot.clock import Clock
from bot.metrics import Metrics
from bot.platform import Asked
from bot.sandboxes import serving
from bot.slack.app import Many, SlackApp
from bot.slack.oauth import OAuth
from bot.slack.rotation import Rotation
from bot.slack.sandbox import SlackSandbox
from bot.slack.sandbox.workspace import OTHER_TEAM
from bot.slack.slack import Slack
from commands.catalog import Catalog, Subject
from storage.data_keys import open_data_keys
from storage.database import Database
from storage.delivery import Delivery
from storage.inbox import Inbox
from storage.installations import Installations
from storage.key_source import KeySource
from storage.sealing import Sealer
from storage.states import States

KEYS = KeySource(Path("nowhere"), value=bytes(range(32)).hex())


class MovableClock(Clock):
    """The real time, and what was skipped of it."""

    def __init__(self) -> None:
        self.skipped = 0.0

    def time(self) -> float:
        return super().time() + self.skipped

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.time(), UTC)


@dataclass
class Several:
    sandbox: SlackSandbox
    app: SlackApp
    slack: Slack
    address: str  # of the bot, with a slash at its end
    browser: aiohttp.ClientSession
    database: Database
    installations: Installations
    oauth: OAuth
    inbox: Inbox
    taken: asyncio.Queue[Delivery]
    clock: MovableClock

    async def delivery(self) -> Delivery:
        """The next that arrived."""
        async with asyncio.timeout(20):
            delivery = await self.taken.get()
        await self.inbox.finish(delivery)
        return delivery

    async def asked(self) -> Asked | None:
        """What the platform makes of it."""
        return await self.slack.read(await self.delivery())

    async def to_slack(self) -> tuple[str, dict[str, str]]:
        """Where somebody is sent who opens the page on which the bot is installed, and the cookies they are given."""
        async with self.browser.get(f"{self.address}slack/install", allow_redirects=False) as answer:
            assert answer.status == 302
            return answer.headers["Location"], {name: morsel.value for name, morsel in answer.cookies.items()}

    async def back(self, url: str, cookies: dict[str, str]) -> tuple[int, str]:
        """What they see when Slack has sent them back."""
        header = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())} if cookies else {}
        async with self.browser.get(url, headers=header, allow_redirects=False) as answer:
            return answer.status, await answer.text()

    async def install(self, team: str = OTHER_TEAM) -> tuple[int, str]:
        """The whole way."""
        url, cookies = await self.to_slack()
        return await self.back(self.sandbox.install(url, team), cookies)

    def another_process(self) -> Rotation:
        """Which has the same database, and its own name."""
        return Rotation(self.installations, self.oauth, secrets.token_hex(4), self.clock)

    def said(self, team: str = OTHER_TEAM) -> list[dict[str, Any]]:
        return [message for message in self.sandbox.messages(team=team) if message.get("bot_id")]


class Elsewhere(NamedTuple):
    """A Slack that is not our own stand-in, and the app as it is known there."""

    address: str  # with a slash at its end
    client_id: str
    client_secret: str


@asynccontextmanager
async def several(
    folder: Path,
    own: bool = True,
    elsewhere: Elsewhere | None = None,
    port: int | None = None,
    subjects: Sequence[Subject] = (),
) -> AsyncIterator[Several]:
    """`own`: one workspace's token is in the settings. `port` is where the bot listens, any by default.

    `subjects` are what can be asked, nothing by default.
    """
    async with AsyncExitStack() as stack:
        clock, served = MovableClock(), _Served()
        server = await stack.enter_async_context(TestServer(served.app, port=port))
        address = str(server.make_url("/"))
        sandbox = SlackSandbox(clock.now, f"{address}slack/events", delays=())
        shared = await stack.enter_async_context(serving({"slack": sandbox}, 0))
        sandbox.address = f"{shared}slack/"
        database = Database(f"sqlite:///{folder / 'bot.sqlite'}")
        stack.push_async_callback(database.close)
        await database.open()
        inbox = Inbox(database, clock.time, "test", poll=0.02)
        stack.push_async_callback(inbox.close)
        await inbox.open()
        data_keys = await open_data_keys(database, KEYS, clock.time, process="test")
        stack.push_async_callback(data_keys.close)
        sealer = Sealer(data_keys)
        tokens = map(str, itertools.count())
        states = States(database, sealer, clock.time, lambda: f"state-{next(tokens)}")
        installations = Installations(database, sealer, clock.time)
        session = await stack.enter_async_context(pooled_session())
        http = Http(session)
        there = elsewhere or Elsewhere(sandbox.address, sandbox.client_id, sandbox.client_secret)
        api_url, client = f"{there.address}api/", (there.client_id, Secret(there.client_secret))
        many = Many(*client, there.address, address, installations, states, _page, "test")
        app = SlackApp(
            sandbox.bot_token if own else Secret(""),
            [sandbox.signing_secret],
            Secret(""),
            api_url,
            "UTC",
            session,
            http,
            inbox,
            Catalog(subjects, lambda _: True),
            Metrics(),
            clock,
            many,
        )
        served.slack = app
        slack = await app.open()
        taken: asyncio.Queue[Delivery] = asyncio.Queue()
        inbox.claim(taken.put_nowait, 10)
        browser = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))
        oauth = OAuth(http, api_url, *client)
        yield Several(sandbox, app, slack, address, browser, database, installations, oauth, inbox, taken, clock)


class _Served:
    """What the bot's web server hands on: its address is known before there is anybody to hand it to."""

    def __init__(self) -> None:
        self.slack: SlackApp | None = None
        self.app = web.Application()
        self.app.router.add_post("/slack/events", self._event)
        self.app.router.add_get("/slack/{page}", self._page)

    async def _event(self, request: web.Request) -> web.StreamResponse:
        assert self.slack
        return await self.slack.handle(request)

    async def _page(self, request: web.Request) -> web.StreamResponse:
        assert self.slack
        return await self.slack.pages[request.path](request)


def _page(text: str, status: int) -> web.Response:
    return web.Response(text=text, status=status)
