"""A workspace is connected, the connection renewed and let go, at the stand-in."""

from urllib.parse import parse_qs, parse_qsl, urlsplit

import aiohttp
import pytest

from adapters.base import Secret
from adapters.errors import NeedsConnection, Refused
from adapters.notion import ADAPTER, AUTH
from adapters.oauth import Issued, OAuthClient, Registration
from tests.adapters.notion.stage import Stage, opened
from tests.adapters.switched_on import Moment

BACK = "http://127.0.0.1:3000/oauth/notion/callback"
VERIFIER = "CANARY-verifier-" + "1" * 40
TOLD = {  # https://developers.notion.com/reference/create-a-token; Notion's description of its API has nothing of it
    *("access_token", "refresh_token", "token_type", "bot_id", "workspace_id", "workspace_name", "workspace_icon"),
    *("owner", "duplicated_template_id", "request_id"),
}


def oauth(stage: Stage, wrong: str = "") -> OAuthClient:
    registration = Registration("notion-client", Secret(wrong or stage.sandbox.client_secret), ADAPTER.env)
    return OAuthClient(ADAPTER.name, ADAPTER.title, AUTH.at(stage.service.base_url), registration, stage.service.http)


def brought_back(stage: Stage) -> str:
    page = oauth(stage).authorization_url(BACK, ADAPTER.scopes, "s-1", VERIFIER)
    return dict(parse_qsl(urlsplit(stage.sandbox.authorization.approve(page, "ada@acme.test")).query))["code"]


async def issued(stage: Stage) -> Issued:
    return await oauth(stage).exchange(brought_back(stage), BACK, VERIFIER)


async def account(stage: Stage, token: Secret) -> str:
    return await opened(stage.service, token.reveal(), Moment()).account()


def refresh_of(found: Issued) -> Secret:
    assert found.refresh is not None
    return found.refresh


def test_the_person_is_asked_for_their_own_account_and_no_more(stage: Stage) -> None:
    asked = parse_qs(urlsplit(oauth(stage).authorization_url(BACK, ADAPTER.scopes, "s-1", VERIFIER)).query)
    assert asked == {
        "response_type": ["code"],
        "client_id": ["notion-client"],
        "redirect_uri": [BACK],
        "state": ["s-1"],
        "owner": ["user"],
    }


async def test_a_person_connects_and_the_bot_knows_their_workspace(stage: Stage) -> None:
    assert await account(stage, (await issued(stage)).access) == "Acme (Ada Lovelace)"


async def test_a_code_is_good_once(stage: Stage) -> None:
    code = brought_back(stage)
    await oauth(stage).exchange(code, BACK, VERIFIER)
    with pytest.raises(Refused, match="connect again"):
        await oauth(stage).exchange(code, BACK, VERIFIER)


async def test_another_s_secret_is_not_accepted(stage: Stage) -> None:
    with pytest.raises(Refused, match="NOTION_CLIENT_ID"):
        await oauth(stage, "CANARY-wrong").exchange(brought_back(stage), BACK, VERIFIER)


async def test_a_connection_is_renewed_with_a_new_refresh_token_each_time(stage: Stage) -> None:
    first = await issued(stage)
    second = await oauth(stage).refresh(refresh_of(first))
    third = await oauth(stage).refresh(refresh_of(second))
    assert len({refresh_of(each).reveal() for each in (first, second, third)}) == 3
    assert await account(stage, third.access) == "Acme (Ada Lovelace)"


async def test_a_refresh_token_that_was_used_ends_the_connection(stage: Stage) -> None:
    first = await issued(stage)
    second = await oauth(stage).refresh(refresh_of(first))
    for old in (first, second):
        with pytest.raises(NeedsConnection):
            await oauth(stage).refresh(refresh_of(old))
    with pytest.raises(NeedsConnection):
        await account(stage, second.access)


async def test_a_connection_that_was_let_go_is_gone(stage: Stage) -> None:
    found = await issued(stage)
    await oauth(stage).revoke(refresh_of(found))
    await oauth(stage).revoke(refresh_of(found))  # once more does no harm
    with pytest.raises(NeedsConnection):
        await account(stage, found.access)
    assert stage.sandbox.authorization.counts.revocations == 1


async def test_a_token_answer_tells_whose_it_is_but_neither_scopes_nor_how_long_it_lasts(stage: Stage) -> None:
    found = await issued(stage)
    assert (found.lifetime, found.scopes) == (None, None)
    asked = {"grant_type": "refresh_token", "refresh_token": refresh_of(found).reveal()}
    headers = {"Authorization": aiohttp.encode_basic_auth(stage.sandbox.client_id, stage.sandbox.client_secret)}
    async with stage.session.post(AUTH.at(stage.service.base_url).token_url, json=asked, headers=headers) as response:
        answer = await response.json()
    assert set(answer) == TOLD
    assert (answer["owner"]["user"]["name"], answer["workspace_name"]) == ("Ada Lovelace", "Acme")
