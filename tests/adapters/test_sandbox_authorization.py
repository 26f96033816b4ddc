"""The stand-in's authorization server takes nothing that is not in order: a client that gets through has done its part."""

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import aiohttp
import pytest
from aiohttp import web

from adapters import ADAPTERS
from adapters.base import Adapter, OAuth2, Secret
from adapters.errors import NeedsConnection, Refused, Unavailable
from adapters.http import Http
from adapters.oauth import Issued, OAuthClient, Registration
from adapters.sandbox_authorization import AuthorizationServer
from adapters.sandbox_families import Habits
from adapters.sandbox_request import Untrusted
from tests.adapters.servers import Calendar, Diary, serving, status

AUTH = OAuth2(
    "https://id.diary.test/authorize",
    "https://api.diary.test/token",
    "https://api.diary.test/revoke",
    issuer="https://id.diary.test",
)
BACK = "http://127.0.0.1:3000/oauth/diary/callback"
VERIFIER = "v" * 43
ADA = "ada@acme.test"
Make = Callable[..., OAuthClient]


@pytest.fixture
def server(diary: Diary) -> AuthorizationServer:
    return AuthorizationServer(diary, AUTH, Habits(rotates=True))


@pytest.fixture
async def address(diary: Diary, server: AuthorizationServer) -> AsyncIterator[str]:
    async with serving(diary.app) as address:
        yield address


@pytest.fixture
def make(diary: Diary, http: Http, address: str) -> Make:
    def make(auth: OAuth2 = AUTH, secret: str = diary.client_secret) -> OAuthClient:
        registration = Registration(diary.client_id, Secret(secret), "DIARY")
        return OAuthClient("diary", "Diary", auth.at(f"{address}/"), registration, http)

    return make


@pytest.fixture
def client(make: Make) -> OAuthClient:
    return make()


@pytest.fixture
async def browser(address: str) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(f"{address}/") as browser:
        yield browser


def asking(client: OAuthClient, *scopes: str, **changes: str | None) -> str:
    """The address of the consent page, with parameters changed, or taken away where they are None."""
    url = urlsplit(client.authorization_url(BACK, scopes or ("read", "write"), "s-1", VERIFIER))
    query = {**dict(parse_qsl(url.query)), **changes}
    return url._replace(query=urlencode({name: value for name, value in query.items() if value is not None})).geturl()


def sent_with(address: str) -> dict[str, str]:
    """What a browser brings back."""
    assert address.startswith(f"{BACK}?")
    return dict(parse_qsl(urlsplit(address).query))


async def connected(client: OAuthClient, server: AuthorizationServer, account: str = ADA) -> Issued:
    return await client.exchange(sent_with(server.approve(asking(client), account))["code"], BACK, VERIFIER)


def refresh_of(issued: Issued) -> Secret:
    assert issued.refresh is not None
    return issued.refresh


async def opens(address: str, token: Secret) -> bool:
    """Whether the service itself takes a token."""
    async with aiohttp.ClientSession() as session:
        return await status(session, f"{address}/mine", headers={"Authorization": f"Bearer {token.reveal()}"}) == 200


class Page(HTMLParser):
    """The parts of a page that matter here."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def values(self, name: str) -> list[str | None]:
        return [fields.get("value") for tag, fields in self.tags if fields.get("name") == name]


async def page(browser: aiohttp.ClientSession, url: str) -> Page:
    async with browser.get(url) as answer:
        assert answer.status == 200
        return Page(await answer.text())


async def press(browser: aiohttp.ClientSession, url: str, decision: str, **changes: Any) -> str:
    """Fills in the page that is shown at `url` and presses a button; gives where it leads."""
    shown = await page(browser, url)
    form = {"request": shown.values("request")[0], "account": ADA, "scope": shown.values("scope"), **changes}
    fields = [(name, each) for name, value in form.items() for each in (value if isinstance(value, list) else [value])]
    sent = urlencode([*fields, ("decision", decision)])
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    async with browser.post(urlsplit(url).path, data=sent, headers=headers, allow_redirects=False) as answer:
        assert answer.status == 303
        return answer.headers["Location"]


# The page


async def test_the_whole_flow_by_hand(
    client: OAuthClient, browser: aiohttp.ClientSession, server: AuthorizationServer, address: str
) -> None:
    back = sent_with(await press(browser, asking(client), "allow", other=""))
    assert (back["state"], back["iss"]) == ("s-1", address)
    issued = await client.exchange(back["code"], BACK, VERIFIER)
    assert (issued.lifetime, issued.scopes) == (3600, ("read", "write"))
    assert await opens(address, issued.access)
    assert server.counts.exchanges == 1


async def test_who_says_no_is_sent_back_without_a_code(client: OAuthClient, browser: aiohttp.ClientSession) -> None:
    assert sent_with(await press(browser, asking(client), "deny"))["error"] == "access_denied"


async def test_another_account_may_be_named(
    client: OAuthClient, browser: aiohttp.ClientSession, server: AuthorizationServer
) -> None:
    back = sent_with(await press(browser, asking(client), "allow", other=" zoe@acme.test "))
    issued = await client.exchange(back["code"], BACK, VERIFIER)
    async with browser.get("mine", headers={"Authorization": f"Bearer {issued.access.reveal()}"}) as answer:
        assert await answer.json() == {"account": "zoe@acme.test"}


async def test_less_than_was_asked_for_may_be_granted_and_no_more(client: OAuthClient, browser: aiohttp.ClientSession) -> None:
    back = sent_with(await press(browser, asking(client), "allow", scope=["read", "everything"]))
    assert (await client.exchange(back["code"], BACK, VERIFIER)).scopes == ("read",)
    assert sent_with(await press(browser, asking(client), "allow", scope=["everything"]))["error"] == "access_denied"


async def test_where_nothing_is_asked_for_leave_can_be_given_all_the_same(
    client: OAuthClient, browser: aiohttp.ClientSession
) -> None:
    assert "code" in sent_with(await press(browser, asking(client, scope=None), "allow"))


async def test_a_page_is_good_for_one_answer(client: OAuthClient, browser: aiohttp.ClientSession) -> None:
    shown = await page(browser, asking(client))
    form = {"request": str(shown.values("request")[0]), "account": ADA, "scope": "read", "decision": "allow"}
    statuses = []
    for _ in range(2):
        async with browser.post("authorize", data=form, allow_redirects=False) as answer:
            statuses.append(answer.status)
    assert statuses == [303, 400]


async def test_a_hint_comes_first_and_is_offered_once(client: OAuthClient, browser: aiohttp.ClientSession) -> None:
    usual = (await page(browser, asking(client))).values("account")
    assert usual == ["ada@acme.test", "grace@acme.test"]
    hinted = (await page(browser, asking(client, login_hint="grace@acme.test"))).values("account")
    assert hinted == ["grace@acme.test", "ada@acme.test"]
    other = (await page(browser, asking(client, login_hint="zoe@acme.test"))).values("account")
    assert other == ["zoe@acme.test", *usual]


EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7 * 7 }}'


@pytest.mark.parametrize("name", ["login_hint", "state", "scope", "extra"])
async def test_nothing_that_a_client_says_becomes_part_of_the_page(
    client: OAuthClient, browser: aiohttp.ClientSession, name: str
) -> None:
    tags = {tag for tag, _ in (await page(browser, asking(client, **{name: EVIL}))).tags}
    assert "script" not in tags
    assert "img" not in tags


@pytest.mark.parametrize(
    ("scope", "shown"), [("crm.objects.deals.read", 2), ("https://www.googleapis.com/auth/calendar.events", 3)]
)
async def test_a_scope_is_told_in_full_and_in_short_where_that_is_something_else(
    client: OAuthClient, browser: aiohttp.ClientSession, scope: str, shown: int
) -> None:
    async with browser.get(asking(client, scope)) as answer:
        assert (await answer.text()).count(scope.rpartition("/")[2]) == shown  # one of them is in the form


async def test_the_page_calls_the_service_as_people_do(client: OAuthClient, browser: aiohttp.ClientSession) -> None:
    async with browser.get(asking(client)) as answer:
        assert "<h1>Sign in to Diary</h1>" in await answer.text()


@pytest.mark.parametrize("adapter", [each for each in ADAPTERS if isinstance(each.auth, OAuth2)], ids=lambda each: each.name)
def test_a_stand_in_to_sign_in_to_has_the_title_of_its_service(adapter: Adapter) -> None:
    assert adapter.sandbox(Calendar()).title == adapter.title


async def test_the_page_can_be_used_without_a_mouse_or_a_script(client: OAuthClient, browser: aiohttp.ClientSession) -> None:
    async with browser.get(asking(client)) as answer:
        text = await answer.text()
        assert "Set-Cookie" not in answer.headers
        policy = answer.headers["Content-Security-Policy"]
    shown = Page(text)
    assert {fields.get("id") for tag, fields in shown.tags if tag == "button"} == {"allow", "deny"}
    visible = [fields for tag, fields in shown.tags if tag == "input" and fields["type"] != "hidden"]
    assert len(re.findall(r"<label>(?:(?!</label>).)*<input(?:(?!</label>).)*</label>", text, re.DOTALL)) == len(visible)
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert "form-action 'self' http://127.0.0.1:3000;" in policy


# What may be asked


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


# Codes


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


# Clients


async def test_a_wrong_secret_opens_nothing_and_uses_nothing_up(make: Make, server: AuthorizationServer) -> None:
    code = sent_with(server.approve(asking(make()), ADA))["code"]
    for client in (make(secret="wrong"), make(secret=""), make(replace(AUTH, client_auth="client_secret_basic"))):
        with pytest.raises(Refused, match=r"invalid_client|invalid_request"):
            await client.exchange(code, BACK, VERIFIER)
    assert await make().exchange(code, BACK, VERIFIER)


@pytest.mark.parametrize("json_body", [False, True])
async def test_a_server_may_want_basic_json_and_no_proof(diary: Diary, http: Http, json_body: bool) -> None:
    auth = replace(AUTH, client_auth="client_secret_basic", json_body=json_body, pkce=False)
    server = AuthorizationServer(diary, auth)
    async with serving(diary.app) as address:
        registration = Registration(diary.client_id, Secret(diary.client_secret))
        client = OAuthClient("diary", "Diary", auth.at(f"{address}/"), registration, http)
        issued = await connected(client, server)
        assert await opens(address, issued.access)
        with pytest.raises(NeedsConnection):  # its habit is to give no refresh token to who does not ask for one
            await client.refresh(issued.access)
        await client.revoke(issued.access)
        assert not await opens(address, issued.access)
        wrong = OAuthClient("diary", "Diary", AUTH.at(f"{address}/"), registration, http)
        with pytest.raises(Refused, match="invalid_request"):
            await wrong.refresh(issued.access)


GOOD_FORM = {"grant_type": "refresh_token", "refresh_token": "x", "client_id": "diary-client"}
SIGNED = {**GOOD_FORM, "client_secret": "diary-client-secret"}


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        ({"data": SIGNED}, (400, "invalid_grant")),
        ({"data": {**SIGNED, "grant_type": "password"}}, (400, "unsupported_grant_type")),
        ({"data": {}}, (401, "invalid_client")),
        ({"data": GOOD_FORM}, (401, "invalid_client")),
        ({"data": {**SIGNED, "client_id": "é"}}, (401, "invalid_client")),
        ({"data": [*SIGNED.items(), ("refresh_token", "y")]}, (400, "invalid_request")),
        ({"data": SIGNED, "params": {"refresh_token": "x"}}, (400, "invalid_request")),
        ({"data": SIGNED, "headers": {"Authorization": "Basic ZGlhcnk6eA=="}}, (400, "invalid_request")),
        ({"json": SIGNED}, (400, "invalid_request")),
        ({"data": b"\xff", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}, (400, "invalid_request")),
    ],
)
async def test_a_token_request_has_to_be_in_order(
    browser: aiohttp.ClientSession, request_: dict[str, Any], error: tuple[int, str]
) -> None:
    async with browser.post("api/token", **request_) as answer:
        assert (answer.status, (await answer.json())["error"]) == error
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("body", ["{", '"text"', "null", '{"a": 1, "a": 2}', '{"a": 1}', "[" * 50_000])
async def test_json_has_to_be_in_order_too(diary: Diary, body: str) -> None:
    AuthorizationServer(diary, replace(AUTH, json_body=True))
    async with serving(diary.app) as address, aiohttp.ClientSession() as session:
        headers = {"Content-Type": "application/json"}
        async with session.post(f"{address}/api/token", data=body, headers=headers) as answer:
            assert (answer.status, (await answer.json())["error"]) == (400, "invalid_request")


async def test_the_journal_keeps_nothing_of_what_clients_confide(
    client: OAuthClient, server: AuthorizationServer, diary: Diary
) -> None:
    issued = await connected(client, server)
    await client.revoke(refresh_of(await client.refresh(refresh_of(issued))))
    assert [entry.path for entry in diary.journal] == ["/api/token", "/api/token", "/api/revoke"]
    assert not any(entry.body for entry in diary.journal)


# Refresh tokens


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


# Taking it back


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
