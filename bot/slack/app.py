"""Puts the Slack side together: the door, Bolt, and the way out."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from aiohttp import ClientSession, web

from adapters.base import Secret
from adapters.errors import Unavailable
from adapters.http import Http
from bot.clock import Clock
from bot.forms import faults
from bot.metrics import Metrics
from bot.slack.api import WebApi
from bot.slack.door import Door
from bot.slack.envelope import Envelope
from bot.slack.form import read_form
from bot.slack.manifest import INSTALL, REDIRECT
from bot.slack.oauth import OAuth
from bot.slack.pace import Pace
from bot.slack.people import People
from bot.slack.rotation import Rotation
from bot.slack.slack import Slack
from bot.slack.socket import Socket
from bot.slack.workspaces import NotInstalledError, Workspaces
from bot.strict_json import Malformed
from commands.catalog import Catalog
from storage.inbox import Inbox
from storage.installations import Installations
from storage.states import States

if TYPE_CHECKING:
    from bot.slack.install import Install
    from bot.slack.listen import Listener


@dataclass(frozen=True)
class Many:
    """What it takes for other workspaces to install the bot. `show` gives a page that says a text, with a status.

    `oauth_url` is where people's browsers find Slack, `public_url` where they find the bot; both end with a slash. `holder` is
    this process's name.
    """

    client_id: str
    client_secret: Secret
    oauth_url: str
    public_url: str
    installations: Installations
    states: States
    show: Callable[[str, int], web.Response]
    holder: str


class SlackApp:
    """Everything of Slack. Implements `bot.platforms.PlatformApp`; with an `app_token` it uses Socket Mode as well.

    `token` is the one of the bot's own workspace; with `many`, others can install it too, and there need not be one.
    """

    title = "Slack"
    path = "/slack/events"

    def __init__(
        self,
        token: Secret,
        secrets: Sequence[Secret],
        app_token: Secret,
        base_url: str,
        zone: str,
        session: ClientSession,
        http: Http,
        inbox: Inbox,
        catalog: Catalog,
        metrics: Metrics,
        clock: Clock,
        many: Many | None = None,
    ) -> None:
        self._http = http
        self._clock = clock
        self._app_token = app_token
        self._many = many
        self._oauth = OAuth(http, base_url, many.client_id, many.client_secret) if many else None
        rotation = Rotation(many.installations, self._oauth, many.holder, clock) if many and self._oauth else None
        self._workspaces = Workspaces(http, base_url, token, rotation, clock)
        self._zone = zone
        self._people = People(self._workspaces, zone, clock)
        self._base_url = base_url
        self._session = session
        self._listener: Listener
        self._catalog = catalog
        self._install: Install | None = None
        self._door = Door(inbox, secrets, self._check_form, metrics, clock)
        self.handle = self._door.handle
        self._connection: asyncio.Task[None] | None = None

    async def open(self) -> Slack:
        """Loads Bolt, which takes long, in a thread: the door is open meanwhile."""
        listen = await asyncio.to_thread(import_module, "bot.slack.listen")
        self._listener = listen.Listener(self._base_url, self._session)
        if self._many and self._oauth:
            install = await asyncio.to_thread(import_module, "bot.slack.install")
            self._install = install.Install(self._oauth, self._many, self._clock)
        pace = Pace(asyncio.sleep)
        return Slack(self._workspaces, self._listener, self._people, self._http, pace, self._zone, self._clock)

    def start(self) -> None:
        """With an app token: opens the Socket Mode connection and keeps it open, however long Slack may be away."""
        if self._app_token:
            api = WebApi(self._http, self._app_token, self._base_url)
            socket = Socket(api, self._session, self._door, asyncio.sleep, random.random)
            self._connection = asyncio.create_task(socket.run())

    async def close(self) -> None:
        if self._connection:
            self._connection.cancel()
            await asyncio.gather(self._connection, return_exceptions=True)

    async def check(self) -> str:
        """Says as whom the bot is known in which workspace. Raises Refused, Unavailable."""
        return await self._workspaces.check()

    @property
    def pages(self) -> Mapping[str, Callable[[web.Request], Awaitable[web.Response]]]:
        """What people open in a browser to install the bot, by path; nothing where it is in its own workspace alone."""
        return {INSTALL: self._begin, f"/{REDIRECT}": self._finish} if self._many else {}

    async def _begin(self, request: web.Request) -> web.Response:
        return await self._install.begin(request) if self._install else web.Response(status=503)

    async def _finish(self, request: web.Request) -> web.Response:
        return await self._install.finish(request) if self._install else web.Response(status=503)

    async def _check_form(self, envelope: Envelope) -> Mapping[str, str]:
        """What is wrong with a submitted form, by field. Answered within Slack's three seconds. Raises Malformed."""
        try:
            form = read_form(envelope.payload["view"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Malformed(type(error).__name__) from None
        command = self._catalog.get(form.command)
        if command is None or not command.options:
            return {}  # the worker says so: Slack tells what is wrong at a field, or not at all
        return await faults(command, form.arguments, await self._now(envelope))

    async def _now(self, envelope: Envelope) -> datetime:
        try:
            async with asyncio.timeout(1.5):
                person = await self._people.find(envelope.team, envelope.user)
        except (Unavailable, NotInstalledError, TimeoutError):
            return self._clock.now()
        return self._clock.now().astimezone(ZoneInfo(person.zone))
