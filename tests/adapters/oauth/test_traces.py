"""What a client leaves behind: figures of its own, and in no log a secret."""

import logging

import pytest

from adapters.errors import NeedsConnection, Refused
from adapters.http import Http
from adapters.oauth import OAuthClient
from tests.adapters.oauth.server import GOOD, SAID, Ask, Server, both, refresh


async def test_its_breaker_and_figures_are_apart_from_the_service_s_own(
    server: Server, http: Http, seen: list[tuple[str, int | str]]
) -> None:
    server.say(GOOD)
    await refresh(server.client(http))
    assert seen == [("diary_login", 200)]


@both
async def test_not_even_a_log_at_debug_holds_a_secret(
    server: Server, client: OAuthClient, ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.say({**GOOD, "refresh_token": "CANARY-refresh-2"})
    issued = await ask(client)
    server.say({"error": "invalid_grant", "error_description": SAID}, 400)
    with pytest.raises((NeedsConnection, Refused)):
        await ask(client)
    assert "CANARY" not in caplog.text
    assert "CANARY" not in repr(issued) + repr(client) + repr(vars(client))
