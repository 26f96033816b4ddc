"""A made-up Microsoft Teams, both sides of it: the services that the bot calls, and the people who talk to the bot."""

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from aiohttp import web

from adapters.base import Secret
from adapters.sandbox import Sandbox
from bot.teams.sandbox.activities import Activities
from bot.teams.sandbox.connector import Connector
from bot.teams.sandbox.control import add_control_routes
from bot.teams.sandbox.delivery import Courier, headers_of
from bot.teams.sandbox.drive import Drive
from bot.teams.sandbox.errors import ApiError, connector_error
from bot.teams.sandbox.gate import Gate
from bot.teams.sandbox.graph import Graph
from bot.teams.sandbox.keys import Issuer
from bot.teams.sandbox.login import MULTI_TENANT, Login
from bot.teams.sandbox.people import People
from bot.teams.sandbox.places import Places
from bot.teams.sandbox.presses import Presses
from bot.teams.sandbox.roster import Roster
from bot.teams.sandbox.samples import sample
from bot.teams.sandbox.screens import Dialog, Screens
from bot.teams.sandbox.shapes import message_json
from bot.teams.sandbox.sign_in import TENANTS, SignIn
from bot.teams.sandbox.streams import Streams
from bot.teams.sandbox.workspace import ADA, APP_ID, BOT, TENANT, Json, Workspace

_DELAYS = (15.0,)  # seconds before each further attempt at an activity


class TeamsSandbox(Sandbox):
    """It keeps Microsoft's documented rules and limits, so that a bot that works here has a chance there.

    Set `address` once it is being served. People act by `message`, `talk`, `search`, `install`, `uninstall`, `react` and
    `edit`, see `People`, by `press`, `submit` and `act`, see `Presses`, and they `stop` an answer that is streamed. What they
    see is in `messages`, `view`, `dialog` and `toasts`. They sign in by `sign_in`. `token`, `activity` and `post` are for who
    wants to tell the bot what Teams would not.
    """

    def __init__(self, now: Callable[[], datetime], bot_url: str, delays: Sequence[float] = _DELAYS) -> None:
        super().__init__("teams", now)
        self.app_id = APP_ID
        self.workspace = Workspace(now)
        self.issuer = Issuer(APP_ID, now, lambda: self.address)
        self.entra = SignIn(self.workspace, lambda: self.address)
        self.sign_in = self.entra.sign_in
        self.login = Login(now, lambda audience, seconds: self.grant(audience, seconds=seconds), self.entra.exchange)
        self.private |= {f"/login/{tenant}/oauth2/v2.0/token" for tenant in (*TENANTS, MULTI_TENANT)}
        self.graph = Graph(self.workspace, self.account_of)
        self.drive = Drive(self.workspace, self.account_of)
        self.streams = Streams(self.workspace)
        self.courier = Courier(bot_url, self.issuer.token, delays)
        self.activities = Activities(self.workspace)
        self.screens = Screens(self.workspace, self.courier)
        self.rotate = self.issuer.rotate
        self._let_people_act()
        self._add_routes()

    @property
    def address(self) -> str:
        """Where it is served, with a slash at its end."""
        return self.workspace.address

    @address.setter
    def address(self, address: str) -> None:
        self.workspace.address = address

    @property
    def tenant(self) -> str:
        return TENANT

    @property
    def app_password(self) -> Secret:
        return self.login.password

    @property
    def identity_header(self) -> Secret:
        """What the bot takes for `IDENTITY_HEADER`."""
        return self.login.identity_header

    @property
    def service_url(self) -> str:
        """What activities tell as `serviceUrl`, such as `https://smba.trafficmanager.net/emea/<tenant>/`."""
        return self.workspace.service_url()

    @property
    def openid_url(self) -> str:
        """What the bot takes for `https://login.botframework.com/v1/.well-known/openidconfiguration`."""
        return f"{self.address}openid/.well-known/openidconfiguration"

    @property
    def login_url(self) -> str:
        """What the bot takes for `https://login.microsoftonline.com/`."""
        return f"{self.address}login/"

    @property
    def graph_url(self) -> str:
        """What the bot takes for `https://graph.microsoft.com/v1.0/`."""
        return f"{self.address}graph/v1.0/"

    @property
    def graph_allowed(self) -> bool:
        """Whether the app was granted to read messages through Graph."""
        return self.graph.allowed

    @graph_allowed.setter
    def graph_allowed(self, allowed: bool) -> None:
        self.graph.allowed = allowed

    @property
    def identity_url(self) -> str:
        """What the bot takes for `IDENTITY_ENDPOINT`."""
        return f"{self.address}identity/token"

    def messages(self, conversation: str = "") -> list[Json]:
        """What stands in a conversation, in one thread of it, or anywhere; oldest first. A person's id means their chat."""
        return [message_json(posted) for posted in self.workspace.posts(conversation)]

    def said(self, conversation: str = "") -> list[Json]:
        """Of `messages`, those by the bot."""
        return [message for message in self.messages(conversation) if message["from"] == BOT]

    def token(self, **changes: Any) -> str:
        """A token as Teams sends it, but for what is changed: claims by name, `header`, `key`. See `Issuer.token`."""
        return self.issuer.token(changes.pop("service_url", self.service_url), **changes)

    def activity(self, kind: str, **changes: Any) -> Json:
        """An activity that nobody caused, but for what is changed. See `sample`."""
        return sample(self.activities, self.workspace, kind, **changes)

    async def post(self, activity: Mapping[str, Any] | bytes, token: str | None) -> int:
        """Delivers just this, once; gives the status, 0 where there was no answer. No token: no Authorization."""
        body = activity if isinstance(activity, bytes) else json.dumps(activity).encode()
        status, _, _ = await self.courier.post(body, headers_of(token))
        return status

    def view(self, message: str, user: str) -> Json | None:
        """A message's card as this person sees it: what they pressed may have changed it for them alone."""
        posted = next((posted for posted in self.workspace.posts() if posted.id == message), None)
        return self.workspace.view(posted, user) if posted else None

    def dialog(self, user: str = ADA) -> Dialog | None:
        """What the person has open."""
        return self.screens.dialogs.get(user)

    @property
    def toasts(self) -> list[Json]:
        """The short texts that people saw, each with its `user` and `text`."""
        return self.screens.toasts

    def error(self, status: int, text: str) -> web.Response:
        code = {401: "Unauthorized", 404: "NotFound", 412: "PreconditionFailed", 429: "Throttled"}
        return connector_error(ApiError(status, code.get(status, "ServiceError"), text))

    def _let_people_act(self) -> None:
        shared = (self.workspace, Places(self.workspace), self.activities, self.courier, self.screens)
        people, presses = People(*shared), Presses(*shared)
        self.message, self.search, self.react, self.edit = people.message, people.search, people.react, people.edit
        self.install, self.uninstall, self.block = people.install, people.uninstall, people.block
        self.press, self.press_number, self.submit = presses.press, presses.press_number, presses.submit
        self.talk, self.act, self.stop = people.talk, presses.act, self.streams.stop

    def _add_routes(self) -> None:
        gate = Gate(self.workspace, self.account_of)
        roster = Roster(self.workspace, gate)
        connector = Connector(self.workspace, gate, self.streams)
        services = (self.issuer, self.entra, self.login, self.graph, self.drive, connector, roster)
        for part in services:
            part.add_routes(self.app.router)
        talking = ("message", "talk", "search", "install", "uninstall", "react", "edit", "block")
        names = (*talking, "press", "press_number", "submit", "act", "stop")
        add_control_routes(self.app.router, {name: getattr(self, name) for name in names}, self.messages)
        self.app.cleanup_ctx.append(self._deliver)

    async def _deliver(self, app: web.Application) -> AsyncIterator[None]:
        await self.courier.open()
        yield
        await self.courier.close()
