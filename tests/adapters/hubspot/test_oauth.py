"""An account is connected, used, renewed and let go."""

from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from adapters.base import OAuth2, Secret
from adapters.errors import NeedsConnection, Refused
from adapters.hubspot import ADAPTER, AUTH
from adapters.oauth import Issued, OAuthClient, Registration
from tests.adapters.hubspot.specs import SPECS, error_complaints
from tests.adapters.hubspot.stage import Stage

BACK = "http://127.0.0.1:3000/oauth/hubspot/callback"
VERIFIER = "CANARY-verifier-" + "1" * 40


def client(stage: Stage, wrong: str = "") -> OAuthClient:
    registration = Registration(stage.sandbox.client_id, Secret(wrong or stage.sandbox.client_secret), "HUBSPOT")
    return OAuthClient("hubspot", "HubSpot", AUTH.at(stage.service.base_url), registration, stage.service.http)


async def connected(stage: Stage) -> Issued:
    page = client(stage).authorization_url(BACK, ADAPTER.scopes, "s-1", VERIFIER)
    back = dict(parse_qsl(urlsplit(stage.sandbox.authorization.approve(page, "zoe@acme.test")).query))
    return await client(stage).exchange(back["code"], BACK, VERIFIER)


def test_it_is_hubspot_that_is_asked() -> None:
    assert isinstance(ADAPTER.auth, OAuth2)
    assert ADAPTER.auth.authorize_url == "https://app.hubspot.com/oauth/authorize"
    assert ADAPTER.auth.token_url == "https://api.hubapi.com/oauth/2026-03/token"
    assert ADAPTER.auth.revoke_url == "https://api.hubapi.com/oauth/2026-03/token/revoke"


async def test_a_connection_opens_the_crm(stage: Stage) -> None:
    issued = await connected(stage)
    assert issued.refresh
    assert await stage.open(token=issued.access.reveal()).owners()


async def test_after_half_an_hour_it_is_renewed(stage: Stage) -> None:
    issued = await connected(stage)
    stage.now.value += timedelta(minutes=30)
    with pytest.raises(NeedsConnection):
        await stage.open(token=issued.access.reveal()).check()
    assert issued.refresh
    renewed = await client(stage).refresh(issued.refresh)
    await stage.open(token=renewed.access.reveal()).check()


async def test_what_is_revoked_opens_nothing(stage: Stage) -> None:
    issued = await connected(stage)
    assert issued.refresh
    await client(stage).revoke(issued.refresh)
    with pytest.raises(NeedsConnection):
        await stage.open(token=issued.access.reveal()).check()
    with pytest.raises(NeedsConnection):
        await client(stage).refresh(issued.refresh)


async def test_what_was_granted_is_told_and_a_renewal_keeps_the_refresh_token(stage: Stage) -> None:
    issued = await connected(stage)
    assert issued.refresh
    renewed = await client(stage).refresh(issued.refresh)
    assert renewed.refresh
    assert (issued.scopes, renewed.scopes, issued.lifetime) == (ADAPTER.scopes, ADAPTER.scopes, 1800.0)
    assert renewed.refresh.reveal() == issued.refresh.reveal()


async def test_a_wrong_secret_names_the_settings(stage: Stage) -> None:
    issued = await connected(stage)
    assert issued.refresh
    with pytest.raises(Refused, match="HUBSPOT_CLIENT_ID"):
        await client(stage, wrong="CANARY-wrong").refresh(issued.refresh)


@pytest.mark.skipif(not SPECS.exists(), reason="HubSpot's description of its API is not here")
@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"grant_type": "refresh_token", "refresh_token": "CANARY-gone"}, "BAD_REFRESH_TOKEN"),
        ({"grant_type": "authorization_code", "code": "CANARY-gone"}, "BAD_AUTH_CODE"),
        ({"grant_type": "password"}, "BAD_GRANT_TYPE"),
    ],
)
async def test_a_refusal_is_as_hubspot_describes_it(stage: Stage, asked: dict[str, str], status: str) -> None:
    form = {**asked, "client_id": stage.sandbox.client_id, "client_secret": stage.sandbox.client_secret}
    async with stage.session.post(AUTH.at(stage.service.base_url).token_url, data=form) as response:
        answer = await response.read()
    assert response.status == 400
    assert f'"status": "{status}"'.encode() in answer
    assert error_complaints("/oauth/2026-03/token", answer) == []
