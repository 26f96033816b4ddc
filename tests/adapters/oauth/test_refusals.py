"""An authorization server that says no: who can mend it is told, or it is tried again, and never a secret in it."""

import pytest

from adapters.errors import NeedsConnection, Refused, Unavailable
from adapters.oauth import OAuthClient
from tests.adapters.oauth.server import CODE, GOOD, REFRESH, SAID, Ask, Server, assert_discreet, both, exchange, refresh


@pytest.mark.parametrize("status", [200, 400, 401])
async def test_a_grant_that_is_gone_needs_a_new_connection(server: Server, client: OAuthClient, status: int) -> None:
    server.say({"error": "invalid_grant", "error_description": f"{SAID} {REFRESH}"}, status)
    with pytest.raises(NeedsConnection) as caught:
        await refresh(client)
    assert_discreet(caught.value)
    assert len(server.asked) == 1


async def test_a_code_that_is_gone_asks_the_person_to_begin_anew(server: Server, client: OAuthClient) -> None:
    server.say({"error": "invalid_grant", "error_description": f"{SAID} {CODE}"}, 400)
    with pytest.raises(Refused, match=r"invalid_grant.*connect again") as caught:
        await exchange(client)
    assert_discreet(caught.value)


@both
@pytest.mark.parametrize("code", ["invalid_client", "unauthorized_client"])
async def test_a_wrong_registration_names_its_settings(server: Server, client: OAuthClient, ask: Ask, code: str) -> None:
    server.say({"error": code, "error_description": SAID}, 401)
    with pytest.raises(Refused, match=f"{code}.*DIARY_CLIENT_ID and DIARY_CLIENT_SECRET") as caught:
        await ask(client)
    assert_discreet(caught.value)


@both
@pytest.mark.parametrize("code", ["invalid_request", "invalid_scope", "unsupported_grant_type"])
async def test_our_own_mistake_is_not_tried_again(server: Server, client: OAuthClient, ask: Ask, code: str) -> None:
    server.say({"error": code, "error_description": SAID}, 400)
    with pytest.raises(Refused, match=code) as caught:
        await ask(client)
    assert_discreet(caught.value)


@both
@pytest.mark.parametrize("code", ["server_error", "temporarily_unavailable"])
async def test_trouble_that_is_told_may_pass(server: Server, client: OAuthClient, ask: Ask, code: str) -> None:
    server.say({"error": code}, 400)
    with pytest.raises(Unavailable):
        await ask(client)


@both
@pytest.mark.parametrize("status", [400, 401, 403, 404, 418])
@pytest.mark.parametrize("body", [b"<html>CANARY-told-1</html>", GOOD, {"error": "CANARY-told-1"}])
async def test_a_refusal_in_no_registered_words_may_pass(
    server: Server, client: OAuthClient, ask: Ask, status: int, body: object
) -> None:
    server.say(body, status)
    with pytest.raises(Unavailable) as caught:
        await ask(client)
    assert_discreet(caught.value)
