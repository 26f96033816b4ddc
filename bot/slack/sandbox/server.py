"""What the bot calls over HTTP: the Web API, response URLs, and the door of Socket Mode."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from adapters.base import Secret
from bot.slack.sandbox.arguments import Arguments, arguments_of
from bot.slack.sandbox.responses import ResponseUrls
from bot.slack.sandbox.socket_mode import Sockets
from bot.slack.sandbox.web_api import WebApi
from bot.slack.sandbox.workspace import ApiError, Json, Workspace

_CONNECT = "apps.connections.open"
_POSTING = ("chat.postMessage", "chat.postEphemeral")
_PACE = 1.0  # seconds: https://docs.slack.dev/apis/web-api/rate-limits/


@dataclass
class Refusal:
    """Answers the next `times` calls of a method with an error of Slack's. `method` is a regular expression."""

    method: str
    error: str
    times: int = 1


class Server:
    """Lets in who holds the right token. `told` hears of every call that was answered."""

    def __init__(
        self,
        workspace: Workspace,
        api: WebApi,
        responses: ResponseUrls,
        sockets: Sockets,
        bot_token: Secret,
        app_token: Secret,
        told: Callable[[str, Json], None],
    ) -> None:
        self.refusals: list[Refusal] = []
        self.paced = False  # whether a channel takes no more than a message a second
        self._workspace = workspace
        self._api = api
        self._responses = responses
        self._sockets = sockets
        self._bot_token = bot_token.reveal()
        self._app_token = app_token.reveal()
        self._told = told
        self._last: dict[str, float] = {}

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_route("*", "/api/{method}", self._method)
        router.add_post("/response/{token}", self._response)
        router.add_get("/link", self._sockets.serve)

    async def _method(self, request: web.Request) -> web.Response:
        name = request.match_info["method"]
        try:
            told = await arguments_of(request)
            answer = self._call(name, _token(request, told), told)
        except ApiError as error:
            return _refused(error)
        self._told(name, answer)
        return web.json_response({"ok": True, **answer}, headers={"X-OAuth-Scopes": ",".join(sorted(self._api.scopes))})

    def _call(self, name: str, token: str, told: Arguments) -> Json:
        self._let_in(name, token)
        self._refuse(name)
        if name == _CONNECT:
            return {"url": f"{self._workspace.address.replace('http', 'ws', 1)}link?ticket={self._sockets.ticket()}"}
        if self.paced and name in _POSTING:
            self._slow_down(told.text("channel"))
        return self._api.call(name, told)

    async def _response(self, request: web.Request) -> web.Response:
        try:
            self._responses.respond(request.match_info["token"], await arguments_of(request))
        except ApiError as error:
            gone = error.code in ("expired_url", "used_url")
            return web.json_response({"ok": False, "error": error.code}, status=404 if gone else 400)
        return web.Response(text="ok")

    def _let_in(self, name: str, token: str) -> None:
        """https://docs.slack.dev/authentication/tokens"""
        if not token:
            raise ApiError("not_authed")
        if token not in (self._bot_token, self._app_token):
            raise ApiError("invalid_auth")
        if (token == self._app_token) is not (name == _CONNECT):
            raise ApiError("not_allowed_token_type")

    def _refuse(self, name: str) -> None:
        refusal = next((each for each in self.refusals if each.times and re.fullmatch(each.method, name)), None)
        if refusal:
            refusal.times -= 1
            raise ApiError(refusal.error)

    def _slow_down(self, channel: str) -> None:
        now = self._workspace.now().timestamp()
        if now - self._last.get(channel, 0.0) < _PACE:
            raise ApiError("ratelimited")
        self._last[channel] = now


def _token(request: web.Request, told: Arguments) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else told.text("token")


def _refused(error: ApiError) -> web.Response:
    body = {"ok": False, "error": error.code, **error.more}
    if error.code == "ratelimited":
        return web.json_response(body, status=429, headers={"Retry-After": "1"})
    return web.json_response(body)
