"""Tries each of Slack's credentials, and says what to do about those that don't work."""

import re
from collections.abc import AsyncIterator, Awaitable, Mapping

from aiohttp import ClientSession
from pydantic import SecretStr
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.finding import Finding
from bot.settings import Settings
from bot.slack.errors import FAILURES, code, passing
from bot.slack.manifest import SCOPES

_BOT, _APP, _SECRET = "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"
_TIMEOUT = 10  # seconds
_LOOKS_LIKE_A_SECRET = re.compile(r"[0-9a-f]{32}")
_COPY = "Copy the Bot User OAuth Token (xoxb-…) from OAuth & Permissions."
_TODO: Mapping[tuple[str, str], str] = {
    (_BOT, "invalid_auth"): _COPY,
    (_BOT, "not_allowed_token_type"): f"This is another kind of token. {_COPY}",
    (_BOT, "account_inactive"): "The app was removed from the workspace: install it again and copy the new token.",
    (_BOT, "token_revoked"): "Install the app again and copy the new token.",
    (_BOT, "token_expired"): "A token that expires is no setting: clear it, and open /slack/install under PUBLIC_URL instead.",
    (_APP, "invalid_auth"): "Under Basic Information, generate an App-Level Token (xapp-…) with connections:write.",
    (_APP, "not_allowed_token_type"): "This is another kind of token. App-Level Tokens begin with xapp-.",
    (_APP, "missing_scope"): "Generate an App-Level Token that has connections:write.",
}


async def check_slack(settings: Settings, session: ClientSession) -> AsyncIterator[Finding]:
    """One finding for each credential there is. Asks Slack, or whatever stands at SLACK_BASE_URL."""
    client = AsyncWebClient(base_url=settings.slack_base_url, timeout=_TIMEOUT, session=session, retry_handlers=[])
    if token := settings.slack_bot_token.get_secret_value():
        yield await _tried(_BOT, _bot_token(client, token))
    if token := settings.slack_app_token.get_secret_value():
        yield await _tried(_APP, _app_token(client, token))
    for name, secret in (
        (_SECRET, settings.slack_signing_secret),
        (f"{_SECRET}_PREVIOUS", settings.slack_signing_secret_previous),
    ):
        if secret:
            yield _signing_secret(name, secret)


async def _tried(name: str, trial: Awaitable[Finding]) -> Finding:
    try:
        return await trial
    except FAILURES as error:
        if passing(error):
            todo = "Look at the network, a proxy, and SLACK_BASE_URL; then check again."
        else:
            todo = _TODO.get((name, code(error)), "See https://docs.slack.dev/reference/methods/auth.test#errors.")
        return Finding(name, "wrong", f"{'no answer' if passing(error) else 'Slack says no'} ({code(error)}). {todo}")


async def _bot_token(client: AsyncWebClient, token: str) -> Finding:
    """https://docs.slack.dev/reference/methods/auth.test"""
    known = await client.auth_test(token=token)
    missing = _missing(known)
    if missing:
        todo = "Add them under OAuth & Permissions and install the app again."
        return Finding(_BOT, "wrong", f"scopes are missing: {', '.join(missing)}. {todo}")
    return Finding(_BOT, "ok", f"@{known['user']} in {known['team']}")


def _missing(known: AsyncSlackResponse) -> list[str]:
    """The scopes that the manifest asks for and the token does not have. Slack itself always says which it has."""
    granted = known.headers.get("x-oauth-scopes")
    have = {scope.strip() for scope in granted.split(",")} if granted else set(SCOPES)
    return [scope for scope in SCOPES if scope not in have]


async def _app_token(client: AsyncWebClient, token: str) -> Finding:
    """https://docs.slack.dev/reference/methods/apps.connections.open"""
    await client.apps_connections_open(app_token=token)
    return Finding(_APP, "ok", "Socket Mode can connect")


def _signing_secret(name: str, secret: SecretStr) -> Finding:
    if _LOOKS_LIKE_A_SECRET.fullmatch(secret.get_secret_value()):
        return Finding(name, "ok", "looks right; Slack's next delivery proves it")
    return Finding(name, "wrong", "is not 32 of 0-9 and a-f. Copy it from Basic Information > App Credentials.")
