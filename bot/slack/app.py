"""Puts the Slack side together: the door, Bolt, and the way out."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
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
from bot.slack.listen import Listener
from bot.slack.pace import Pace
from bot.slack.people import People
from bot.slack.send import Sender
from bot.slack.slack import Slack
from bot.slack.socket import Socket
from bot.validation import validate
from commands.catalog import Catalog
from commands.usage import UsageError
from storage.inbox import Inbox


class SlackApp:
    """Everything of one workspace: `platform` for the worker, `door` for the web server, `connect` for Socket Mode."""

    def __init__(
        self,
        token: Secret,
        secrets: Sequence[Secret],
        base_url: str,
        zone: str,
        session: ClientSession,
        http: Http,
        inbox: Inbox,
        catalog: Catalog,
        metrics: Metrics,
        clock: Clock,
    ) -> None:
        self._api = WebApi(http, token, base_url)
        self._people = People(self._api, zone, clock)
        self._listener = Listener(base_url, session)
        self._catalog = catalog
        self._clock = clock
        sender = Sender(self._api, http, Pace(asyncio.sleep))
        self.platform = Slack(self._api, self._listener, self._people, sender)
        self.door = Door(inbox, secrets, self._check_form, metrics, clock)
        self._socket: Socket | None = None

    async def connect(self, app_token: Secret) -> None:
        """Opens the Socket Mode connection, and keeps it open."""
        self._socket = Socket(self._listener.bolt, app_token.reveal(), self.door)
        await self._socket.client.connect()

    async def close(self) -> None:
        if self._socket:
            await self._socket.client.close()

    async def check(self) -> str:
        """Says as whom the bot is known in which workspace. Raises Refused, Unavailable."""
        try:
            known = await self._api.read("auth.test")
        except SlackError as error:
            raise Refused(f"Slack does not accept the bot's token: {error}.") from None
        return f"as @{known['user']} in {known['team']}"

    async def _check_form(self, envelope: Envelope) -> Mapping[str, str]:
        """What is wrong with a submitted form, by field. Answered within Slack's three seconds."""
        form = read_form(envelope.payload["view"])
        try:
            await validate(self._catalog.named(form.command), form.arguments, await self._now(envelope))
        except UsageError as error:
            return {error.option: str(error)}
        return {}

    async def _now(self, envelope: Envelope) -> datetime:
        try:
            async with asyncio.timeout(1.5):
                person = await self._people.find(envelope.team, envelope.user)
        except (Unavailable, TimeoutError):
            return self._clock.now()
        return self._clock.now().astimezone(ZoneInfo(person.zone))
