"""A made-up Slack workspace, both sides of it: the Web API that the bot calls, and the people who talk to the bot."""

import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime

from aiohttp import web

from adapters.base import Secret
from adapters.sandbox import Sandbox
from bot.slack.sandbox import payloads
from bot.slack.sandbox.codes import Client
from bot.slack.sandbox.control import add_control_routes
from bot.slack.sandbox.delivery import Courier
from bot.slack.sandbox.installs import Installs
from bot.slack.sandbox.openid import OpenId
from bot.slack.sandbox.page import Page
from bot.slack.sandbox.server import Refusal, Server
from bot.slack.sandbox.shapes import message_json
from bot.slack.sandbox.site import Site
from bot.slack.sandbox.socket_mode import Sockets
from bot.slack.sandbox.workspace import BOT, TEAM, Json, Workspace, elsewhere
from commands import SUBJECTS
from commands.catalog import subjects

_DELAYS = (0.0, 60.0, 300.0)  # seconds before each further attempt at an event
_DEEDS = (
    "command",
    "mention",
    "message",
    "shortcut",
    "stop",
    "attach",
    "click",
    "submit",
    "press_form",
    "event",
    "open_home",
    "press_home",
    "leave",
)


class SlackSandbox(Sandbox):
    """It keeps Slack's documented rules and limits, so that a bot that works here has a chance there.

    Set `address` once it is being served. People act by `command`, `mention`, `message`, `click`, `submit`, `press_form` and
    `event`, see `People`; what they see is in `messages`; `GET /` is a page on which a newcomer does the same by hand. They
    sign in by `sign_in`. `shortcuts` are the commands in each message's menu, with their names there. The bot is in this
    workspace from the beginning; another one, `elsewhere`, lets it in by `install`.
    """

    def __init__(self, now: Callable[[], datetime], events_url: str, delays: Sequence[float] = _DELAYS) -> None:
        super().__init__("slack", now)
        self.bot_token = Secret(f"xoxb-{secrets.token_hex(16)}")
        self.app_token = Secret(f"xapp-{secrets.token_hex(16)}")
        self.signing_secret = Secret(secrets.token_hex(16))
        self.client_id = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}"
        self.client_secret = secrets.token_hex(16)
        self.workspace = Workspace(now)
        self.sockets = Sockets()
        self.courier = Courier(events_url, self.signing_secret, self.sockets, now, delays)
        self.home, self.elsewhere = sites = (Site(self.workspace, self.courier), Site(elsewhere(now), self.courier))
        self.api, self.views, people = self.home.api, self.home.views, self.home.people
        self.command, self.mention, self.message = people.command, people.mention, people.message
        self.shortcut, self.stop, self.attach = people.shortcut, people.stop, people.attach
        offered = (command for subject in subjects(SUBJECTS) for command in subject.commands)
        self.shortcuts = {command.name: command.shortcut for command in offered if command.shortcut}
        self.click, self.submit, self.press_form, self.event = people.click, people.submit, people.press_form, people.event
        self.open_home, self.press_home, self.leave = people.open_home, people.press_home, people.leave
        client = Client(self.client_id, Secret(self.client_secret))
        self.installs = Installs(client, sites, now)
        self.installs.keep(self.bot_token.reveal(), self.home)
        self.install = self.installs.install
        self.openid = OpenId(client, [site.workspace for site in sites], now, lambda: self.address)
        self.sign_in = self.openid.sign_in
        self.private |= {f"/api/{method}" for method in ("oauth.v2.access", "openid.connect.token")}
        self.server = Server(sites, self.installs, self.sockets, self.app_token, self._echo)
        self._add_routes()

    @property
    def address(self) -> str:
        """Where it is served, with a slash at its end."""
        return self.workspace.address

    @address.setter
    def address(self, address: str) -> None:
        self.workspace.address = self.elsewhere.workspace.address = address

    @property
    def api_url(self) -> str:
        """What the bot takes for `https://slack.com/api/`."""
        return f"{self.address}api/"

    def messages(self, channel: str = "", team: str = TEAM) -> list[Json]:
        """What stands in a channel, or anywhere, oldest first. `only_for` is who sees it, empty where everybody does."""
        workspace = self._site(team).workspace
        where = workspace.channel(channel).id if channel else ""
        return [
            {**message_json(workspace, posted, with_metadata=True), "channel": posted.channel, "only_for": posted.only_for}
            for posted in workspace.posts(where)
        ]

    async def uninstall(self, team: str = TEAM) -> None:
        """An admin removes the bot: its tokens end, and it is told so twice, as Slack does."""
        self.installs.uninstall(team)
        site = self._site(team)
        await site.people.event({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [BOT]}})
        await site.people.event({"type": "app_uninstalled"})

    def refuse(self, method: str, error: str, times: int = 1) -> None:
        """Answers the next calls of a method (a regular expression) with an error of Slack's, such as `is_archived`."""
        self.server.refusals.append(Refusal(method, error, times))

    def error(self, status: int, text: str) -> web.Response:
        code = {401: "invalid_auth", 404: "unknown_method", 429: "ratelimited", 503: "service_unavailable"}
        return web.json_response({"ok": False, "error": code.get(status, "internal_error")}, status=status)

    def _site(self, team: str) -> Site:
        return self.home if team == self.workspace.team else self.elsewhere

    def _page(self) -> Page:
        return Page(self.workspace, self.views, self.home.people, self.shortcuts)

    def _add_routes(self) -> None:
        for part in (self.openid, self.installs, self.server, self._page()):
            part.add_routes(self.app.router)
        deeds = {name: getattr(self.home.people, name) for name in _DEEDS}
        add_control_routes(self.app.router, deeds | {"uninstall": self.uninstall}, self.messages, self.refuse)
        self.app.cleanup_ctx.append(self._deliver)
        self.app.on_shutdown.append(self._hang_up)

    async def _deliver(self, app: web.Application) -> AsyncIterator[None]:
        await self.courier.open()
        yield
        await self.courier.close()

    async def _hang_up(self, app: web.Application) -> None:
        await self.sockets.close()

    def _echo(self, site: Site, method: str, answer: Json) -> None:
        """In direct messages Slack tells the bot of its own words too: a bot that answers them talks for ever."""
        workspace = site.workspace
        posted = workspace.find(answer["channel"], answer["ts"]) if method == "chat.postMessage" else None
        if posted and workspace.channels[posted.channel].kind == "im":
            self.courier.later(self.courier.event(payloads.event(workspace, payloads.said(workspace, posted, "message"))))
