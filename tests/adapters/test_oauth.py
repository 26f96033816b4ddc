"""Whatever an authorization server answers: tokens that can be used, or one of the four errors, and never a secret in it."""

import asyncio
import json
import logging
import traceback
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from adapters.base import OAuth2, Secret
from adapters.errors import NeedsConnection, Refused, Unavailable
from adapters.http import ATTEMPTS, Http
from adapters.oauth import Issued, OAuthClient, Registration
from adapters.token_answer import LONGEST_LIFE, fields_of, issued_of
from tests.adapters.servers import Clock, hear, listening, serving

SECRET, REFRESH, CODE, VERIFIER = "CANARY-secret-1", "CANARY-refresh-1", "CANARY-code-1", "CANARY-verifier-" + "1" * 40
SAID = "CANARY-told-1"  # by the server, in free text
CANARIES = (SECRET, REFRESH, CODE, VERIFIER, SAID)
BACK = "https://bot.test/oauth/diary/callback"
GOOD = {"access_token": "CANARY-access-1", "token_type": "Bearer", "expires_in": 3600}
HERE = OAuth2("https://id.test/authorize", "https://id.test/token", "https://id.test/revoke")
REGISTRATION = Registration("bot-1", Secret(SECRET), "DIARY")
Ask = Callable[[OAuthClient], Awaitable[Issued]]


@dataclass
class Server:
    """Gives each request the same answer, and remembers the requests."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    address: str = ""

    def say(self, body: object, status: int = 200, **headers: str) -> None:
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.status, self.headers = status, headers

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append((request.path, dict(request.headers), await request.text()))
        return web.Response(status=self.status, body=self.body, headers=self.headers)

    def client(self, http: Http, auth: OAuth2 = HERE, **options: Any) -> OAuthClient:
        return OAuthClient("diary", "Diary", auth.at(f"{self.address}/"), REGISTRATION, http, **options)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server, app = Server(), web.Application()
    app.router.add_post("/{path}", server.answer)
    async with serving(app) as server.address:
        yield server


@pytest.fixture
def client(server: Server, http: Http) -> OAuthClient:
    return server.client(http)


async def exchange(client: OAuthClient) -> Issued:
    return await client.exchange(CODE, BACK, VERIFIER)


async def refresh(client: OAuthClient) -> Issued:
    return await client.refresh(Secret(REFRESH))


both = pytest.mark.parametrize("ask", [exchange, refresh])


def told(error: BaseException) -> str:
    """All that a log could get to see of an error."""
    return "".join(traceback.format_exception(error)) + repr(error) + repr(vars(error)) + repr(error.__context__)


def assert_discreet(error: BaseException) -> None:
    assert not [canary for canary in CANARIES if canary in told(error)]


# The three requests


def test_the_browser_is_sent_with_all_that_the_standard_wants(http: Http) -> None:
    auth = replace(HERE, authorize_url="https://id.test/authorize?v=2", extra={"prompt": "consent"})
    client = OAuthClient("diary", "Diary", auth, REGISTRATION, http)
    url = urlsplit(client.authorization_url(BACK, ["read", "write & more"], "s 1", "a" * 43))
    assert (url.scheme, url.netloc, url.path) == ("https", "id.test", "/authorize")
    assert dict(parse_qsl(url.query)) == {
        "v": "2",
        "response_type": "code",
        "client_id": "bot-1",
        "redirect_uri": BACK,
        "scope": "read write & more",
        "state": "s 1",
        "code_challenge": "ZtNPunH49FD35FWYhT5Tv8I7vRKQJ8uxMaL0_9eHjNA",  # RFC 7636: base64url(sha256), unpadded
        "code_challenge_method": "S256",
        "prompt": "consent",
    }


def test_where_proof_is_not_known_none_is_sent(http: Http) -> None:
    client = OAuthClient("diary", "Diary", replace(HERE, pkce=False), REGISTRATION, http)
    assert "code_challenge" not in client.authorization_url(BACK, ["read"], "s", VERIFIER)


async def test_a_code_is_exchanged_with_its_proof(server: Server, client: OAuthClient) -> None:
    server.say({**GOOD, "refresh_token": "CANARY-refresh-2", "scope": "read write"})
    issued = await exchange(client)
    assert issued.refresh is not None
    assert (issued.access.reveal(), issued.refresh.reveal()) == ("CANARY-access-1", "CANARY-refresh-2")
    assert (issued.lifetime, issued.scopes) == (3600, ("read", "write"))
    (path, headers, body), fields = server.asked[0], parse_qs(server.asked[0][2])
    assert (path, headers["Accept"], "Authorization" in headers) == ("/token", "application/json", False)
    assert fields == {
        "grant_type": ["authorization_code"],
        "code": [CODE],
        "redirect_uri": [BACK],
        "code_verifier": [VERIFIER],
        "client_id": ["bot-1"],
        "client_secret": [SECRET],
    }
    assert body.isascii()


async def test_a_refresh_says_no_more_than_it_must(server: Server, client: OAuthClient) -> None:
    server.say(GOOD)
    issued = await refresh(client)
    assert issued.refresh is None
    assert parse_qs(server.asked[0][2]).keys() == {"grant_type", "refresh_token", "client_id", "client_secret"}


async def test_a_server_that_wants_basic_and_json_gets_them(server: Server, http: Http) -> None:
    server.say(GOOD)
    auth = replace(HERE, client_auth="client_secret_basic", json_body=True, pkce=False)
    await server.client(http, auth).exchange(CODE, BACK, VERIFIER)
    _, headers, body = server.asked[0]
    assert headers["Authorization"] == "Basic " + b64encode(f"bot-1:{SECRET}".encode()).decode()
    assert headers["Content-Type"] == "application/json"
    assert json.loads(body) == {"grant_type": "authorization_code", "code": CODE, "redirect_uri": BACK}


def test_a_registration_that_can_t_be_sent_is_refused_at_once_and_by_its_settings() -> None:
    with pytest.raises(ValueError, match="DIARY_CLIENT_ID and DIARY_CLIENT_SECRET") as caught:
        Registration("bot-1", Secret(f"{SECRET}…"), "DIARY")
    assert_discreet(caught.value)


# What comes back


@both
@pytest.mark.parametrize(
    ("life", "seconds"),
    [
        (3600, 3600.0),
        ("3600", 3600.0),
        (1.5, 1.5),
        (1e18, LONGEST_LIFE),
        (10**400, LONGEST_LIFE),
        ("9" * 400, LONGEST_LIFE),
        (float("inf"), LONGEST_LIFE),
        (None, None),
        (float("nan"), None),
        (True, None),
        ("soon", None),
        ([3600], None),
    ],
)
async def test_a_lifetime_is_sane_or_not_known(
    server: Server, client: OAuthClient, ask: Ask, life: object, seconds: float | None
) -> None:
    server.say({**GOOD, "expires_in": life})
    assert (await ask(client)).lifetime == seconds


@both
async def test_without_a_lifetime_none_is_made_up(server: Server, client: OAuthClient, ask: Ask) -> None:
    server.say({"access_token": "CANARY-access-1"})
    issued = await ask(client)
    assert (issued.lifetime, issued.refresh, issued.scopes) == (None, None, None)


GARBAGE: dict[str, object] = {
    "nothing": b"",
    "HTML": f"<html>{SAID}</html>".encode(),
    "cut off": b'{"access_token": "CANARY-told-1", "tok',
    "deep": b'{"a":' * 5000,
    "a deep list": b"[" * 50_000,
    "no UTF-8": b'{"access_token": "\xff\xfe"}',
    "a number of 5,000 digits": b'{"access_token": "x", "expires_in": ' + b"9" * 5000 + b"}",
    "a list": [GOOD],
    "null": b"null",
    "long": {**GOOD, "padding": "x" * 70_000},
    "10 MiB": b" " * (10 * 1024 * 1024),
    "an error": {**GOOD, "error": SAID},
    "an error that is no text": {**GOOD, "error": {"code": SAID}},
    "no token": {"token_type": "Bearer", "expires_in": 3600, "error_description": SAID},
    "an empty token": {**GOOD, "access_token": ""},
    "a token that is no text": {**GOOD, "access_token": 5},
    "a token that is an object": {**GOOD, "access_token": {"value": SAID}},
    "a token that breaks the line": {**GOOD, "access_token": f"{SAID}\r\nX-Evil: 1"},
    "a token with a space": {**GOOD, "access_token": f"{SAID} 1"},
    "a token beyond ASCII": {**GOOD, "access_token": f"{SAID}…"},
    "a token too long": {**GOOD, "access_token": "x" * 20_000},
    "another kind of token": {**GOOD, "token_type": "mac"},
    "a kind that is no text": {**GOOD, "token_type": 1},
    "expired at birth": {**GOOD, "expires_in": 0},
    "expired before birth": {**GOOD, "expires_in": -1},
    "expired before birth, as text": {**GOOD, "expires_in": "-1"},
    "expired for ever": {**GOOD, "expires_in": float("-inf")},
}


@both
@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE.keys())
async def test_garbage_may_pass_and_is_never_taken_for_a_token(
    server: Server, client: OAuthClient, ask: Ask, garbage: object
) -> None:
    server.say(garbage)
    with pytest.raises(Unavailable) as caught:
        await ask(client)
    assert_discreet(caught.value)


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


@pytest.mark.parametrize("value", ["", None, 5, {}, "with a space", "x" * 20_000])
async def test_a_refresh_token_that_is_none_leaves_the_old_one(server: Server, client: OAuthClient, value: object) -> None:
    server.say({**GOOD, "refresh_token": value})
    assert (await refresh(client)).refresh is None


@pytest.mark.parametrize(
    ("scope", "scopes"),
    [
        ("read write", ("read", "write")),
        ("read,write", ("read", "write")),
        ("read  read", ("read",)),
        (["read", 5, "write"], ("read", "write")),
        ('<script>"\n\\é', ("<script>",)),
        ("", ()),
        (None, None),
        (5, None),
    ],
)
async def test_what_was_granted_is_read_however_it_is_written(
    server: Server, client: OAuthClient, scope: object, scopes: tuple[str, ...] | None
) -> None:
    server.say({**GOOD, "scope": scope})
    assert (await refresh(client)).scopes == scopes


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


# No answer


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_trouble_is_asked_again_when_refreshing_and_never_with_a_code(
    server: Server, client: OAuthClient, status: int
) -> None:
    server.say({"error": "invalid_grant", "error_description": SAID}, status)
    with pytest.raises(Unavailable) as first:
        await refresh(client)
    assert len(server.asked) == ATTEMPTS
    with pytest.raises(Refused, match="connect again") as second:
        await exchange(client)
    assert len(server.asked) == ATTEMPTS + 1
    assert_discreet(first.value)
    assert_discreet(second.value)


@both
async def test_a_server_that_names_a_time_is_left_alone_until_then(server: Server, client: OAuthClient, ask: Ask) -> None:
    server.say(b"", 503, **{"Retry-After": "120"})
    with pytest.raises(Unavailable) as caught:
        await ask(client)
    assert caught.value.retry_after == 120
    assert len(server.asked) == 1


@both
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_secrets_follow_no_redirect(server: Server, client: OAuthClient, ask: Ask, status: int) -> None:
    server.say(b"", status, Location=f"{server.address}/elsewhere")
    with pytest.raises(Unavailable):
        await ask(client)
    assert [path for path, _, _ in server.asked] == ["/token"]


@pytest.mark.parametrize("how", ["reset", "cut off", "silent"])
async def test_an_answer_that_is_lost_may_pass_for_a_refresh_but_not_for_a_code(http: Http, clock: Clock, how: str) -> None:
    heard = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal heard
        await hear(reader)
        heard += 1
        if how == "silent":
            await asyncio.sleep(60)
        if how == "cut off":
            writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"access_token": "CANARY-told-1"')

    async with listening(talk) as address:
        client = Server(address=f"http://{address}").client(http, deadline=0.3)
        with pytest.raises(Refused, match="connect again") as lost:
            await exchange(client)
        assert heard == 1
        with pytest.raises(Unavailable) as caught:
            await refresh(client)
    assert_discreet(lost.value)
    assert_discreet(caught.value)


@both
async def test_a_server_that_is_not_there_may_come_back(http: Http, ask: Ask) -> None:
    async with serving(web.Application()) as address:
        pass  # it has gone away
    with pytest.raises(Unavailable):
        await ask(Server(address=address).client(http))


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


# Taking it back


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


# Anything at all

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)
NAMES = ("access_token", "refresh_token", "token_type", "expires_in", "scope", "error")


@given(st.binary())
def test_any_bytes_are_fields_or_none(body: bytes) -> None:
    assert isinstance(fields_of(body), dict)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, ANYTHING | st.just("bearer"))))
def test_any_answer_is_sane_tokens_or_none(answer: dict[str, Any]) -> None:
    issued = issued_of(answer)
    if issued is None:
        return
    tokens = [issued.access, *([issued.refresh] if issued.refresh else [])]
    assert all(token.reveal().isascii() and token.reveal().isprintable() and token.reveal() for token in tokens)
    assert issued.lifetime is None or 0 < issued.lifetime <= LONGEST_LIFE
    assert issued.scopes is None or all(scope.isascii() and scope.isprintable() for scope in issued.scopes)


def test_a_refresh_token_is_not_lost_because_the_access_token_with_it_has_ended() -> None:
    issued = issued_of({"access_token": "CANARY-access", "refresh_token": "CANARY-refresh", "expires_in": 0})
    assert issued is not None
    assert issued.refresh is not None
    assert (issued.refresh.reveal(), issued.lifetime) == ("CANARY-refresh", None)
    assert issued_of({"access_token": "CANARY-access", "expires_in": 0}) is None
