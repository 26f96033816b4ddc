"""What is said at the start is true, and holds no secret."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from pydantic import SecretStr

from adapters.base import ApiKey
from bot.app import House
from bot.banner import banner
from bot.plan import Plan
from bot.service_settings import Credentials

CANARY = "CANARY-token-7f3a"
HOUSE = House("http://127.0.0.1:3000/", "http://127.0.0.1:3001/", "http://127.0.0.1:3000/")
REAL = {"slack_bot_token": CANARY, "slack_signing_secret": CANARY}
MakePlan = Callable[..., Plan]


def parts(said: str) -> dict[str, str]:
    """What is said of each thing."""
    pairs = (line.strip().partition("  ") for line in said.split("Try:")[0].splitlines() if line.startswith("  "))
    return {name: what.strip() for name, _, what in pairs}


def test_a_sandbox_says_that_everything_is_made_up(make_plan: MakePlan) -> None:
    said = banner(make_plan(), HOUSE)
    assert "everything in it is made up, and no account of yours is used" in said
    assert parts(said)["Slack"] == "sandbox, at http://127.0.0.1:3001/slack/"
    assert parts(said)["Google Calendar"] == "sandbox"


def test_a_real_account_in_a_sandbox_is_not_called_made_up(make_plan: MakePlan) -> None:
    said = banner(make_plan({"google_calendar": {"token": SecretStr(CANARY)}}), HOUSE)
    assert "everything in it is made up" not in said
    assert "what you do there, happens" in said
    assert parts(said)["Google Calendar"] == "real, with the account of GOOGLE_CALENDAR_TOKEN"


@pytest.mark.parametrize(
    ("settings", "slack"),
    [
        (REAL, "your workspace, delivering to http://127.0.0.1:3000/slack/events"),
        ({**REAL, "slack_app_token": CANARY}, "your workspace, over Socket Mode; interact check tells whether it is reached"),
    ],
)
def test_a_real_workspace_is_called_so(make_plan: MakePlan, settings: dict[str, str], slack: str) -> None:
    said = banner(make_plan(**settings), House(HOUSE.address, "", ""))
    assert "made up" not in said
    assert parts(said)["Slack"] == slack
    assert parts(said)["Google Calendar"] == "off"


def test_a_service_elsewhere_says_where(make_plan: MakePlan) -> None:
    plan = make_plan({"google_calendar": {"base_url": "http://127.0.0.1:9/"}})
    assert parts(banner(plan, HOUSE))["Google Calendar"] == "sandbox, at http://127.0.0.1:9/"


def test_it_says_what_to_try(make_plan: MakePlan) -> None:
    assert [line.strip() for line in banner(make_plan(), HOUSE).split("Try:")[1].splitlines() if line] == [
        'interact say "calendar today"',
        "interact chat",
        "http://127.0.0.1:3001/slack/ in a browser, as somebody who has to connect an account first",
        "http://127.0.0.1:3000/integrations in a browser",
    ]


@pytest.mark.parametrize(
    ("public_url", "said"),
    [
        ("", "real, with the key of GOOGLE_API_KEY"),
        ("https://bot.acme.test", "real, with the account that each person connects or the key of GOOGLE_API_KEY"),
    ],
)
def test_a_service_that_has_a_key_is_on(make_plan: MakePlan, public_url: str, said: str) -> None:
    plan = make_plan(**REAL, public_url=public_url)
    [adapter] = plan.adapters
    keyed = replace(adapter, auth=ApiKey("https://x.test/keys"))
    key = Credentials.model_construct(client_id="", client_secret=SecretStr(""), api_key=SecretStr(CANARY))
    whole = banner(replace(plan, adapters=[keyed], credentials={adapter.name: key}), HOUSE)

    assert parts(whole)["Google Calendar"] == said
    assert CANARY not in whole


def test_no_secret_is_said(make_plan: MakePlan) -> None:
    service = {"google_calendar": {"token": SecretStr(CANARY)}}
    address = f"postgresql://ann:{CANARY}@db.acme.test/interact"
    said = banner(make_plan(service, **REAL, slack_app_token=CANARY, database_url=address), HOUSE)
    assert CANARY not in said
    assert parts(said)["Database"] == "postgresql://ann:***@db.acme.test/interact"
