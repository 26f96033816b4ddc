"""What was granted is taken back, and said to be only where the server has confirmed it."""

from dataclasses import replace
from urllib.parse import parse_qs

import pytest

from adapters.base import Secret
from adapters.errors import Unavailable
from adapters.http import Http
from adapters.oauth import OAuthClient
from tests.adapters.oauth.server import HERE, REFRESH, Server, assert_discreet


async def test_a_token_is_revoked_by_name(server: Server, client: OAuthClient) -> None:
    await client.revoke(Secret(REFRESH))
    (path, _, body) = server.asked[0]
    assert (path, parse_qs(body)["token"]) == ("/revoke", [REFRESH])


@pytest.mark.parametrize("error", ["invalid_token", "invalid_grant"])
async def test_a_token_that_is_not_known_is_done_with(server: Server, client: OAuthClient, error: str) -> None:
    server.say({"error": error}, 400)
    await client.revoke(Secret(REFRESH))


async def test_a_service_without_revocation_is_asked_nothing(server: Server, http: Http) -> None:
    await server.client(http, replace(HERE, revoke_url="")).revoke(Secret(REFRESH))
    assert server.asked == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 500),
        (b"", 503),
        (b"", 302),
        (b"", 404),
        (b"<html>CANARY-told-1", 400),
        ({"error": "invalid_client"}, 401),
        (b" " * (10 * 1024 * 1024), 200),
    ],
)
async def test_what_was_not_confirmed_is_not_revoked(server: Server, client: OAuthClient, body: object, status: int) -> None:
    server.say(body, status)
    with pytest.raises(Unavailable) as caught:
        await client.revoke(Secret(REFRESH))
    assert_discreet(caught.value)
