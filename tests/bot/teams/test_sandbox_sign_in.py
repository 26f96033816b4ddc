"""Signing in with the made-up Entra: by page and without one, by hand and with the bot's own client."""

import base64
import hashlib
import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import jwt
import pytest

from adapters.errors import Refused
from adapters.http import Http, pooled_session
from bot.clock import Clock
from bot.teams.sandbox.login import GRAPH
from bot.teams.sandbox.workspace import ADA, APP_ID, GENERAL, GRACE, GUEST, OTHER_TENANT, STRANGER, TENANT
from bot.web.identity import entra
from bot.web.openid import OpenId
from commands.call import Actor
from tests.bot.teams.sandboxed import Answer, Teams, of, teams_and_bot

BACK = "http://127.0.0.1:9/signin/teams/callback"
VERIFIER = "CANARY-verifier-that-is-long-enough-for-the-standard"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


@pytest.fixture
async def teams() -> AsyncIterator[Teams]:
    async with teams_and_bot() as opened:
        yield opened


@pytest.fixture
async def openid(teams: Teams) -> AsyncIterator[OpenId]:
    """The bot's client, as it is in sandbox mode."""
    provider = entra(teams.sandbox.login_url, TENANT, {TENANT}, APP_ID, teams.sandbox.app_password)
    async with pooled_session() as session:
        yield OpenId(provider, Http(session, rates={"teams_login": None}), Clock())


def authorize_url(teams: Teams, tenant: str = TENANT, **changes: str) -> str:
    usual = {"client_id": APP_ID, "redirect_uri": BACK, "response_type": "code", "scope": "openid profile"}
    proof = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    query = {**usual, **proof, "state": "s&1", "nonce": "n1", **changes}
    return f"{teams.sandbox.login_url}{tenant}/oauth2/v2.0/authorize?{urlencode(query)}"


def told(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


async def exchange(teams: Teams, back: str, tenant: str = TENANT, **changes: str) -> Answer:
    client = {"client_id": APP_ID, "client_secret": teams.sandbox.app_password.reveal(), "redirect_uri": BACK}
    usual = {**client, "grant_type": "authorization_code", "code": told(back)["code"], "code_verifier": VERIFIER}
    async with teams.session.post(f"{teams.sandbox.login_url}{tenant}/oauth2/v2.0/token", data=usual | changes) as answer:
        return Answer(answer.status, await answer.json(), dict(answer.headers))


async def claims(teams: Teams, id_token: str) -> dict[str, Any]:
    """As PyJWT believes them, with the key that is published."""
    [key] = (await teams.ask("GET", f"{teams.sandbox.login_url}common/discovery/v2.0/keys")).body["keys"]
    assert key["kid"] == jwt.get_unverified_header(id_token)["kid"]
    return dict(jwt.decode(id_token, jwt.PyJWK(key, "RS256"), algorithms=["RS256"], audience=APP_ID))


@pytest.mark.parametrize("tenant", [TENANT, "organizations", "common"])
@pytest.mark.parametrize(
    ("person", "name", "home"),
    [
        (ADA, "Ada Lovelace", TENANT),
        (GRACE, "Grace Hopper", TENANT),
        (GUEST, "Gus Guest", TENANT),
        (STRANGER, "Sid Stranger", OTHER_TENANT),
    ],
)
async def test_a_signed_token_says_who_signed_in(teams: Teams, person: str, name: str, home: str, tenant: str) -> None:
    back = teams.sandbox.sign_in(authorize_url(teams, tenant), person)
    granted = (await exchange(teams, back, tenant)).body
    said = await claims(teams, granted["id_token"])

    assert (back.startswith(f"{BACK}?"), told(back)["state"]) == (True, "s&1")
    assert (said["tid"], said["oid"], said["name"]) == (home, person, name)
    assert (said["iss"], said["aud"], said["ver"]) == (f"{teams.sandbox.login_url}{home}/v2.0", APP_ID, "2.0")
    assert (said["nonce"], said["exp"] - said["iat"]) == ("n1", 3600)
    assert said["preferred_username"].endswith(".example")


async def test_the_bots_own_client_learns_who_it_is(teams: Teams, openid: OpenId) -> None:
    away = openid.authorization_url(BACK, "a state", "a nonce", VERIFIER)
    back = teams.sandbox.sign_in(away, ADA)

    assert await openid.identify(told(back)["code"], BACK, "a nonce", VERIFIER) == Actor("teams", TENANT, ADA, "Ada Lovelace")


async def test_the_bots_own_client_turns_people_of_another_tenant_away(teams: Teams, openid: OpenId) -> None:
    back = teams.sandbox.sign_in(openid.authorization_url(BACK, "a state", "a nonce", VERIFIER), STRANGER)

    with pytest.raises(Refused, match="not for people of your organisation"):
        await openid.identify(told(back)["code"], BACK, "a nonce", VERIFIER)


async def test_the_bots_own_client_is_not_taken_in_by_a_sign_in_that_another_began(teams: Teams, openid: OpenId) -> None:
    back = teams.sandbox.sign_in(openid.authorization_url(BACK, "a state", "another nonce", VERIFIER), ADA)

    with pytest.raises(Refused, match="another browser"):
        await openid.identify(told(back)["code"], BACK, "a nonce", VERIFIER)


async def test_on_the_page_one_picks_who_one_is(teams: Teams) -> None:
    url = authorize_url(teams, nonce='"><script>')
    async with teams.session.get(url) as page:
        html, safety = await page.text(), page.headers
    fields = dict(re.findall(r'<input type=hidden name="(\w+)" value="([^"]*)">', html))
    async with teams.session.post(url.partition("?")[0], data=fields | {"choice": GRACE}, allow_redirects=False) as gone:
        back = gone.headers["Location"]

    assert "<script" not in html
    assert re.findall(r"<button name=choice value=\"([\w-]+)\"", html) == [ADA, GRACE, GUEST, STRANGER, "cancel"]
    assert "form-action 'self' http://127.0.0.1:9" in safety["Content-Security-Policy"]
    assert (await claims(teams, (await exchange(teams, back)).body["id_token"]))["oid"] == GRACE


async def test_who_goes_back_is_nobody(teams: Teams) -> None:
    back = told(teams.sandbox.sign_in(authorize_url(teams), "cancel"))

    assert (back["error"], back["state"], "code" in back) == ("access_denied", "s&1", False)
    assert back["error_description"].startswith("AADSTS65004: ")


async def test_a_code_works_once_and_for_a_minute(teams: Teams) -> None:
    used, late = (teams.sandbox.sign_in(authorize_url(teams), ADA) for _ in range(2))
    await exchange(teams, used)
    again = await exchange(teams, used)
    teams.clock.skip(61)
    expired = await exchange(teams, late)

    assert (again.status, again.body["error"], again.body["error_codes"]) == (400, "invalid_grant", [54005])
    assert (expired.status, expired.body["error"], expired.body["error_codes"]) == (400, "invalid_grant", [70008])


@pytest.mark.parametrize(
    ("changes", "status", "error", "number"),
    [
        ({"client_secret": "CANARY-wrong"}, 401, "invalid_client", 7000215),
        ({"client_id": "somebody"}, 400, "unauthorized_client", 700016),
        ({"tenant": "nowhere"}, 400, "invalid_request", 90002),
        ({"tenant": "botframework.com"}, 400, "invalid_request", 90002),
        ({"grant_type": "password"}, 400, "unsupported_grant_type", 70003),
        ({"code": "CANARY-code"}, 400, "invalid_grant", 70000),
        ({"code": ""}, 400, "invalid_grant", 70000),
        ({"redirect_uri": f"{BACK}/"}, 401, "invalid_client", 500112),
        ({"code_verifier": "CANARY-another"}, 400, "invalid_grant", 50148),
        ({"code_verifier": ""}, 400, "invalid_grant", 50148),
    ],
)
async def test_who_can_not_prove_it_gets_no_token(
    teams: Teams, changes: dict[str, str], status: int, error: str, number: int
) -> None:
    refused = await exchange(teams, teams.sandbox.sign_in(authorize_url(teams), ADA), **changes)

    assert (refused.status, refused.body["error"], refused.body["error_codes"]) == (status, error, [number])
    assert refused.body["error_description"].startswith(f"AADSTS{number}: ")
    assert "CANARY" not in str(refused.body)


@pytest.mark.parametrize(("verifier", "status"), [("", 200), (VERIFIER, 400)])
async def test_a_challenge_that_was_taken_away_is_missed(teams: Teams, verifier: str, status: int) -> None:
    back = teams.sandbox.sign_in(authorize_url(teams, code_challenge=""), ADA)

    assert (await exchange(teams, back, code_verifier=verifier)).status == status


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"redirect_uri": "https://evil.test/"}, 50011),
        ({"redirect_uri": "https://127.0.0.1/"}, 50011),
        ({"redirect_uri": "http://127.0.0.1.evil.test/"}, 50011),
        ({"redirect_uri": "http://127.0.0.1@evil.test/"}, 50011),
        ({"redirect_uri": "http://127.0.0.1/#fragment"}, 50011),
        ({"redirect_uri": "http://[bad"}, 50011),
        ({"redirect_uri": ""}, 50011),
        ({"client_id": "somebody"}, 700016),
        ({"tenant": "<nowhere>"}, 90002),
        ({"scope": "profile"}, 70011),
        ({"response_type": "token"}, 70005),
        ({"code_challenge_method": "plain"}, 501481),
    ],
)
async def test_a_wrong_request_leads_nowhere(teams: Teams, changes: dict[str, str], number: int) -> None:
    url = authorize_url(teams, **changes)
    async with teams.session.get(url) as page:
        html = await page.text()
    fields = {name: value for name, [value] in parse_qs(urlsplit(url).query, keep_blank_values=True).items()}
    async with teams.session.post(url.partition("?")[0], data=fields | {"choice": ADA}, allow_redirects=False) as posted:
        assert (posted.status, posted.headers.get("Location")) == (400, None)

    assert (page.status, f"AADSTS{number}: " in html, "<form" in html, "<nowhere" in html) == (400, True, False, False)
    with pytest.raises(ValueError, match=f"AADSTS{number}: "):
        teams.sandbox.sign_in(url, ADA)


async def test_nobody_can_be_who_is_not_there(teams: Teams) -> None:
    with pytest.raises(ValueError, match="AADSTS50034"):
        teams.sandbox.sign_in(authorize_url(teams), "nobody")
    with pytest.raises(ValueError, match="AADSTS90002"):
        teams.sandbox.sign_in("http://127.0.0.1:9/", ADA)


async def test_another_site_can_not_sign_anybody_in(teams: Teams) -> None:
    url = authorize_url(teams)
    where, fields, headers = url.partition("?")[0], told(url) | {"choice": ADA}, {"Origin": "https://evil.test"}
    async with teams.session.post(where, data=fields, headers=headers, allow_redirects=False) as posted:
        assert posted.status == 403


async def test_what_comes_with_the_identity_opens_nothing(teams: Teams) -> None:
    token = (await exchange(teams, teams.sandbox.sign_in(authorize_url(teams), ADA))).body["access_token"]
    history = f"{teams.sandbox.graph_url}chats/19:{ADA}_{APP_ID}@unq.gbl.spaces/messages"
    members = f"{teams.sandbox.service_url}v3/{of(GENERAL)}/members"

    assert [(await teams.ask("GET", url, token=token)).status for url in (history, members)] == [401, 401]
    assert (await teams.ask("GET", history, token=teams.sandbox.grant(GRAPH))).status == 200


async def test_the_sandbox_keeps_no_record_of_codes(teams: Teams) -> None:
    await exchange(teams, teams.sandbox.sign_in(authorize_url(teams), ADA))

    assert [entry.body for entry in teams.sandbox.journal if entry.method == "POST"] == [b""]
