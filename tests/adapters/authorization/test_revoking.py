"""What was granted is taken back, and what became of it is counted."""

import aiohttp
import pytest
from aiohttp import web

from adapters.base import Secret
from adapters.errors import NeedsConnection, Unavailable
from adapters.http import Http
from adapters.oauth import OAuthClient, Registration
from adapters.sandbox_authorization import AuthorizationServer
from tests.adapters.authorization.asking import ADA, AUTH, Make, asking, connected, opens, refresh_of, sent_with
from tests.adapters.servers import Diary, serving, status


async def test_a_revoked_refresh_token_takes_its_access_tokens_along_and_no_others(
    client: OAuthClient, server: AuthorizationServer, address: str
) -> None:
    one, other = await connected(client, server), await connected(client, server)
    await client.revoke(refresh_of(one))
    await client.revoke(refresh_of(one))
    assert not await opens(address, one.access)
    assert await opens(address, other.access)
    with pytest.raises(NeedsConnection):
        await client.refresh(refresh_of(one))
    assert server.counts.revocations == 1


async def test_a_revoked_access_token_goes_alone(client: OAuthClient, server: AuthorizationServer, address: str) -> None:
    issued = await connected(client, server)
    await client.revoke(issued.access)
    assert not await opens(address, issued.access)
    assert await opens(address, (await client.refresh(refresh_of(issued))).access)


async def test_by_habit_a_revoked_token_ends_all_that_its_account_granted(
    client: OAuthClient, server: AuthorizationServer, address: str
) -> None:
    server.habits.revokes_account = True
    mine, mine_too, another_s = [await connected(client, server, account) for account in (ADA, ADA, "grace@acme.test")]
    await client.revoke(mine.access)
    assert [await opens(address, each.access) for each in (mine, mine_too, another_s)] == [False, False, True]


async def test_only_its_client_may_revoke_a_token(make: Make, server: AuthorizationServer, address: str) -> None:
    issued = await connected(make(), server)
    with pytest.raises(Unavailable):
        await make(secret="wrong").revoke(refresh_of(issued))
    assert await opens(address, issued.access)


async def test_the_counts_can_be_asked_for(
    client: OAuthClient, server: AuthorizationServer, browser: aiohttp.ClientSession
) -> None:
    await connected(client, server)
    async with browser.get("_sandbox/authorization") as answer:
        told = await answer.json()
    assert told == {"exchanges": 1, "refreshes": 0, "revocations": 0, "families_revoked": 0, "refused": 0}
    assert await status(browser, "_sandbox/authorization", headers={"Origin": "https://evil.test"}) == 403


async def test_below_a_path_it_is_an_issuer_of_its_own(diary: Diary, http: Http) -> None:
    server, root = AuthorizationServer(diary, AUTH), web.Application()
    root.add_subapp("/diary/", diary.app)
    async with serving(root) as address:
        registration = Registration(diary.client_id, Secret(diary.client_secret))
        client = OAuthClient("diary", "Diary", AUTH.at(f"{address}/diary/"), registration, http)
        assert sent_with(server.approve(asking(client), ADA))["iss"] == AUTH.at(f"{address}/diary/").issuer
        assert await opens(f"{address}/diary", (await connected(client, server)).access)
