"""Whatever an authorization server answers: tokens that can be used, or one of the four errors, and never a secret in it."""

import pytest

from adapters.errors import Unavailable
from adapters.oauth import OAuthClient
from adapters.token_answer import LONGEST_LIFE
from tests.adapters.oauth.server import GOOD, SAID, Ask, Server, assert_discreet, both, refresh


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
