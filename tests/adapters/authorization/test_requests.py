"""Who asks in doubt is sent nowhere, and what is asked wrongly is told to who asked."""

import aiohttp
import pytest

from adapters.oauth import OAuthClient
from adapters.sandbox_authorization import AuthorizationServer
from adapters.sandbox_request import Untrusted
from tests.adapters.authorization.asking import ADA, BACK, VERIFIER, asking, sent_with


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": None},
        {"client_id": "somebody-else"},
        {"redirect_uri": None},
        {"redirect_uri": ""},
        {"redirect_uri": "/callback"},
        {"redirect_uri": "//evil.test/callback"},
        {"redirect_uri": "http://evil.test/callback"},
        {"redirect_uri": "http://127.0.0.1.evil.test/"},
        {"redirect_uri": "http://127.0.0.1@evil.test/"},
        {"redirect_uri": "https://evil.test\\@bot.test/"},
        {"redirect_uri": "https://bot.test/callback#part"},
        {"redirect_uri": "https://bot.test/call back"},
        {"redirect_uri": "https://bot.test/\r\nSet-Cookie: a=b"},
        {"redirect_uri": "https://bot.test:port/"},
        {"redirect_uri": "https://bot.test;script-src/"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": "https://["},
    ],
)
async def test_who_asks_in_doubt_is_sent_nowhere(
    client: OAuthClient, browser: aiohttp.ClientSession, server: AuthorizationServer, changes: dict[str, str | None]
) -> None:
    url = asking(client, **changes)
    async with browser.get(url, allow_redirects=False) as answer:
        assert answer.status == 400
        assert "Location" not in answer.headers
        assert "<h1>This can't be done</h1>" in (await answer.text()).replace("&#39;", "'")
    with pytest.raises(Untrusted):
        server.approve(url, ADA)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": None}, "unsupported_response_type"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": VERIFIER + "="}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
    ],
)
async def test_what_is_asked_wrongly_is_told_to_who_asked(
    client: OAuthClient, browser: aiohttp.ClientSession, address: str, changes: dict[str, str | None], error: str
) -> None:
    async with browser.get(asking(client, **changes), allow_redirects=False) as answer:
        back = sent_with(answer.headers["Location"])
    assert (answer.status, back["error"], back["state"], back["iss"]) == (303, error, "s-1", address)


async def test_a_parameter_may_not_come_twice(client: OAuthClient, browser: aiohttp.ClientSession) -> None:
    async with browser.get(f"{asking(client)}&scope=everything", allow_redirects=False) as answer:
        assert sent_with(answer.headers["Location"])["error"] == "invalid_request"
    async with browser.get(f"{asking(client)}&redirect_uri=https://evil.test/", allow_redirects=False) as answer:
        assert answer.status == 400


def test_a_redirect_uri_keeps_a_query_of_its_own(client: OAuthClient, server: AuthorizationServer) -> None:
    address = server.deny(asking(client, redirect_uri=f"{BACK}?team=1"))
    assert sent_with(address) | {"iss": ""} == {"team": "1", "error": "access_denied", "state": "s-1", "iss": ""}
