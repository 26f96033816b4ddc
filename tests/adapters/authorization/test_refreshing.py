"""Access tokens end by the clock, and refresh tokens with their first use."""

from datetime import timedelta

import aiohttp
import pytest

from adapters.errors import NeedsConnection
from adapters.oauth import OAuthClient
from adapters.sandbox_authorization import AuthorizationServer
from tests.adapters.authorization.asking import SIGNED, connected, opens, refresh_of
from tests.adapters.servers import Calendar


async def test_a_refresh_token_is_good_once_and_used_again_ends_the_family(
    client: OAuthClient, server: AuthorizationServer, address: str
) -> None:
    first = await connected(client, server)
    second = await client.refresh(refresh_of(first))
    assert await opens(address, second.access)
    with pytest.raises(NeedsConnection):
        await client.refresh(refresh_of(first))
    assert not await opens(address, second.access)
    with pytest.raises(NeedsConnection):
        await client.refresh(refresh_of(second))
    assert (server.counts.refreshes, server.counts.families_revoked) == (1, 1)


async def test_within_the_grace_a_used_one_is_forgiven(client: OAuthClient, server: AuthorizationServer, now: Calendar) -> None:
    server.habits.grace = 30.0
    first = await connected(client, server)
    await client.refresh(refresh_of(first))
    now.time += timedelta(seconds=29)
    again = await client.refresh(refresh_of(first))
    now.time += timedelta(seconds=1)
    with pytest.raises(NeedsConnection):
        await client.refresh(refresh_of(first))
    with pytest.raises(NeedsConnection):
        await client.refresh(refresh_of(again))
    assert server.counts.families_revoked == 1


async def test_where_nothing_rotates_the_old_one_stays(client: OAuthClient, server: AuthorizationServer) -> None:
    server.habits.rotates = False
    issued = await connected(client, server)
    for _ in range(2):
        assert (await client.refresh(refresh_of(issued))).refresh is None
    assert (server.counts.refreshes, server.counts.families_revoked) == (2, 0)


async def test_what_is_asked_for_again_may_not_be_more(
    browser: aiohttp.ClientSession, client: OAuthClient, server: AuthorizationServer
) -> None:
    issued = await connected(client, server)
    form = {**SIGNED, "refresh_token": refresh_of(issued).reveal(), "scope": "read everything"}
    async with browser.post("api/token", data=form) as answer:
        assert (await answer.json())["error"] == "invalid_scope"


async def test_an_access_token_ends_by_the_clock_and_a_refresh_gives_a_new_one(
    client: OAuthClient, server: AuthorizationServer, now: Calendar, address: str
) -> None:
    server.habits.lifetime = 60
    issued = await connected(client, server)
    now.time += timedelta(seconds=59)
    assert await opens(address, issued.access)
    now.time += timedelta(seconds=1)
    assert not await opens(address, issued.access)
    assert await opens(address, (await client.refresh(refresh_of(issued))).access)
