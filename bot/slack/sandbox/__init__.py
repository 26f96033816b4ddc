"""A made-up Slack workspace, both sides of it: the Web API that the bot calls, and the people who talk to the bot."""

import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime

from aiohttp import web

from adapters.base import Secret
from adapters.sandbox import Sandbox
from bot.slack.manifest import SCOPES
from bot.slack.sandbox import payloads
from bot.slack.sandbox.control import add_control_routes
from bot.slack.sandbox.delivery import Courier
from bot.slack.sandbox.page import Page
from bot.slack.sandbox.people import People
from bot.slack.sandbox.responses import ResponseUrls
from bot.slack.sandbox.server import Refusal, Server
from bot.slack.sandbox.shapes import message_json
from bot.slack.sandbox.socket_mode import Sockets
from bot.slack.sandbox.views import Views
from bot.slack.sandbox.web_api import WebApi
from bot.slack.sandbox.workspace import Json, Workspace

_DELAYS = (0.0, 60.0, 300.0)  # seconds before each further attempt at an event


class SlackSandbox(Sandbox):
    """It keeps Slack's documented rules and limits, so that a bot that works here has a chance there.

    Set `address` once it is being served. People act by `command`, `mention`, `message`, `click`, `submit` and `event`, see
    `People`; what they see is in `messages`; `GET /` is a page on which a newcomer does the same by hand.
    """

    def __init__(self, now: Callable[[], datetime], events_url: str, delays: Sequence[float] = _DELAYS) -> None:
        super().__init__("slack", now)
        self.bot_token = Secret(f"xoxb-{secrets.token_hex(16)}")
        self.app_token = Secret(f"xapp-{secrets.token_hex(16)}")
        self.signing_secret = Secret(secrets.token_hex(16))
        self.workspace = Workspace(now)
        self.views = Views(self.workspace)
        self.sockets = Sockets()
        self.courier = Courier(events_url, self.signing_secret, self.sockets, now, delays)
        self.api = WebApi(self.workspace, self.views, SCOPES)
        responses = ResponseUrls(self.workspace)
        self.server = Server(self.workspace, self.api, responses, self.sockets, self.bot_token, self.app_token, self._echo)
        people = People(self.workspace, self.views, responses, self.courier)
        self.command, self.mention, self.message = people.command, people.mention, people.message
        self.click, self.submit, self.event = people.click, people.submit, people.event
        self._add_routes(people)

    @property
    def address(self) -> str:
        """Where it is served, with a slash at its end."""
        return self.workspace.address

    @address.setter
    def address(self, address: str) -> None:
        self.workspace.address = address

    @property
    def api_url(self) -> str:
        """What the bot takes for `https://slack.com/api/`."""
        return f"{self.address}api/"

    def messages(self, channel: str = "") -> list[Json]:
        """What stands in a channel, or anywhere, oldest first. `only_for` is who sees it, empty where everybody does."""
        where = self.workspace.channel(channel).id if channel else ""
        return [
            {**message_json(self.workspace, posted, with_metadata=True), "channel": posted.channel, "only_for": posted.only_for}
            for posted in self.workspace.posts(where)
        ]

    def refuse(self, method: str, error: str, times: int = 1) -> None:
        """Answers the next calls of a method (a regular expression) with an error of Slack's, such as `is_archived`."""
        self.server.refusals.append(Refusal(method, error, times))

    def error(self, status: int, text: str) -> web.Response:
        code = {401: "invalid_auth", 404: "unknown_method", 429: "ratelimited", 503: "service_unavailable"}
        return web.json_response({"ok": False, "error": code.get(status, "internal_error")}, status=status)

    def _add_routes(self, people: People) -> None:
        self.server.add_routes(self.app.router)
        Page(self.workspace, self.views, people).add_routes(self.app.router)
        deeds = {name: getattr(people, name) for name in ("command", "mention", "message", "click", "submit", "event")}
        add_control_routes(self.app.router, deeds, self.messages, self.refuse)
        self.app.cleanup_ctx.append(self._deliver)
        self.app.on_shutdown.append(self._hang_up)

    async def _deliver(self, app: web.Application) -> AsyncIterator[None]:
        await self.courier.open()
        yield
        await self.courier.close()

    async def _hang_up(self, app: web.Application) -> None:
        await self.sockets.close()

    def _echo(self, method: str, answer: Json) -> None:
        """In direct messages Slack tells the bot of its own words too: a bot that answers them talks for ever."""
        posted = self.workspace.find(answer["channel"], answer["ts"]) if method == "chat.postMessage" else None
        if posted and self.workspace.channels[posted.channel].kind == "im":
            said = payloads.said(self.workspace, posted, "message")
            self.courier.later(self.courier.event(payloads.event(self.workspace, said)))
