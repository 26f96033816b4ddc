"""What a client asks: leave in the browser, tokens for a code, and new ones when they end; in the server's own ways."""

import json
from base64 import b64encode
from dataclasses import replace
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from adapters.base import Secret
from adapters.http import Http
from adapters.oauth import OAuthClient, Registration
from tests.adapters.oauth.server import (
    BACK,
    CODE,
    GOOD,
    HERE,
    REGISTRATION,
    SECRET,
    VERIFIER,
    Server,
    assert_discreet,
    exchange,
    refresh,
)


def test_the_browser_is_sent_with_all_that_the_standard_wants(http: Http) -> None:
    auth = replace(HERE, authorize_url="https://id.test/authorize?v=2", extra={"prompt": "consent"})
    client = OAuthClient("diary", "Diary", auth, REGISTRATION, http)
    url = urlsplit(client.authorization_url(BACK, ["read", "write & more"], "s 1", "a" * 43))
    assert (url.scheme, url.netloc, url.path) == ("https", "id.test", "/authorize")
    assert dict(parse_qsl(url.query)) == {
        "v": "2",
        "response_type": "code",
        "client_id": "bot-1",
        "redirect_uri": BACK,
        "scope": "read write & more",
        "state": "s 1",
        "code_challenge": "ZtNPunH49FD35FWYhT5Tv8I7vRKQJ8uxMaL0_9eHjNA",  # RFC 7636: base64url(sha256), unpadded
        "code_challenge_method": "S256",
        "prompt": "consent",
    }


def test_where_proof_is_not_known_none_is_sent(http: Http) -> None:
    client = OAuthClient("diary", "Diary", replace(HERE, pkce=False), REGISTRATION, http)
    assert "code_challenge" not in client.authorization_url(BACK, ["read"], "s", VERIFIER)


async def test_a_code_is_exchanged_with_its_proof(server: Server, client: OAuthClient) -> None:
    server.say({**GOOD, "refresh_token": "CANARY-refresh-2", "scope": "read write"})
    issued = await exchange(client)
    assert issued.refresh is not None
    assert (issued.access.reveal(), issued.refresh.reveal()) == ("CANARY-access-1", "CANARY-refresh-2")
    assert (issued.lifetime, issued.scopes) == (3600, ("read", "write"))
    (path, headers, body), fields = server.asked[0], parse_qs(server.asked[0][2])
    assert (path, headers["Accept"], "Authorization" in headers) == ("/token", "application/json", False)
    assert fields == {
        "grant_type": ["authorization_code"],
        "code": [CODE],
        "redirect_uri": [BACK],
        "code_verifier": [VERIFIER],
        "client_id": ["bot-1"],
        "client_secret": [SECRET],
    }
    assert body.isascii()


async def test_a_refresh_says_no_more_than_it_must(server: Server, client: OAuthClient) -> None:
    server.say(GOOD)
    issued = await refresh(client)
    assert issued.refresh is None
    assert parse_qs(server.asked[0][2]).keys() == {"grant_type", "refresh_token", "client_id", "client_secret"}


async def test_a_server_that_wants_basic_and_json_gets_them(server: Server, http: Http) -> None:
    server.say(GOOD)
    auth = replace(HERE, client_auth="client_secret_basic", json_body=True, pkce=False)
    await server.client(http, auth).exchange(CODE, BACK, VERIFIER)
    _, headers, body = server.asked[0]
    assert headers["Authorization"] == "Basic " + b64encode(f"bot-1:{SECRET}".encode()).decode()
    assert headers["Content-Type"] == "application/json"
    assert json.loads(body) == {"grant_type": "authorization_code", "code": CODE, "redirect_uri": BACK}


def test_a_registration_that_can_t_be_sent_is_refused_at_once_and_by_its_settings() -> None:
    with pytest.raises(ValueError, match="DIARY_CLIENT_ID and DIARY_CLIENT_SECRET") as caught:
        Registration("bot-1", Secret(f"{SECRET}…"), "DIARY")
    assert_discreet(caught.value)
