"""How other workspaces install the bot: Bolt's flow, with the tokens and the states in our own database.

https://docs.slack.dev/tools/bolt-python/concepts/authenticating-oauth/
"""

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.installation_store.models.installation import Installation

from adapters.errors import Refused, Unavailable, Unknown
from bot.clock import Clock
from bot.slack.api import SlackError
from bot.slack.manifest import REDIRECT, SCOPES
from bot.slack.oauth import OAuth
from bot.slack.stores import InstallationStore, StateStore
from storage.errors import StorageError
from storage.sealing import SealError

if TYPE_CHECKING:
    from bot.slack.app import Many

_LOG = logging.getLogger(__name__)
_LONGEST_CODE = 4096
_SAFE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}
_LATER = "That did not work just now. Please begin again from the start in a minute."
_FAILURES = {
    "access_denied": "You did not let Interact in. Nothing was changed.",
    "invalid_browser": "Please begin again from the start, in this browser.",
    "invalid_state": "This page was used already, or waited too long. Please begin again from the start.",
    "storage_error": "Interact can be installed in single workspaces only, not in a whole organisation.",
}
_FAILED = "Slack did not let Interact in. Please begin again from the start."


class Install:
    """The two pages of it."""

    def __init__(self, oauth: OAuth, many: "Many", clock: Clock) -> None:
        self._show = many.show
        self._cookie = "__Host-slack-install" if many.public_url.startswith("https:") else "slack-install"
        settings = AsyncOAuthSettings(
            client_id=many.client_id,
            client_secret=many.client_secret.reveal(),
            scopes=SCOPES,
            user_scopes=(),
            redirect_uri=f"{many.public_url}{REDIRECT}",
            authorization_url=f"{many.oauth_url}oauth/v2/authorize",
            install_page_rendering_enabled=False,
            callback_options=AsyncCallbackOptions(_succeeded, _failed),
            installation_store=InstallationStore(many.installations),
            state_store=StateStore(many.states),
            state_cookie_name=self._cookie,
        )
        self._flow = _Flow(settings, oauth, clock)

    async def begin(self, request: web.Request) -> web.Response:
        """GET /slack/install: on to Slack."""
        return await self._answered(request, self._flow.handle_installation)

    async def finish(self, request: web.Request) -> web.Response:
        """GET /slack/oauth_redirect: back from Slack, with a code or without one."""
        answer = await self._answered(request, self._flow.handle_callback)
        answer.del_cookie(self._cookie, secure=True, httponly=True)
        return answer

    async def _answered(
        self, request: web.Request, flow: Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]
    ) -> web.Response:
        try:
            answer = await flow(await to_bolt_request(request))
        except (StorageError, SealError, Unavailable, Unknown, Refused) as error:
            _LOG.warning("an installation came to nothing: %s", error)
            answer = BoltResponse(status=503, body=_LATER)
        shown = await to_aiohttp_response(answer) if answer.status == 302 else self._show(answer.body, answer.status)
        for morsel in shown.cookies.values():
            morsel["samesite"] = "Lax"
        shown.headers.update(_SAFE)
        return shown


class _Flow(AsyncOAuthFlow):
    """Bolt's, but for the request to Slack: that goes the way of all others. (Bolt's own would log the code.)

    Nor does the query get a word in where the browser is sent to: Bolt's own puts a `team` there as it came, and with it
    whatever else somebody's link to this page says, such as further scopes.
    """

    def __init__(self, settings: AsyncOAuthSettings, oauth: OAuth, clock: Clock) -> None:
        super().__init__(logger=_LOG, settings=settings)
        self._oauth = oauth
        self._clock = clock

    async def build_authorize_url(self, state: str, request: AsyncBoltRequest) -> str:
        return self.settings.authorize_url_generator.generate(state)

    async def run_installation(self, code: str) -> Installation | None:
        """None where Slack does not take the code. Raises Unavailable, Unknown, Refused."""
        try:
            granted = await self._oauth.exchange(code[:_LONGEST_CODE], self.settings.redirect_uri or "")
        except SlackError as error:
            _LOG.warning("Slack refused an installation: %s", error)
            return None
        return Installation(
            team_id=granted.team,
            team_name=granted.name,
            bot_token=granted.access.reveal(),
            bot_refresh_token=granted.refresh.reveal() or None,
            bot_token_expires_at=int(self._clock.time() + granted.lifetime) if granted.lifetime else None,
            user_id="",
        )


async def _succeeded(told: AsyncSuccessArgs) -> BoltResponse:
    return BoltResponse(status=200, body=f"Interact is installed in {told.installation.team_name}. You can close this page.")


async def _failed(told: AsyncFailureArgs) -> BoltResponse:
    """The reason may be anybody's words."""
    return BoltResponse(status=told.suggested_status_code, body=_FAILURES.get(told.reason, _FAILED))
