"""How workspaces let the bot in, and take its rights back: https://docs.slack.dev/authentication/installing-with-oauth."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web

from bot.sandbox_codes import Wanted
from bot.sandbox_consent import CANCEL, draw, go, refuse
from bot.sandbox_origin import check_origin
from bot.slack.sandbox.arguments import Arguments
from bot.slack.sandbox.codes import Client, Codes
from bot.slack.sandbox.site import Site
from bot.slack.sandbox.workspace import APP, BOT, ApiError, Json

_LIFE = 43_200  # seconds that a token is good for where tokens are rotated


@dataclass
class Token:
    """A bot token of one workspace. `until` is 0 for those that last."""

    site: Site
    until: float = 0.0


class Installs:
    """The bot's tokens, by workspace. With `rotates`, new ones expire after twelve hours and come with a refresh token.

    https://docs.slack.dev/authentication/using-token-rotation: a refresh token works once.
    """

    def __init__(self, client: Client, sites: Sequence[Site], now: Callable[[], datetime]) -> None:
        self.rotates = True
        self.refreshes = 0
        self._client = client
        self._codes = Codes(client, now)
        self._sites = {site.workspace.team: site for site in sites}
        self._now = now
        self._tokens: dict[str, Token] = {}
        self._refresh: dict[str, Site] = {}

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_get("/oauth/v2/authorize", self._ask)
        router.add_post("/oauth/v2/authorize", self._answer)

    def keep(self, token: str, site: Site) -> None:
        """A token that was there from the beginning, and lasts."""
        self._tokens[token] = Token(site)

    def site(self, token: str) -> Site:
        """The workspace that a token opens. Raises ApiError."""
        held = self._tokens.get(token)
        if not held:
            raise ApiError("invalid_auth")
        if held.until and held.until <= self._now().timestamp():
            raise ApiError("token_expired")
        return held.site

    def install(self, authorize_url: str, team: str) -> str:
        """What the page does for an admin of this workspace: where their browser goes next. Raises ValueError."""
        return self._allowed(dict(parse_qsl(urlsplit(authorize_url).query)), team)

    def access(self, told: Arguments) -> Json:
        """https://docs.slack.dev/reference/methods/oauth.v2.access. Raises ApiError."""
        self._client.check(told.text("client_id"), told.text("client_secret"))
        if told.text("grant_type") == "refresh_token":
            site = self._refresh.pop(told.needed("refresh_token"), None)
            if not site:
                raise ApiError("invalid_refresh_token")
            self.refreshes += 1
            return self._granted(site, ",".join(site.api.scopes))
        team, wanted = self._codes.redeem(told)
        authed = {"id": next(iter(self._sites[team].workspace.people))}
        return self._granted(self._sites[team], wanted.scope) | {"authed_user": authed}

    def revoke(self, token: str) -> Json:
        """https://docs.slack.dev/reference/methods/auth.revoke"""
        self._tokens.pop(token, None)
        return {"revoked": True}

    def uninstall(self, team: str) -> None:
        """No token of that workspace opens anything any more."""
        self._tokens = {token: held for token, held in self._tokens.items() if held.site.workspace.team != team}
        self._refresh = {token: site for token, site in self._refresh.items() if site.workspace.team != team}

    def _granted(self, site: Site, scope: str) -> Json:
        workspace, prefix = site.workspace, "xoxe.xoxb-1-" if self.rotates else "xoxb-"
        token = f"{prefix}{secrets.token_hex(16)}"
        self._tokens[token] = Token(site, self._now().timestamp() + _LIFE if self.rotates else 0.0)
        told = {"access_token": token, "token_type": "bot", "scope": scope, "bot_user_id": BOT, "app_id": APP}
        team = {"team": {"id": workspace.team, "name": workspace.name}, "enterprise": None, "is_enterprise_install": False}
        return told | team | self._refreshable(site)

    def _refreshable(self, site: Site) -> Json:
        if not self.rotates:
            return {}
        token = f"xoxe-1-{secrets.token_hex(16)}"
        self._refresh[token] = site
        return {"refresh_token": token, "expires_in": _LIFE}

    async def _ask(self, request: web.Request) -> web.Response:
        try:
            wanted = self._wanted(request.query)
        except ValueError as error:
            return refuse(f"Slack says: {error}")
        choices = {team: f"Allow in {site.workspace.name}" for team, site in self._sites.items()}
        about = f"Interact asks for: {wanted.scope.replace(',', ', ')}."
        return draw("Let Interact in", about, choices | {CANCEL: "Cancel"}, request.query, wanted)

    async def _answer(self, request: web.Request) -> web.Response:
        check_origin(request)
        told = {name: str(value) for name, value in (await request.post()).items()}
        try:
            return go(self._allowed(told, told.get("choice", "")))
        except ValueError as error:
            return refuse(f"Slack says: {error}")

    def _allowed(self, query: Mapping[str, str], team: str) -> str:
        wanted = self._wanted(query)
        if team == CANCEL:
            return wanted.back(error="access_denied")
        if team not in self._sites:
            raise ValueError("team_not_found")
        return wanted.back(code=self._codes.issue(team, wanted))

    def _wanted(self, query: Mapping[str, str]) -> Wanted:
        wanted = self._codes.wanted(query)
        if not wanted.scope:
            raise ValueError("invalid_scope")
        return wanted
