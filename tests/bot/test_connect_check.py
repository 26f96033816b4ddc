"""Whether people can connect accounts, and what is missing for it, is told from the settings alone."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from bot.connect_check import check_connecting
from bot.finding import Finding
from bot.plan import Plan
from bot.service_settings import Credentials

CANARY = "CANARY-secret-7f3a"
SLACK = {"slack_bot_token": CANARY, "slack_app_token": CANARY}
SIGN_IN = {"slack_client_id": "1.2", "slack_client_secret": CANARY}
TEAMS = {
    "teams_app_id": "11111111-1111-4111-8111-111111111111",
    "teams_app_password": CANARY,
    "teams_tenant_id": "22222222-2222-4222-8222-222222222222",
}
PUBLIC = {"public_url": "https://bot.acme.test"}
MakePlan = Callable[..., Plan]


def found(plan: Plan) -> dict[str, Finding]:
    return {finding.name: finding for finding in check_connecting(plan)}


def known(plan: Plan, **told: Any) -> Plan:
    """The same, with what the settings say of Google."""
    usual = {"client_id": "", "client_secret": SecretStr(""), "api_key": SecretStr("")}
    return replace(plan, credentials={"google_calendar": Credentials.model_construct(**{**usual, **told})})


def test_a_sandbox_needs_nothing(make_plan: MakePlan) -> None:
    [finding] = check_connecting(make_plan())

    assert (finding.name, finding.state) == ("PUBLIC_URL", "off")


def test_without_an_address_nobody_can_connect_and_it_is_said_what_to_do(make_plan: MakePlan) -> None:
    [finding] = check_connecting(make_plan(**SLACK, **SIGN_IN))

    assert (finding.name, finding.state) == ("PUBLIC_URL", "off")
    assert "nobody can connect an account. Set it to the https:// address" in finding.text


def test_an_address_where_nobody_can_sign_in_is_a_mistake(make_plan: MakePlan) -> None:
    finding = found(make_plan(**SLACK, **PUBLIC))["PUBLIC_URL"]

    assert finding.state == "wrong"
    assert "SLACK_CLIENT_ID and SLACK_CLIENT_SECRET" in finding.text


@pytest.mark.parametrize(
    ("settings", "states"),
    [
        ({**SLACK, **SIGN_IN}, {"Sign in with Slack": "ok"}),
        (TEAMS, {"Sign in with Microsoft": "ok"}),
        ({**SLACK, **SIGN_IN, **TEAMS}, {"Sign in with Slack": "ok", "Sign in with Microsoft": "ok"}),
        ({**SLACK, **TEAMS}, {"Sign in with Slack": "off", "Sign in with Microsoft": "ok"}),
        (
            {**SLACK, **SIGN_IN, **TEAMS, "teams_app_password": ""},
            {"Sign in with Slack": "ok", "Sign in with Microsoft": "off"},
        ),
    ],
)
def test_each_way_to_sign_in_is_told(make_plan: MakePlan, settings: dict[str, str], states: dict[str, str]) -> None:
    findings = found(make_plan(**settings, **PUBLIC))

    assert findings["PUBLIC_URL"].state == "ok"
    assert {name: each.state for name, each in findings.items() if name.startswith("Sign in")} == states


def test_what_to_register_is_told_to_the_letter(make_plan: MakePlan) -> None:
    findings = found(
        known(make_plan(**SLACK, **SIGN_IN, **TEAMS, **PUBLIC), client_id="acme.apps", client_secret=SecretStr(CANARY))
    )
    slack, microsoft, google = (
        findings[name].text for name in ("Sign in with Slack", "Sign in with Microsoft", "Connecting Google Calendar")
    )

    assert "https://bot.acme.test/signin/slack/callback" in slack
    assert "https://bot.acme.test/slack/oauth_redirect" in slack
    assert "https://bot.acme.test/signin/teams/callback" in microsoft
    assert "https://bot.acme.test/oauth/google_calendar/callback" in google


REGISTERED: dict[str, tuple[dict[str, Any], str, str]] = {
    "both": ({"client_id": "acme.apps", "client_secret": SecretStr(CANARY)}, "ok", "registered as acme.apps"),
    "no secret": ({"client_id": "acme.apps"}, "wrong", "GOOGLE_CLIENT_SECRET is missing"),
    "no id": ({"client_secret": SecretStr(CANARY)}, "wrong", "GOOGLE_CLIENT_ID is missing"),
    "neither": ({}, "off", "set GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET"),
}


@pytest.mark.parametrize(("told", "state", "said"), REGISTERED.values(), ids=REGISTERED)
def test_what_a_registration_lacks_is_named(make_plan: MakePlan, told: dict[str, Any], state: str, said: str) -> None:
    finding = found(known(make_plan(**SLACK, **SIGN_IN, **PUBLIC), **told))["Connecting Google Calendar"]

    assert finding.state == state
    assert said in finding.text
    assert "oauth/google_calendar/callback" in finding.text


def test_a_sandbox_beside_a_workspace_needs_no_registration(make_plan: MakePlan) -> None:
    assert "Connecting Google Calendar" not in found(make_plan(sandbox="google_calendar", **SLACK, **SIGN_IN, **PUBLIC))


def test_no_secret_is_told(make_plan: MakePlan) -> None:
    plan = known(make_plan(**SLACK, **SIGN_IN, **TEAMS, **PUBLIC), client_id="acme.apps", client_secret=SecretStr(CANARY))

    assert CANARY not in repr(check_connecting(plan))
