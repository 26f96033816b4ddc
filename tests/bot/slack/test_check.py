"""Slack's credentials are tried, and each that does not work is named with what to do."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.finding import Finding
from bot.settings import Settings
from bot.slack.check import check_slack
from bot.slack.sandbox import SlackSandbox
from tests.bot.slack.conftest import Bot, MovableClock

CANARY = "CANARY-token-7f3a"


@pytest.fixture
async def slack(clock: MovableClock, bot: Bot) -> AsyncIterator[SlackSandbox]:
    """The sandbox, which says as Slack does what scopes a token has."""

    async def tell_scopes(request: web.Request, response: web.StreamResponse) -> None:
        response.headers["X-OAuth-Scopes"] = ",".join(sorted(sandbox.api.scopes))

    sandbox = SlackSandbox(clock.now, bot.url)
    sandbox.app.on_response_prepare.append(tell_scopes)
    async with TestServer(sandbox.app) as server:
        sandbox.address = str(server.make_url("/"))
        yield sandbox


async def found(session: aiohttp.ClientSession, sandbox: SlackSandbox, **settings: Any) -> dict[str, Finding]:
    """What is found out with the sandbox's own credentials, but for those given."""
    right = {
        "slack_bot_token": sandbox.bot_token.reveal(),
        "slack_app_token": sandbox.app_token.reveal(),
        "slack_signing_secret": sandbox.signing_secret.reveal(),
        "slack_base_url": sandbox.api_url,
    }
    given = Settings.model_validate({**right, **settings})
    return {finding.name: finding async for finding in check_slack(given, session)}


async def test_right_credentials_are_told_with_the_bot_and_its_workspace(
    slack: SlackSandbox, session: aiohttp.ClientSession
) -> None:
    findings = await found(session, slack)
    assert {name: finding.state for name, finding in findings.items()} == {
        "SLACK_BOT_TOKEN": "ok",
        "SLACK_APP_TOKEN": "ok",
        "SLACK_SIGNING_SECRET": "ok",
    }
    assert findings["SLACK_BOT_TOKEN"].text.startswith("@")


async def test_what_is_not_set_is_not_tried(slack: SlackSandbox, session: aiohttp.ClientSession) -> None:
    assert list(await found(session, slack, slack_app_token="")) == ["SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"]


async def test_missing_scopes_are_named(slack: SlackSandbox, session: aiohttp.ClientSession) -> None:
    slack.api.scopes -= {"im:write", "users:read"}
    finding = (await found(session, slack))["SLACK_BOT_TOKEN"]
    assert finding.state == "wrong"
    assert "im:write, users:read." in finding.text


async def test_more_scopes_than_needed_are_no_harm(slack: SlackSandbox, session: aiohttp.ClientSession) -> None:
    slack.api.scopes |= {"files:write"}
    assert (await found(session, slack))["SLACK_BOT_TOKEN"].state == "ok"


@pytest.mark.parametrize("name", ["slack_bot_token", "slack_app_token"])
async def test_a_token_that_slack_does_not_know_is_not_repeated(
    slack: SlackSandbox, session: aiohttp.ClientSession, name: str
) -> None:
    finding = (await found(session, slack, **{name: CANARY}))[name.upper()]
    assert (finding.state, CANARY in finding.text) == ("wrong", False)
    assert "invalid_auth" in finding.text


async def test_tokens_that_were_swapped_are_told_apart(slack: SlackSandbox, session: aiohttp.ClientSession) -> None:
    bot, app = slack.bot_token.reveal(), slack.app_token.reveal()
    findings = await found(session, slack, slack_bot_token=app, slack_app_token=bot)
    assert "xoxb-" in findings["SLACK_BOT_TOKEN"].text
    assert "xapp-" in findings["SLACK_APP_TOKEN"].text


@pytest.mark.parametrize("error", ["account_inactive", "token_revoked", "token_expired", "never_heard_of"])
async def test_every_refusal_comes_with_what_to_do(slack: SlackSandbox, session: aiohttp.ClientSession, error: str) -> None:
    slack.refuse("auth.test", error)
    text = (await found(session, slack))["SLACK_BOT_TOKEN"].text
    assert text.startswith(f"Slack says no ({error}). ")
    assert len(text) > len(f"Slack says no ({error}). ")


async def test_who_does_not_answer_is_not_called_wrong(slack: SlackSandbox, session: aiohttp.ClientSession) -> None:
    finding = (await found(session, slack, slack_base_url="http://127.0.0.1:1/api/"))["SLACK_BOT_TOKEN"]
    assert (finding.state, finding.text.partition(" (")[0]) == ("wrong", "no answer")


@pytest.mark.parametrize("address", ["nonsense", "http://", "file:///etc/passwd"])
async def test_an_address_that_is_none_is_found_out(slack: SlackSandbox, session: aiohttp.ClientSession, address: str) -> None:
    assert (await found(session, slack, slack_base_url=address))["SLACK_BOT_TOKEN"].state == "wrong"


@pytest.mark.parametrize("secret", [CANARY, "0" * 31, "0" * 33, "G" * 32, "xoxb-1234567890-1234567890-abcdef"])
@pytest.mark.parametrize("name", ["slack_signing_secret", "slack_signing_secret_previous"])
async def test_what_does_not_look_like_a_signing_secret_is_not_repeated(
    slack: SlackSandbox, session: aiohttp.ClientSession, name: str, secret: str
) -> None:
    finding = (await found(session, slack, **{name: secret}))[name.upper()]
    assert (finding.state, secret in finding.text) == ("wrong", False)
