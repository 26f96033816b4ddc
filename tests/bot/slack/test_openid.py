"""Signing in with the made-up Slack: by page and without one, as Slack documents it."""

import base64
import hashlib
import re
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import aiohttp
import jwt
import pytest

from bot.slack.sandbox import SlackSandbox
from bot.slack.sandbox.workspace import ADA, GRACE, GUEST, LINUS, OTHER_TEAM, TEAM
from tests.bot.slack.conftest import MovableClock

BACK = "http://127.0.0.1:9/signin/slack/callback"
VERIFIER = "CANARY-verifier-that-is-long-enough-for-the-standard"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


def authorize_url(sandbox: SlackSandbox, **changes: str) -> str:
    usual = {"client_id": sandbox.client_id, "redirect_uri": BACK, "response_type": "code", "scope": "openid profile"}
    query = {**usual, "state": "s&1", "nonce": "n1", **changes}
    return f"{sandbox.address}openid/connect/authorize?{urlencode(query)}"


def told(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


async def exchange(sandbox: SlackSandbox, session: aiohttp.ClientSession, url: str, **changes: str) -> dict[str, Any]:
    usual = {"client_id": sandbox.client_id, "client_secret": sandbox.client_secret, "redirect_uri": BACK}
    fields = {**usual, "grant_type": "authorization_code", "code": told(url).get("code", ""), **changes}
    async with session.post(f"{sandbox.api_url}openid.connect.token", data=fields) as answer:
        return dict(await answer.json())


async def claims(sandbox: SlackSandbox, session: aiohttp.ClientSession, id_token: str) -> dict[str, Any]:
    async with session.get(f"{sandbox.address}openid/connect/keys") as answer:
        [key] = (await answer.json())["keys"]
    assert key["kid"] == jwt.get_unverified_header(id_token)["kid"]
    issuer = sandbox.address.rstrip("/")
    return dict(jwt.decode(id_token, jwt.PyJWK(key), algorithms=["RS256"], audience=sandbox.client_id, issuer=issuer))


@pytest.mark.parametrize(
    ("person", "name", "team"),
    [
        (ADA, "Ada Lovelace", TEAM),
        (GRACE, "Grace Hopper", TEAM),
        (GUEST, "Gus Guest", TEAM),
        (LINUS, "Linus Elsewhere", OTHER_TEAM),
    ],
)
async def test_a_signed_token_says_who_signed_in(
    sandbox: SlackSandbox, session: aiohttp.ClientSession, person: str, name: str, team: str
) -> None:
    back = sandbox.sign_in(authorize_url(sandbox), person)
    granted = await exchange(sandbox, session, back)
    said = await claims(sandbox, session, granted["id_token"])

    assert (back.startswith(f"{BACK}?"), told(back)["state"]) == (True, "s&1")
    assert (said["https://slack.com/team_id"], said["https://slack.com/user_id"], said["name"]) == (team, person, name)
    assert said["nonce"] == "n1"


async def test_on_the_page_one_picks_who_one_is(sandbox: SlackSandbox, session: aiohttp.ClientSession) -> None:
    async with session.get(authorize_url(sandbox, nonce='"><script>')) as page:
        html = await page.text()
    fields = dict(re.findall(r'<input type=hidden name="(\w+)" value="([^"]*)">', html))
    async with session.post(
        f"{sandbox.address}openid/connect/authorize", data=fields | {"choice": GRACE}, allow_redirects=False
    ) as gone:
        back = gone.headers["Location"]
    granted = await exchange(sandbox, session, back)

    assert "<script" not in html
    assert re.findall(r"<button name=choice value=\"(\w+)\"", html) == [ADA, GRACE, GUEST, LINUS, "cancel"]
    assert (await claims(sandbox, session, granted["id_token"]))["sub"] == GRACE


async def test_who_goes_back_is_nobody(sandbox: SlackSandbox) -> None:
    assert told(sandbox.sign_in(authorize_url(sandbox), "cancel")) == {"error": "access_denied", "state": "s&1"}


async def test_a_code_works_once_and_for_ten_minutes(
    sandbox: SlackSandbox, session: aiohttp.ClientSession, clock: MovableClock
) -> None:
    used, late = (sandbox.sign_in(authorize_url(sandbox), ADA) for _ in range(2))
    await exchange(sandbox, session, used)
    again = await exchange(sandbox, session, used)
    clock.skip(601)

    assert (again["error"], (await exchange(sandbox, session, late))["error"]) == ("code_already_used", "invalid_code")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_secret": "CANARY-wrong"}, "bad_client_secret"),
        ({"client_id": "1.1"}, "invalid_client_id"),
        ({"redirect_uri": f"{BACK}/"}, "bad_redirect_uri"),
        ({"code": "made-up"}, "invalid_code"),
        ({"code": ""}, "invalid_arguments"),
    ],
)
async def test_who_can_not_prove_it_gets_no_token(
    sandbox: SlackSandbox, session: aiohttp.ClientSession, changes: dict[str, str], error: str
) -> None:
    back = sandbox.sign_in(authorize_url(sandbox), ADA)

    assert (await exchange(sandbox, session, back, **changes))["error"] == error


@pytest.mark.parametrize(
    ("verifier", "error"), [(VERIFIER, None), ("another", "invalid_code_verifier"), ("", "invalid_code_verifier")]
)
async def test_a_challenge_needs_its_verifier(
    sandbox: SlackSandbox, session: aiohttp.ClientSession, verifier: str, error: str | None
) -> None:
    back = sandbox.sign_in(authorize_url(sandbox, code_challenge=CHALLENGE, code_challenge_method="S256"), ADA)

    assert (await exchange(sandbox, session, back, code_verifier=verifier)).get("error") == error


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "https://evil.test/"},
        {"redirect_uri": "http://127.0.0.1.evil.test/"},
        {"redirect_uri": "http://[bad"},
        {"redirect_uri": "http://a;script-src *@127.0.0.1/"},
        {"redirect_uri": "http://127.0.0.1/\r\nSet-Cookie: a=b"},
        {"redirect_uri": "http://127.0.0.1/#a"},
        {"client_id": "1.1"},
        {"scope": "profile"},
        {"response_type": "token"},
        {"code_challenge_method": "plain"},
    ],
)
async def test_a_wrong_request_leads_nowhere(
    sandbox: SlackSandbox, session: aiohttp.ClientSession, changes: dict[str, str]
) -> None:
    url = authorize_url(sandbox, **changes)
    async with session.get(url) as page:
        assert (page.status, "<form" in await page.text()) == (400, False)
    fields = {name: value for name, [value] in parse_qs(urlsplit(url).query).items()}
    async with session.post(url.partition("?")[0], data=fields | {"choice": ADA}, allow_redirects=False) as posted:
        assert (posted.status, posted.headers.get("Location")) == (400, None)
    with pytest.raises(ValueError):
        sandbox.sign_in(url, ADA)


async def test_another_site_can_not_sign_anybody_in(sandbox: SlackSandbox, session: aiohttp.ClientSession) -> None:
    fields = told(authorize_url(sandbox)) | {"choice": ADA}
    where = f"{sandbox.address}openid/connect/authorize"
    async with session.post(where, data=fields, headers={"Origin": "https://evil.test"}, allow_redirects=False) as posted:
        assert posted.status == 403
