"""What the bot calls over HTTP: the Web API, response URLs, and the door of Socket Mode."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aiohttp import web

from adapters.base import Secret
from bot.slack.sandbox.arguments import Arguments, arguments_of
from bot.slack.sandbox.installs import Installs
from bot.slack.sandbox.site import Site
from bot.slack.sandbox.socket_mode import Sockets
from bot.slack.sandbox.workspace import ApiError, Json

_CONNECT, _ACCESS, _REVOKE = "apps.connections.open", "oauth.v2.access", "auth.revoke"
_POSTING = ("chat.postMessage", "chat.postEphemeral")
_PACE = 1.0  # seconds: https://docs.slack.dev/apis/web-api/rate-limits/


@dataclass
class Refusal:
    """Answers the next `times` calls of a method with an error of Slack's. `method` is a regular expression."""

    method: str
    error: str
    times: int = 1


class Server:
    """Lets in who holds the right token, into the workspace that it is of. `told` hears of every call that was answered."""

    def __init__(
        self,
        sites: Sequence[Site],
        installs: Installs,
        sockets: Sockets,
        app_token: Secret,
        told: Callable[[Site, str, Json], None],
    ) -> None:
        self.refusals: list[Refusal] = []
        self.paced = False  # whether a channel takes no more than a message a second
        self._sites = sites
        self._installs = installs
        self._sockets = sockets
        self._app_token = app_token.reveal()
        self._told = told
        self._last: dict[str, float] = {}

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_route("*", "/api/{method}", self._method)
        router.add_post("/response/{token}", self._response)
        router.add_get("/link", self._sockets.serve)
        router.add_get("/files/{id}/{name}", self._file)

    async def _method(self, request: web.Request) -> web.Response:
        name = request.match_info["method"]
        try:
            told = await arguments_of(request)
            self._refuse(name)
            if name == _ACCESS:
                return web.json_response({"ok": True, **self._installs.access(told)})
            return self._answered(name, _token(request, told), told)
        except ApiError as error:
            return _refused(error)

    async def _file(self, request: web.Request) -> web.Response:
        """Without a token that may read it, Slack shows a page to sign in on."""
        site = self._installs.site(request.headers.get("Authorization", "").partition(" ")[2])
        content = site.workspace.contents.get(request.match_info["id"]) if site and "files:read" in site.api.scopes else None
        if content is None:
            return web.Response(text="<html>Sign in to Slack</html>", content_type="text/html")
        return web.Response(body=content, content_type="application/octet-stream")

    def _answered(self, name: str, token: str, told: Arguments) -> web.Response:
        if (site := self._let_in(name, token)) is None:
            return web.json_response({"ok": True, "url": self._link()})
        if name == _REVOKE:
            return web.json_response({"ok": True, **self._installs.revoke(token)})
        if self.paced and name in _POSTING:
            self._slow_down(told.text("channel"))
        answer = site.api.call(name, told)
        self._told(site, name, answer)
        return web.json_response({"ok": True, **answer}, headers={"X-OAuth-Scopes": ",".join(sorted(site.api.scopes))})

    def _link(self) -> str:
        return f"{self._sites[0].workspace.address.replace('http', 'ws', 1)}link?ticket={self._sockets.ticket()}"

    async def _response(self, request: web.Request) -> web.Response:
        token = request.match_info["token"]
        site = next((site for site in self._sites if site.responses.knows(token)), self._sites[0])
        try:
            site.responses.respond(token, await arguments_of(request))
        except ApiError as error:
            gone = error.code in ("expired_url", "used_url")
            return web.json_response({"ok": False, "error": error.code}, status=404 if gone else 400)
        return web.Response(text="ok")

    def _let_in(self, name: str, token: str) -> Site | None:
        """The workspace that the token is of; None for the app's own. https://docs.slack.dev/authentication/tokens"""
        if not token:
            raise ApiError("not_authed")
        site = None if token == self._app_token else self._installs.site(token)
        if (site is None) is not (name == _CONNECT):
            raise ApiError("not_allowed_token_type")
        return site

    def _refuse(self, name: str) -> None:
        refusal = next((each for each in self.refusals if each.times and re.fullmatch(each.method, name)), None)
        if refusal:
            refusal.times -= 1
            raise ApiError(refusal.error)

    def _slow_down(self, channel: str) -> None:
        now = self._sites[0].workspace.now().timestamp()
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
