"""A code becomes tokens once, soon, and for its own client alone."""

from datetime import timedelta

import pytest

from adapters.errors import NeedsConnection, Refused
from adapters.oauth import OAuthClient
from adapters.sandbox_authorization import AuthorizationServer
from tests.adapters.authorization.asking import ADA, BACK, VERIFIER, asking, opens, refresh_of, sent_with
from tests.adapters.servers import Calendar


async def test_a_code_is_good_once_and_used_again_ends_what_came_of_it(
    client: OAuthClient, address: str, server: AuthorizationServer
) -> None:
    code = sent_with(server.approve(asking(client), ADA))["code"]
    issued = await client.exchange(code, BACK, VERIFIER)
    with pytest.raises(Refused, match="invalid_grant"):
        await client.exchange(code, BACK, VERIFIER)
    assert not await opens(address, issued.access)
    with pytest.raises(NeedsConnection):
        await client.refresh(refresh_of(issued))
    assert (server.counts.exchanges, server.counts.families_revoked, server.counts.refused) == (1, 1, 2)


@pytest.mark.parametrize(("seconds", "good"), [(59, True), (60, False)])
async def test_a_code_lives_for_a_minute(
    client: OAuthClient, server: AuthorizationServer, now: Calendar, seconds: int, good: bool
) -> None:
    code = sent_with(server.approve(asking(client), ADA))["code"]
    now.time += timedelta(seconds=seconds)
    if good:
        assert await client.exchange(code, BACK, VERIFIER)
    else:
        with pytest.raises(Refused, match="invalid_grant"):
            await client.exchange(code, BACK, VERIFIER)


@pytest.mark.parametrize(("redirect_uri", "verifier"), [(f"{BACK}/", VERIFIER), (BACK, "w" * 43), (BACK, "short"), (BACK, "")])
async def test_a_code_is_bound_to_its_redirect_uri_and_its_proof(
    client: OAuthClient, server: AuthorizationServer, redirect_uri: str, verifier: str
) -> None:
    code = sent_with(server.approve(asking(client), ADA))["code"]
    with pytest.raises(Refused, match="invalid_grant"):
        await client.exchange(code, redirect_uri, verifier)
    with pytest.raises(Refused, match="invalid_grant"):  # whoever guesses has one guess
        await client.exchange(code, BACK, VERIFIER)


async def test_a_code_that_nobody_gave_is_refused(client: OAuthClient) -> None:
    with pytest.raises(Refused, match="invalid_grant"):
        await client.exchange("made-up", BACK, VERIFIER)
