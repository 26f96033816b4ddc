"""Where people connect each service, and as what the bot is known there."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from adapters.base import ApiKey
from adapters.http import Http, pooled_session
from adapters.oauth import OAuthClient
from bot.oauth_services import oauth_clients, oauth_services
from bot.plan import Plan
from bot.service_settings import Credentials

SANDBOXES = "http://127.0.0.1:3001/"
REAL = {"slack_bot_token": "CANARY-xoxb", "slack_app_token": "CANARY-xapp", "public_url": "https://bot.acme.test"}
GOOGLE = Credentials.model_construct(client_id="acme.apps", client_secret=SecretStr("CANARY-secret"), api_key=SecretStr(""))
NAME = "google_calendar"
MakePlan = Callable[..., Plan]


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    async with pooled_session() as session:
        yield Http(session)


def registered(plan: Plan, **changes: Any) -> Plan:
    return replace(plan, credentials={**plan.credentials, NAME: GOOGLE}, **changes)


def client_of(plan: Plan, http: Http) -> OAuthClient:
    return oauth_clients(oauth_services(plan, SANDBOXES, http))[NAME]


def where(client: OAuthClient) -> str:
    return client.authorization_url("https://bot.acme.test/oauth/callback", ["a"], "state", "v" * 43)


async def test_a_real_service_is_asked_at_its_vendor_as_what_was_registered_there(make_plan: MakePlan, http: Http) -> None:
    url = where(client_of(registered(make_plan(**REAL)), http))

    assert url.startswith("https://accounts.google.com/o/oauth2/")
    assert "client_id=acme.apps" in url
    assert "CANARY" not in url


async def test_another_address_of_the_authorization_server_is_taken(make_plan: MakePlan, http: Http) -> None:
    plan = registered(make_plan({NAME: {"oauth_url": "http://127.0.0.1:9/google/"}}, **REAL))

    assert where(client_of(plan, http)).startswith("http://127.0.0.1:9/google/")


async def test_another_address_of_the_service_alone_moves_no_sign_in(make_plan: MakePlan, http: Http) -> None:
    plan = registered(make_plan({NAME: {"base_url": "http://127.0.0.1:9/proxy/"}}, **REAL))

    assert where(client_of(plan, http)).startswith("https://accounts.google.com/")


async def test_a_sandbox_is_asked_where_it_is_served_as_the_client_that_it_knows(make_plan: MakePlan, http: Http) -> None:
    plan = registered(make_plan())  # what was registered at the vendor is not for it
    url = where(client_of(plan, http))

    assert url.startswith(f"{SANDBOXES}{NAME}/")
    assert f"client_id={NAME}-client" in url


async def test_a_sandbox_elsewhere_answers_for_both(make_plan: MakePlan, http: Http) -> None:
    url = where(client_of(make_plan({NAME: {"base_url": "http://127.0.0.1:9/elsewhere/"}}), http))

    assert url.startswith("http://127.0.0.1:9/elsewhere/")


async def test_what_is_not_registered_can_not_be_connected(make_plan: MakePlan, http: Http) -> None:
    found = oauth_services(make_plan(**REAL), SANDBOXES, http)
    assert all(isinstance(each.adapter.auth, ApiKey) for each in found.values())
    assert oauth_services(registered(make_plan(**{**REAL, "public_url": ""})), SANDBOXES, http) == {}


async def test_a_service_with_keys_has_no_authorization_server(make_plan: MakePlan, http: Http) -> None:
    plan = make_plan(**REAL)
    keyed = [replace(each, auth=ApiKey("https://x.test/keys")) for each in plan.adapters]
    services = oauth_services(replace(plan, adapters=keyed), SANDBOXES, http)

    assert [service.client for service in services.values()] == [None] * len(keyed)
    assert oauth_clients(services) == {}
