"""Each of Teams' credentials is tried, and whatever is wrong comes with what to do."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.faults import Fault
from adapters.http import Http, pooled_session
from bot.clock import Clock
from bot.finding import Finding
from bot.sandboxes import serving
from bot.settings import Settings
from bot.teams.check import check_teams
from bot.teams.sandbox import TeamsSandbox

CANARY = "CANARY-password-91c2"


@pytest.fixture
async def teams() -> AsyncIterator[TeamsSandbox]:
    sandbox = TeamsSandbox(lambda: datetime.now(UTC), "http://127.0.0.1:9/nobody", delays=())
    async with serving({"teams": sandbox}, 0) as address:
        sandbox.address = f"{address}teams/"
        yield sandbox


@pytest.fixture
async def check(teams: TeamsSandbox) -> AsyncIterator[Callable[..., Any]]:
    async def checked(**changes: str) -> dict[str, Finding]:
        told = {
            "teams_app_id": teams.app_id,
            "teams_app_password": teams.app_password.reveal(),
            "teams_tenant_id": teams.tenant,
            "teams_openid_metadata_url": teams.openid_url,
            "teams_login_url": teams.login_url,
        }
        settings = Settings.model_validate({**told, **changes})
        return {finding.name: finding async for finding in check_teams(settings, http, Clock())}

    async def no_wait(seconds: float) -> None:
        """Http's own pauses are not what is looked at here."""

    async with pooled_session() as session:
        http = Http(session, sleep=no_wait)
        yield checked


async def test_what_is_right_is_said_to_be(check: Callable[..., Any], teams: TeamsSandbox) -> None:
    found = await check()

    assert {finding.state for finding in found.values()} == {"ok"}
    assert teams.app_id in found["TEAMS_APP_ID"].text
    assert teams.tenant in found["TEAMS_ALLOWED_TENANTS"].text


async def test_a_wrong_password_is_named_and_not_shown(check: Callable[..., Any]) -> None:
    found = await check(teams_app_password=CANARY)

    assert found["TEAMS_APP_ID"].state == "wrong"
    assert "TEAMS_APP_PASSWORD" in found["TEAMS_APP_ID"].text
    assert CANARY not in str(found)


async def test_a_login_that_is_away_is_no_fault_of_the_settings(check: Callable[..., Any], teams: TeamsSandbox) -> None:
    teams.script.add(Fault(kind="status", status=503, path="/login", times=9))
    found = await check()

    assert found["TEAMS_APP_ID"].state == "wrong"
    assert "check again" in found["TEAMS_APP_ID"].text
    assert found["TEAMS_OPENID_METADATA_URL"].state == "ok"


async def test_an_address_without_keys_is_told(check: Callable[..., Any], teams: TeamsSandbox) -> None:
    found = await check(teams_openid_metadata_url=f"{teams.address}nothing/here")

    assert found["TEAMS_OPENID_METADATA_URL"].state == "wrong"
    assert found["TEAMS_APP_ID"].state == "ok"
