"""What an id token has to be so that it proves who sits at a browser."""

import hmac
import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import RSAAlgorithm

from adapters.base import Secret
from adapters.errors import Refused, Unavailable
from adapters.http import Http, pooled_session
from bot.clock import Clock
from bot.web.identity import entra, slack
from bot.web.openid import OpenId
from commands.call import Actor

NOW = 1_000_000.0
APP = "1.2"
Claims = dict[str, Any]
Change = Callable[[Claims], object]


@pytest.fixture(scope="module")
def keys() -> tuple[RSAPrivateKey, RSAPrivateKey]:
    """The issuer's, and somebody else's."""
    return generate_private_key(65537, 2048), generate_private_key(65537, 2048)


class StandingClock(Clock):
    at = NOW

    def time(self) -> float:
        return self.at


@dataclass
class Issuer:
    """Says what the test wants it to say."""

    key: RSAPrivateKey
    clock: StandingClock
    url: str = ""
    kid: str = "one"
    claims: Claims = field(default_factory=dict)
    sign: Callable[[Claims], object] | None = None
    entries: list[object] = field(default_factory=list)
    status: int = 200
    fetches: int = 0
    asked: dict[str, str] = field(default_factory=dict)

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/api/openid.connect.token", self._token)
        app.router.add_get("/openid/connect/keys", self._keys)
        return app

    def signed(self, claims: Claims) -> str:
        """Also claims that no library would sign."""
        return jwt.PyJWS().encode(json.dumps(claims).encode(), self.key, "RS256", {"kid": self.kid})

    async def _token(self, request: web.Request) -> web.Response:
        self.asked = dict(parse_qsl(await request.text()))
        token = (self.sign or self.signed)(self.claims)
        return web.json_response({"ok": True, "id_token": token}, status=self.status)

    async def _keys(self, request: web.Request) -> web.Response:
        self.fetches += 1
        public: dict[str, Any] = RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return web.json_response({"keys": [*self.entries, {"kty": "RSA", "kid": self.kid, "n": public["n"], "e": public["e"]}]})


@pytest.fixture
async def issuer(keys: tuple[RSAPrivateKey, RSAPrivateKey]) -> AsyncIterator[Issuer]:
    issuer = Issuer(keys[0], StandingClock())
    async with TestServer(issuer.app()) as server:
        issuer.url = str(server.make_url("/"))
        issuer.claims = {
            "iss": issuer.url.rstrip("/"),
            "aud": APP,
            "iat": NOW,
            "exp": NOW + 300,
            "nonce": "a nonce",
            "https://slack.com/team_id": "T1",
            "https://slack.com/user_id": "U1",
            "name": "Ada",
        }
        yield issuer


@pytest.fixture
async def openid(issuer: Issuer) -> AsyncIterator[OpenId]:
    async with pooled_session() as session:
        provider = slack(issuer.url, APP, Secret("CANARY-secret"))
        yield OpenId(provider, Http(session, sleep=_at_once, rates={"slack_login": None}), issuer.clock)


async def _at_once(_: float) -> None:
    pass


async def identify(openid: OpenId) -> Actor:
    return await openid.identify("a code", "http://127.0.0.1/back", "a nonce", "v" * 43)


async def test_a_good_token_says_who_it_is(issuer: Issuer, openid: OpenId) -> None:
    assert await identify(openid) == Actor("slack", "T1", "U1", "Ada")
    assert issuer.asked == {
        "grant_type": "authorization_code",
        "code": "a code",
        "redirect_uri": "http://127.0.0.1/back",
        "client_id": APP,
        "client_secret": "CANARY-secret",
        "code_verifier": "v" * 43,
    }


def put(name: str, value: object) -> Change:
    return lambda claims: claims.update({name: value})


def drop(name: str) -> Change:
    return lambda claims: claims.pop(name)


TEAM, USER = "https://slack.com/team_id", "https://slack.com/user_id"
WRONG: dict[str, Change] = {
    "another issuer": put("iss", "https://evil.example"),
    "an issuer with a slash": lambda claims: claims.update(iss=claims["iss"] + "/"),
    "an issuer of no text": put("iss", 7),
    "another app": put("aud", "another"),
    "several apps": put("aud", [APP, "another"]),
    "one app in a list": put("aud", [APP]),
    "another nonce": put("nonce", "another"),
    "a nonce of no text": put("nonce", 7),
    "a nonce with a surrogate": put("nonce", "\ud800"),
    "long over": put("exp", NOW - 121),
    "an end of text": put("exp", "soon"),
    "an end that is true": put("exp", True),
    "an end in eternity": put("exp", 1e300),
    "an end of many digits": put("exp", 10**30),
    "an end below zero": put("exp", -1),
    "begun tomorrow": put("iat", NOW + 121),
    "begun at no number": put("iat", None),
    "no issuer": drop("iss"),
    "no app": drop("aud"),
    "no end": drop("exp"),
    "no begin": drop("iat"),
    "no nonce": drop("nonce"),
    "no team": drop(TEAM),
    "no person": drop(USER),
    "a person with a colon": put(USER, "U1:U2"),
    "a person of no text": put(USER, 7),
    "a person beyond ASCII": put(USER, "Ü1"),
    "an empty team": put(TEAM, ""),
    "a team too long": put(TEAM, "T" * 65),
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_a_token_that_is_not_quite_right_proves_nothing(issuer: Issuer, openid: OpenId, wrong: str) -> None:
    WRONG[wrong](issuer.claims)

    with pytest.raises(Refused):
        await identify(openid)


@pytest.mark.parametrize("name", ["team", "name"])
async def test_an_odd_name_is_no_reason_to_refuse(issuer: Issuer, openid: OpenId, name: str) -> None:
    issuer.claims["name"] = {"team": 7, "name": "<b>" * 100}[name]

    assert len((await identify(openid)).name) <= 100


async def test_clocks_may_differ_a_little(issuer: Issuer, openid: OpenId) -> None:
    for claims in ({"exp": NOW - 119}, {"iat": NOW + 119, "exp": NOW + 400}):
        issuer.claims |= claims
        assert await identify(openid)


def hmac_signed(claims: Claims, issuer: Issuer) -> str:
    """With what everybody knows; no library would sign so."""
    head = {"alg": "HS256", "typ": "JWT", "kid": issuer.kid}
    known = issuer.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signed = b".".join(urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (head, claims))
    return (signed + b"." + urlsafe_b64encode(hmac.digest(known, signed, "sha256")).rstrip(b"=")).decode()


def forged(how: str, issuer: Issuer, foreign: RSAPrivateKey) -> object:
    claims, kid = issuer.claims, {"kid": issuer.kid}
    match how:
        case "another's key":
            return jwt.encode(claims, foreign, "RS256", kid)
        case "no signature":
            return jwt.encode(claims, "", "none", kid)
        case "a cut signature":
            return issuer.signed(claims).rpartition(".")[0] + "."
        case "a password":
            return jwt.encode(claims, "p" * 64, "HS256", kid)
        case "the public key as a password":
            return hmac_signed(claims, issuer)
        case "another algorithm":
            return jwt.encode(claims, issuer.key, "RS512", kid)
        case "no key's name":
            return jwt.encode(claims, issuer.key, "RS256")
        case "an unknown key":
            return jwt.encode(claims, issuer.key, "RS256", {"kid": "another"})
        case "a key of its own":
            public = RSAAlgorithm.to_jwk(foreign.public_key(), as_dict=True)
            return jwt.encode(claims, foreign, "RS256", {**kid, "jwk": public})
    return {"garbage": "garbage", "nothing": "", "a number": 7, "dots": "..", "beyond ASCII": "é.é.é"}.get(how)


@pytest.mark.parametrize(
    "how",
    [
        *("another's key", "no signature", "a cut signature", "a password", "the public key as a password"),
        *("another algorithm", "no key's name"),
        *("an unknown key", "a key of its own", "garbage", "nothing", "a number", "dots", "beyond ASCII", "null"),
    ],
)
async def test_a_token_that_is_not_the_issuers_proves_nothing(
    issuer: Issuer, openid: OpenId, keys: tuple[RSAPrivateKey, RSAPrivateKey], how: str
) -> None:
    issuer.sign = lambda _: forged(how, issuer, keys[1])

    with pytest.raises(Refused):
        await identify(openid)


async def test_keys_are_fetched_once_and_anew_for_one_that_is_not_known(issuer: Issuer, openid: OpenId) -> None:
    for _ in range(3):
        await identify(openid)
    assert issuer.fetches == 1

    issuer.kid = "two"
    with pytest.raises(Refused):
        await identify(openid)  # not more than once a minute
    issuer.clock.at += 61
    for _ in range(2):
        await identify(openid)
    assert issuer.fetches == 2


async def test_a_clock_that_was_put_back_does_not_stand_in_the_way(issuer: Issuer, openid: OpenId) -> None:
    await identify(openid)
    issuer.kid, issuer.clock.at = "two", NOW - 100

    assert await identify(openid)


async def test_odd_keys_are_passed_over(issuer: Issuer, openid: OpenId) -> None:
    small = RSAAlgorithm.to_jwk(generate_private_key(65537, 1024).public_key(), as_dict=True)  # noqa: S505 - that is the point
    issuer.entries = [None, 7, {}, {"kty": "oct", "kid": "k", "k": "aa"}, {"kty": "RSA", "kid": "s", "n": "!", "e": "AQAB"}]
    issuer.entries.append({**small, "kid": "small"})

    assert await identify(openid)


async def test_an_issuer_out_of_order_is_said_so(issuer: Issuer, openid: OpenId) -> None:
    issuer.status = 500

    with pytest.raises(Unavailable, match="Slack can't answer now"):
        await identify(openid)


def test_entra_lets_in_the_people_of_its_own_tenants_only() -> None:
    tenant, person = "11111111-2222-3333-4444-555555555555", "99999999-2222-3333-4444-555555555555"
    provider = entra("https://login.example/", tenant, {tenant}, "app", Secret("CANARY-password"))
    claims = {"tid": tenant, "oid": person, "name": "Ada Lovelace"}

    assert provider.actor(claims) == Actor("teams", tenant, person, "Ada Lovelace")
    assert provider.issuer(claims) == f"https://login.example/{tenant}/v2.0"
    assert provider.authorize_url == f"https://login.example/{tenant}/oauth2/v2.0/authorize"
    for odd in ({"tid": "another"}, {"tid": None}, {"oid": ""}, {"oid": "a:b"}, {"oid": ["a"]}):
        with pytest.raises(Refused):
            provider.actor({**claims, **odd})


def test_no_secret_shows_where_a_provider_is_printed() -> None:
    assert "CANARY" not in repr(slack("https://slack.com/", "1.2", Secret("CANARY-secret")))


async def test_the_browser_is_sent_away_with_all_that_proves_whose_answer_comes_back(openid: OpenId) -> None:
    url = urlsplit(openid.authorization_url("http://127.0.0.1/back", "a state", "a nonce", secrets.token_urlsafe(32)))
    told = dict(parse_qsl(url.query))

    assert url.path == "/openid/connect/authorize"
    assert told.keys() == {
        *("response_type", "client_id", "redirect_uri", "scope", "state", "nonce"),
        *("code_challenge", "code_challenge_method"),
    }
    assert "CANARY" not in url.query
