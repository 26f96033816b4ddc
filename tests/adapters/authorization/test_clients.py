"""A client says who it is in good order, and what it confides is not kept."""

from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from adapters.base import Secret
from adapters.errors import NeedsConnection, Refused
from adapters.http import Http
from adapters.oauth import OAuthClient, Registration
from adapters.sandbox_authorization import AuthorizationServer
from tests.adapters.authorization.asking import (
    ADA,
    AUTH,
    BACK,
    SIGNED,
    VERIFIER,
    Make,
    asking,
    connected,
    opens,
    refresh_of,
    sent_with,
)
from tests.adapters.servers import Diary, serving


async def test_a_wrong_secret_opens_nothing_and_uses_nothing_up(make: Make, server: AuthorizationServer) -> None:
    code = sent_with(server.approve(asking(make()), ADA))["code"]
    for client in (make(secret="wrong"), make(secret=""), make(replace(AUTH, client_auth="client_secret_basic"))):
        with pytest.raises(Refused, match=r"invalid_client|invalid_request"):
            await client.exchange(code, BACK, VERIFIER)
    assert await make().exchange(code, BACK, VERIFIER)


@pytest.mark.parametrize("json_body", [False, True])
async def test_a_server_may_want_basic_json_and_no_proof(diary: Diary, http: Http, json_body: bool) -> None:
    auth = replace(AUTH, client_auth="client_secret_basic", json_body=json_body, pkce=False)
    server = AuthorizationServer(diary, auth)
    async with serving(diary.app) as address:
        registration = Registration(diary.client_id, Secret(diary.client_secret))
        client = OAuthClient("diary", "Diary", auth.at(f"{address}/"), registration, http)
        issued = await connected(client, server)
        assert await opens(address, issued.access)
        with pytest.raises(NeedsConnection):  # its habit is to give no refresh token to who does not ask for one
            await client.refresh(issued.access)
        await client.revoke(issued.access)
        assert not await opens(address, issued.access)
        wrong = OAuthClient("diary", "Diary", AUTH.at(f"{address}/"), registration, http)
        with pytest.raises(Refused, match="invalid_request"):
            await wrong.refresh(issued.access)


UNSIGNED = {name: value for name, value in SIGNED.items() if name != "client_secret"}


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        ({"data": SIGNED}, (400, "invalid_grant")),
        ({"data": {**SIGNED, "grant_type": "password"}}, (400, "unsupported_grant_type")),
        ({"data": {}}, (401, "invalid_client")),
        ({"data": UNSIGNED}, (401, "invalid_client")),
        ({"data": {**SIGNED, "client_id": "é"}}, (401, "invalid_client")),
        ({"data": [*SIGNED.items(), ("refresh_token", "y")]}, (400, "invalid_request")),
        ({"data": SIGNED, "params": {"refresh_token": "x"}}, (400, "invalid_request")),
        ({"data": SIGNED, "headers": {"Authorization": "Basic ZGlhcnk6eA=="}}, (400, "invalid_request")),
        ({"json": SIGNED}, (400, "invalid_request")),
        ({"data": b"\xff", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}, (400, "invalid_request")),
    ],
)
async def test_a_token_request_has_to_be_in_order(
    browser: aiohttp.ClientSession, request_: dict[str, Any], error: tuple[int, str]
) -> None:
    async with browser.post("api/token", **request_) as answer:
        assert (answer.status, (await answer.json())["error"]) == error
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("body", ["{", '"text"', "null", '{"a": 1, "a": 2}', '{"a": 1}', "[" * 50_000])
async def test_json_has_to_be_in_order_too(diary: Diary, body: str) -> None:
    AuthorizationServer(diary, replace(AUTH, json_body=True))
    async with serving(diary.app) as address, aiohttp.ClientSession() as session:
        headers = {"Content-Type": "application/json"}
        async with session.post(f"{address}/api/token", data=body, headers=headers) as answer:
            assert (answer.status, (await answer.json())["error"]) == (400, "invalid_request")


async def test_the_journal_keeps_nothing_of_what_clients_confide(
    client: OAuthClient, server: AuthorizationServer, diary: Diary
) -> None:
    issued = await connected(client, server)
    await client.revoke(refresh_of(await client.refresh(refresh_of(issued))))
    assert [entry.path for entry in diary.journal] == ["/api/token", "/api/token", "/api/revoke"]
    assert not any(entry.body for entry in diary.journal)
