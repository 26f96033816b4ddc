"""An account is connected, used, renewed and let go."""

from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from adapters.base import OAuth2, Secret
from adapters.errors import NeedsConnection
from adapters.hubspot import ADAPTER, AUTH
from adapters.oauth import Issued, OAuthClient, Registration
from tests.adapters.hubspot.stage import Stage

BACK = "http://127.0.0.1:3000/oauth/hubspot/callback"
VERIFIER = "CANARY-verifier-" + "1" * 40


def client(stage: Stage) -> OAuthClient:
    registration = Registration(stage.sandbox.client_id, Secret(stage.sandbox.client_secret), "HUBSPOT")
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
