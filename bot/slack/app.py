"""Puts the Slack side together: the door, Bolt, and the way out."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from aiohttp import ClientSession

from adapters.base import Secret
from adapters.errors import Refused, Unavailable
from adapters.http import Http
from bot.clock import Clock
from bot.metrics import Metrics
from bot.slack.api import SlackError, WebApi
from bot.slack.door import Door
from bot.slack.envelope import Envelope
from bot.slack.form import read_form
from bot.slack.pace import Pace
from bot.slack.people import People
from bot.slack.send import Sender
from bot.slack.slack import Slack
from bot.slack.socket import Socket
from bot.strict_json import Malformed
from bot.validation import validate
from commands.catalog import Catalog
from commands.usage import UsageError
from storage.inbox import Inbox

if TYPE_CHECKING:
    from bot.slack.listen import Listener


class SlackApp:
    """Everything of one workspace. Implements `bot.platforms.PlatformApp`; with an `app_token` it uses Socket Mode as well."""

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
    ) -> None:
        self._http = http
        self._app_token = app_token
        self._api = WebApi(http, token, base_url)
        self._people = People(self._api, zone, clock)
        self._base_url = base_url
        self._session = session
        self._listener: Listener
        self._catalog = catalog
        self._clock = clock
        self._sender = Sender(self._api, http, Pace(asyncio.sleep))
        self._door = Door(inbox, secrets, self._check_form, metrics, clock)
        self.handle = self._door.handle
        self._connection: asyncio.Task[None] | None = None

    async def open(self) -> Slack:
        """Loads Bolt, which takes long, in a thread: the door is open meanwhile."""
        listen = await asyncio.to_thread(import_module, "bot.slack.listen")
        self._listener = listen.Listener(self._base_url, self._session)
        return Slack(self._api, self._listener, self._people, self._sender)

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
        try:
            known = await self._api.read("auth.test")
        except SlackError as error:
            raise Refused(f"Slack does not accept the bot's token: {error}.") from None
        return f"as @{known['user']} in {known['team']}"

    async def _check_form(self, envelope: Envelope) -> Mapping[str, str]:
        """What is wrong with a submitted form, by field. Answered within Slack's three seconds. Raises Malformed."""
        try:
            form = read_form(envelope.payload["view"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Malformed(type(error).__name__) from None
        try:
            await validate(self._catalog.named(form.command), form.arguments, await self._now(envelope))
        except UsageError as error:
            fields = list(form.arguments) or [""]
            return {error.option or fields[0]: str(error)}
        return {}

    async def _now(self, envelope: Envelope) -> datetime:
        try:
            async with asyncio.timeout(1.5):
                person = await self._people.find(envelope.team, envelope.user)
        except (Unavailable, TimeoutError):
            return self._clock.now()
        return self._clock.now().astimezone(ZoneInfo(person.zone))
