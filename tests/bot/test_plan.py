"""What follows from the settings."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from adapters.base import ApiKey
from bot.plan import Plan
from bot.service_settings import Credentials
from commands.catalog import Catalog

NAME = "google_calendar"
TRIAL = {NAME: {"token": SecretStr("CANARY-trial")}}
REAL = {"slack_bot_token": "CANARY-xoxb", "slack_app_token": "CANARY-xapp"}
TEAMS = {
    "teams_app_id": "11111111-1111-4111-8111-111111111111",
    "teams_app_password": "CANARY-password",
    "teams_tenant_id": "22222222-2222-4222-8222-222222222222",
}
PUBLIC = {"public_url": "https://bot.acme.test"}
SIGN_IN = {"slack_client_id": "1.2", "slack_client_secret": "CANARY-secret"}
MakePlan = Callable[..., Plan]


def known(plan: Plan, id: str = "", secret: str = "", key: str = "") -> Plan:
    """The same, with what the settings say of the vendor."""
    told = Credentials.model_construct(client_id=id, client_secret=SecretStr(secret), api_key=SecretStr(key))
    return replace(plan, credentials={NAME: told})


def registered(plan: Plan) -> Plan:
    return known(plan, "acme.apps", "CANARY-secret")


def keyed(plan: Plan) -> Plan:
    """The same, where its services want keys."""
    return replace(plan, adapters=[replace(each, auth=ApiKey("https://x.test/keys")) for each in plan.adapters])


@pytest.mark.parametrize(
    ("services", "settings", "on"),
    [
        (TRIAL, REAL, {"terminal"}),
        (TRIAL, {}, {"terminal", "slack"}),
        ({}, {**REAL, "sandbox": NAME}, {"terminal", "slack"}),
        ({}, {}, {"terminal", "slack"}),
        ({}, REAL, set()),
    ],
    ids=["a trial beside a workspace", "a trial in sandbox mode", "a sandbox beside a workspace", "sandbox mode", "neither"],
)
def test_a_service_is_shown_to_those_whom_it_serves(
    make_plan: MakePlan, services: dict[str, dict[str, SecretStr]], settings: dict[str, str], on: set[str]
) -> None:
    assert shown(make_plan(services, **settings)) == on


def shown(plan: Plan) -> set[str]:
    """The platforms where the calendar's commands are. Those of people in workspaces are all alike."""
    on = {name for name in ("terminal", "slack", "teams") if Catalog(plan.subjects, plan.runnable(name)).subject("calendar")}
    assert ("teams" in on) == ("slack" in on)
    return on - {"teams"}


def test_what_people_connect_serves_them_and_not_the_terminal(make_plan: MakePlan) -> None:
    assert shown(registered(make_plan(**REAL, **PUBLIC))) == {"slack"}


def test_a_key_of_the_settings_serves_everybody(make_plan: MakePlan) -> None:
    assert shown(known(keyed(make_plan(**REAL)), key="CANARY-key")) == {"terminal", "slack"}


def test_a_key_counts_only_where_a_service_takes_keys(make_plan: MakePlan) -> None:
    oauth = known(make_plan(**REAL), key="CANARY-key")

    assert dict(oauth.shared_keys) == {}
    assert {name: key.reveal() for name, key in keyed(oauth).shared_keys.items()} == {NAME: "CANARY-key"}


@pytest.mark.parametrize("settings", [{}, {**REAL, "sandbox": NAME}], ids=["sandbox mode", "beside a workspace"])
def test_a_stand_in_is_told_no_key_of_the_real_service(make_plan: MakePlan, settings: dict[str, str]) -> None:
    plan = known(keyed(make_plan(**settings)), key="CANARY-key")

    assert dict(plan.shared_keys) == {}
    assert shown(plan) == {"terminal", "slack"}


def test_in_sandbox_mode_people_connect_the_stand_ins(make_plan: MakePlan) -> None:
    plan = make_plan()

    assert (set(plan.connectable), set(plan.lent)) == ({NAME}, set())


def test_in_sandbox_mode_accounts_can_be_lent_beside(make_plan: MakePlan) -> None:
    plan = make_plan(sandbox_lends=True)

    assert (set(plan.connectable), set(plan.lent)) == ({NAME}, {NAME})


def test_a_trial_in_sandbox_mode_is_neither_connected_nor_lent(make_plan: MakePlan) -> None:
    plan = make_plan(TRIAL)

    assert (set(plan.connectable), set(plan.lent), set(plan.trials)) == (set(), set(), {NAME})


def test_a_sandbox_beside_a_workspace_is_lent(make_plan: MakePlan) -> None:
    plan = registered(make_plan(sandbox=NAME, **REAL, **PUBLIC))

    assert (set(plan.connectable), set(plan.lent)) == (set(), {NAME})


CONNECTABLE: dict[str, tuple[dict[str, Any], dict[str, str], bool]] = {
    "all there is": ({**REAL, **PUBLIC}, {"id": "acme.apps", "secret": "CANARY-secret"}, True),
    "no address": (REAL, {"id": "acme.apps", "secret": "CANARY-secret"}, False),
    "no secret": ({**REAL, **PUBLIC}, {"id": "acme.apps"}, False),
    "no id": ({**REAL, **PUBLIC}, {"secret": "CANARY-secret"}, False),
    "nothing": ({**REAL, **PUBLIC}, {}, False),
}


@pytest.mark.parametrize(("settings", "told", "is_so"), CONNECTABLE.values(), ids=CONNECTABLE)
def test_an_account_can_be_connected_where_the_bot_is_registered_and_browsers_reach_it(
    make_plan: MakePlan, settings: dict[str, Any], told: dict[str, str], is_so: bool
) -> None:
    plan = known(make_plan(**settings), **told)

    assert plan.connectable == ({NAME} if is_so else set())
    assert [each.name for each in plan.switched_on] == ([NAME] if is_so else [])


def test_a_key_needs_no_registration_to_be_connected(make_plan: MakePlan) -> None:
    assert keyed(make_plan(**REAL, **PUBLIC)).connectable == {NAME}
    assert keyed(make_plan(**REAL)).connectable == set()


SIGNING_IN: dict[str, tuple[dict[str, Any], set[str]]] = {
    "a sandbox": ({}, {"slack", "teams"}),
    "Slack": ({**REAL, **SIGN_IN, **PUBLIC}, {"slack"}),
    "Slack without an address": ({**REAL, **SIGN_IN}, set()),
    "Slack without a client": ({**REAL, **PUBLIC}, set()),
    "Slack with half a client": ({**REAL, **PUBLIC, "slack_client_id": "1.2"}, set()),
    "Teams": ({**TEAMS, **PUBLIC}, {"teams"}),
    "Teams without an address": (TEAMS, set()),
    "Teams with a managed identity": ({**TEAMS, **PUBLIC, "teams_app_password": ""}, set()),
    "both": ({**REAL, **SIGN_IN, **TEAMS, **PUBLIC}, {"slack", "teams"}),
}


@pytest.mark.parametrize(("settings", "platforms"), SIGNING_IN.values(), ids=SIGNING_IN)
def test_people_sign_in_where_the_bot_can_prove_itself(
    make_plan: MakePlan, settings: dict[str, Any], platforms: set[str]
) -> None:
    assert make_plan(**settings).signing_in == platforms


def test_no_secret_is_in_what_a_plan_prints(make_plan: MakePlan) -> None:
    assert "CANARY" not in repr(known(make_plan(TRIAL, **REAL, **SIGN_IN, **TEAMS), "id", "CANARY-secret", "CANARY-key"))
