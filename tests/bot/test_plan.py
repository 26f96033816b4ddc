"""What follows from the settings."""

from collections.abc import Callable

import pytest
from pydantic import SecretStr

from bot.plan import Plan
from commands.catalog import Catalog

TRIAL = {"google_calendar": {"token": SecretStr("CANARY-trial")}}
REAL = {"slack_bot_token": "CANARY-xoxb", "slack_app_token": "CANARY-xapp"}


@pytest.mark.parametrize(
    ("services", "settings", "on"),
    [
        (TRIAL, REAL, {"terminal"}),
        (TRIAL, {}, {"terminal", "slack"}),
        ({}, {**REAL, "sandbox": "google_calendar"}, {"terminal", "slack"}),
        ({}, REAL, set()),
    ],
    ids=["a trial beside a workspace", "a trial in sandbox mode", "a sandbox beside a workspace", "neither"],
)
def test_a_service_is_shown_to_those_whom_it_serves(
    make_plan: Callable[..., Plan], services: dict[str, dict[str, SecretStr]], settings: dict[str, str], on: set[str]
) -> None:
    plan = make_plan(services, **settings)
    catalogs = {platform: Catalog(plan.subjects, plan.runnable(platform)) for platform in ("terminal", "slack")}
    assert {platform for platform, catalog in catalogs.items() if catalog.subject("calendar")} == on
