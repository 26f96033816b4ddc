"""The token of an activity, checked: what Microsoft signs for this bot passes, everything else is 401 or 403 without a fuss."""

import asyncio
import json
import logging
import os
import traceback
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import jwt
import pytest
import pytest_asyncio
from aiohttp import web
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict

from bot.teams.auth import ISSUER, Auth, Denied, Token
from bot.teams.hosts import Hosts
from bot.teams.keys import Keys
from tests.adapters.servers import serving
from tests.bot.conftest import MONDAY, FixedClock
from tests.bot.teams.issuer import Issuer, compact, issuing, jwk, private_key, rs256, way_out

APP = "6b3d3c8a-5b0e-4d0c-9f55-0d6f0a6a1c11"
OTHER_APP = "00000000-5b0e-4d0c-9f55-0d6f0a6a1c11"
TENANT = "9f4c6d0e-7a7c-4a65-9df3-0cf2b5a0e1de"
SECOND_TENANT = "11111111-7a7c-4a65-9df3-0cf2b5a0e1de"
OTHER_TENANT = "00000000-7a7c-4a65-9df3-0cf2b5a0e1de"
SERVICE = f"https://smba.trafficmanager.net/emea/{TENANT}/"
CANARY = "CANARY-token-5d1f0c"
NOW = int(MONDAY.timestamp())
GONE = object()
EXAMPLES = 1000 if "LONG" in os.environ else 50

Said = str | list[str]
Activity = dict[str, Any]
patient = settings(deadline=None, max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
on_the_lasting_loop = pytest.mark.asyncio(loop_scope="module")


class Stage:
    """The check with its keys behind it, over real HTTP."""

    def __init__(self, issuer: Issuer, keys: Keys, clock: FixedClock) -> None:
        self.issuer = issuer
        self.keys = keys
        self.clock = clock
        self.auth = self.make()

    def make(self, *, tokenless: bool = False, app: str = APP) -> Auth:
        hosts = Hosts(["smba.trafficmanager.net", "smba.infra.gcc.teams.microsoft.com"])
        return Auth(app, self.keys, hosts, frozenset({TENANT, SECOND_TENANT}), self.clock, tokenless=tokenless)

    async def status(self, said: Said, activity: Mapping[str, Any], auth: Auth | None = None) -> int:
        """What a request is answered: as the door does it, in two steps."""
        auth = auth or self.auth
        try:
            auth.admit(await auth.bearer(headers(said)), activity)
        except Denied as denied:
            assert_silent(denied, said)
            return denied.status
        return 200


@asynccontextmanager
async def staged(clock: FixedClock) -> AsyncIterator[Stage]:
    async with issuing() as issuer, way_out(clock) as http:
        issuer.keys = [jwk("k1"), jwk("web", endorsements=["webchat"]), jwk("bare", endorsements=None)]
        keys = Keys(http, issuer.url, clock)
        await keys.refresh()
        yield Stage(issuer, keys, clock)


@pytest.fixture
async def stage(clock: FixedClock) -> AsyncIterator[Stage]:
    async with staged(clock) as stage:
        yield stage


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lasting() -> AsyncIterator[Stage]:
    """One for all tests that change nothing of it."""
    async with staged(FixedClock()) as stage:
        yield stage


def headers(said: Said) -> CIMultiDict[str]:
    each = [said] if isinstance(said, str) else said
    local = [("Host", "127.0.0.1:3000"), ("Content-Type", "application/json")]
    return CIMultiDict([*local, *(("Authorization", value) for value in each)])


def assert_silent(denied: Denied, said: Said) -> None:
    """Nothing of a token is in what might be logged of the error."""
    told = "".join(traceback.format_exception(denied)) + repr(denied) + repr(denied.__context__) + repr(denied.__cause__)
    assert CANARY not in told
    assert not any(part in told for value in said for part in value.split(".") if len(part) > 20)


def changed(origin: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    return {name: value for name, value in {**origin, **changes}.items() if value is not GONE}


def claims(**changes: Any) -> dict[str, Any]:
    good = {"iss": ISSUER, "aud": APP, "exp": NOW + 3600, "nbf": NOW - 300, "serviceurl": SERVICE, "canary": CANARY}
    return changed(good, **changes)


def bearer(header: Mapping[str, Any] | bytes | None = None, by: str = "k1", **changes: Any) -> str:
    """A token with some claims changed, signed as ever."""
    said = header if isinstance(header, bytes) else {"alg": "RS256", "typ": "JWT", "kid": by, **(header or {})}
    return f"Bearer {compact(said, claims(**changes), rs256(private_key(by)))}"


def raw(payload: bytes) -> str:
    """A token of any payload, signed as ever."""
    return f"Bearer {compact({'alg': 'RS256', 'kid': 'k1'}, payload, rs256(private_key('k1')))}"


def forged(**header: Any) -> str:
    """Signed by somebody else, under the name of a key of Microsoft's."""
    said = changed({"alg": "RS256", "typ": "JWT", "kid": "k1"}, **header)
    return f"Bearer {compact(said, claims(), rs256(private_key('forger')))}"


def unsigned(alg: Any) -> str:
    return f"Bearer {compact({'alg': alg, 'kid': 'k1'}, claims(), lambda _: b'')}"


def with_hmac(alg: str, secret: bytes) -> str:
    """Signed with a secret that everybody knows: the public key."""
    sign = jwt.get_algorithm_by_name(alg).sign
    return f"Bearer {compact({'alg': alg, 'kid': 'k1'}, claims(), lambda signed: sign(signed, secret))}"


def public_pem(format: PublicFormat = PublicFormat.SubjectPublicKeyInfo) -> bytes:
    return private_key("k1").public_key().public_bytes(Encoding.PEM, format)


def also(time: str, literal: str) -> str:
    """A token with a time that is written in an odd way."""
    good = json.dumps(claims(**{time: "here"}))
    return raw(good.replace('"here"', literal).encode())


def doubled(said: str) -> str:
    header, payload, signature = said.removeprefix("Bearer ").split(".")
    return f"Bearer {header}.{payload}.{payload}.{signature}"


def resealed(said: str) -> str:
    """The payload replaced, the signature kept."""
    header, _, signature = said.removeprefix("Bearer ").split(".")
    _, payload, _ = compact({}, claims(serviceurl="https://evil.example/"), lambda _: b"").split(".")
    return f"Bearer {header}.{payload}.{signature}"


def activity(**changes: Any) -> Activity:
    good = {
        "type": "message",
        "id": "1767225600000",
        "channelId": "msteams",
        "serviceUrl": SERVICE,
        "conversation": {"id": "a:1x", "conversationType": "personal", "tenantId": TENANT},
        "channelData": {"tenant": {"id": TENANT}},
        "from": {"id": "29:ann"},
    }
    return changed(good, **changes)


def test_the_tokens_of_these_tests_are_real_ones() -> None:
    options: Any = {"verify_exp": False, "verify_nbf": False}
    said = jwt.decode(
        bearer().removeprefix("Bearer "), public_pem(), ["RS256"], options, audience=APP, issuer="https://api.botframework.com"
    )
    assert said == claims()


async def test_what_microsoft_signs_for_this_bot_is_admitted(stage: Stage) -> None:
    assert await stage.status(bearer(), activity()) == 200
    token = await stage.auth.bearer(headers(bearer()))
    assert token == Token(SERVICE, frozenset({"msteams"}))


async def test_the_header_is_found_in_any_case_and_in_a_plain_dictionary(stage: Stage) -> None:
    assert await stage.auth.bearer({"AUTHORIZATION": bearer()})
    with pytest.raises(Denied):
        await stage.auth.bearer({"AUTHORIZATION": bearer(), "authorization": bearer()})


GOOD: dict[str, Callable[[], tuple[Said, Activity]]] = {
    "ended four minutes ago": lambda: (bearer(exp=NOW - 299), activity()),
    "begins in five minutes": lambda: (bearer(nbf=NOW + 300), activity()),
    "times with a fraction": lambda: (bearer(exp=NOW + 0.5, nbf=NOW - 0.5), activity()),
    "issued in the future": lambda: (bearer(iat=NOW + 10**6), activity()),
    "the tenant in the channel data only": lambda: (bearer(), activity(conversation={"id": "a:1x"})),
    "the tenant in the conversation only": lambda: (bearer(), activity(channelData=GONE)),
    "another of the tenants": lambda: (
        bearer(),
        activity(channelData={"tenant": {"id": SECOND_TENANT}}, conversation={"tenantId": SECOND_TENANT}),
    ),
    "null for one tenant": lambda: (bearer(), activity(channelData={"tenant": {"id": None}})),
    "another of the hosts": lambda: (
        bearer(serviceurl="https://smba.infra.gcc.teams.microsoft.com/teams"),
        activity(serviceUrl="https://smba.infra.gcc.teams.microsoft.com/teams"),
    ),
    "jku, x5u and jwk beside a good signature": lambda: (
        bearer({"jku": "https://evil.example/", "x5u": "https://evil.example/", "jwk": jwk("forger")}),
        activity(),
    ),
}


@pytest.mark.parametrize("request_of", GOOD.values(), ids=GOOD.keys())
async def test_a_good_token_is_admitted_too_with(stage: Stage, request_of: Callable[[], tuple[Said, Activity]]) -> None:
    assert await stage.status(*request_of()) == 200


BAD_TOKENS: dict[str, Callable[[], Said]] = {
    # The header's value
    "no header": lambda: [],
    "an empty header": lambda: "",
    "a scheme alone": lambda: "Bearer",
    "a scheme and a space": lambda: "Bearer ",
    "a token alone": lambda: bearer().removeprefix("Bearer "),
    "another scheme": lambda: bearer().replace("Bearer", "Basic"),
    "the scheme in lower case": lambda: bearer().replace("Bearer", "bearer"),
    "the scheme twice": lambda: f"Bearer {bearer()}",
    "two headers": lambda: [bearer(), bearer()],
    "two headers, the first one bad": lambda: ["Bearer x", bearer()],
    "two headers, the second one bad": lambda: [bearer(), "Bearer x"],
    "two tokens in one header": lambda: f"{bearer()}, {bearer()}",
    "a space before": lambda: f" {bearer()}",
    "a space behind": lambda: f"{bearer()} ",
    "two spaces": lambda: bearer().replace(" ", "  "),
    "a tab": lambda: bearer().replace(" ", "\t"),
    "a line end behind": lambda: f"{bearer()}\n",
    "a line end within": lambda: bearer().replace(".", ".\n", 1),
    "a NUL behind": lambda: f"{bearer()}\0",
    "junk behind": lambda: f"{bearer()}!",
    "padding behind": lambda: f"{bearer()}==",
    "a character more": lambda: f"{bearer()}A",
    "a character less": lambda: bearer()[:-1],
    "a dot behind": lambda: f"{bearer()}.",
    "four parts": lambda: doubled(bearer()),
    "two parts": lambda: bearer().rpartition(".")[0],
    "no signature": lambda: bearer().rpartition(".")[0] + ".",
    "dots alone": lambda: "Bearer ..",
    "garbage": lambda: "Bearer garbage",
    "garbage in three parts": lambda: "Bearer gar.ba.ge",
    "an é": lambda: f"{bearer()}é",
    "full-width digits": lambda: "Bearer １.２.３",
    "a lone surrogate": lambda: f"{bearer()}\udcff",
    "a token too long": lambda: bearer(extra="x" * 10_000),
    "a million characters": lambda: "Bearer " + "a" * 1_000_000,
    "a million dots": lambda: "Bearer " + "." * 1_000_000,
    # The token's header
    "a header that is no JSON": lambda: bearer(b"{"),
    "a header that is a list": lambda: bearer(b'["RS256"]'),
    "a header that is no text": lambda: bearer(b"\xff\xfe"),
    "a header that is bottomless": lambda: bearer(b"[" * 3000),
    "a header with a number that is a bomb": lambda: bearer(b'{"alg":"RS256","kid":"k1","x":' + b"9" * 5000 + b"}"),
    "an empty header of a token": lambda: bearer(b"{}"),
    "no kid": lambda: forged(kid=GONE),
    "an empty kid": lambda: bearer({"kid": ""}),
    "a kid that is null": lambda: bearer({"kid": None}),
    "a kid that is a number": lambda: bearer({"kid": 1}),
    "a kid that is a list": lambda: bearer({"kid": ["k1"]}),
    "an unknown kid": lambda: bearer({"kid": "k9"}),
    "a kid that is a path": lambda: bearer({"kid": "../../../dev/null"}),
    "a kid with a lone surrogate": lambda: bearer({"kid": "\ud800"}),
    "a kid of another key": lambda: bearer({"kid": "web"}),
    "something critical": lambda: bearer({"crit": ["exp"], "exp": NOW}),
    "critical that is no list": lambda: bearer({"crit": "b64"}),
    "a payload that is not encoded": lambda: bearer({"b64": False, "crit": ["b64"]}),
    # The signature
    "the key of somebody else": forged,
    "the key of somebody else, in jwk": lambda: forged(jwk=jwk("forger")),
    "the key of somebody else, in jwk, without kid": lambda: forged(jwk=jwk("forger"), kid=GONE),
    "the key of somebody else, at jku": lambda: forged(jku="https://evil.example/keys"),
    "the key of somebody else, at x5u": lambda: forged(x5u="https://evil.example/cert"),
    "the key of somebody else, in x5c": lambda: forged(x5c=["MIIB"]),
    "a changed payload": lambda: resealed(bearer()),
    "alg none": lambda: unsigned("none"),
    "alg None": lambda: unsigned("None"),
    "alg NONE": lambda: unsigned("NONE"),
    "alg nOnE": lambda: unsigned("nOnE"),
    "alg none, with a good signature": lambda: bearer({"alg": "none"}),
    "an empty alg": lambda: bearer({"alg": ""}),
    "an alg that is null": lambda: bearer({"alg": None}),
    "an alg that is a list": lambda: bearer({"alg": ["RS256"]}),
    "no alg": lambda: bearer(b'{"kid": "k1"}'),
    "alg rs256": lambda: bearer({"alg": "rs256"}),
    "RS384": lambda: f"Bearer {jwt.encode(claims(), private_key('k1'), 'RS384', {'kid': 'k1'})}",
    "RS512": lambda: f"Bearer {jwt.encode(claims(), private_key('k1'), 'RS512', {'kid': 'k1'})}",
    "PS256": lambda: f"Bearer {jwt.encode(claims(), private_key('k1'), 'PS256', {'kid': 'k1'})}",
    "HS256 with the public key": lambda: with_hmac("HS256", public_pem()),
    "HS256 with the public key in its older form": lambda: with_hmac("HS256", public_pem(PublicFormat.PKCS1)),
    "HS256 with the public key as it is listed": lambda: with_hmac("HS256", json.dumps(jwk("k1")).encode()),
    "HS256 with nothing": lambda: with_hmac("HS256", b""),
    "HS512 with the public key": lambda: with_hmac("HS512", public_pem()),
    "RS256 over a signature of HS256": lambda: (
        f"Bearer {compact({'alg': 'RS256', 'kid': 'k1'}, claims(), lambda _: b'x' * 32)}"
    ),
    # The claims
    "a payload that is no JSON": lambda: raw(b"{"),
    "a payload that is no object": lambda: raw(b"[]"),
    "a payload that is no text": lambda: raw(b"\xff\xfe"),
    "a payload that is bottomless": lambda: raw(b"[" * 4000),
    "an empty payload": lambda: raw(b"{}"),
    "no issuer": lambda: bearer(iss=GONE),
    "an issuer that is null": lambda: bearer(iss=None),
    "an issuer that is a list": lambda: bearer(iss=[ISSUER]),
    "another issuer": lambda: bearer(iss="https://evil.example"),
    "an issuer with a slash": lambda: bearer(iss=f"{ISSUER}/"),
    "an issuer in upper case": lambda: bearer(iss=ISSUER.upper()),
    "the issuer of another cloud": lambda: bearer(iss="https://api.botframework.us"),
    "the issuer of the emulator": lambda: bearer(
        iss="https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/",
        aud="https://api.botframework.com",
        appid=APP,
        ver="1.0",
    ),
    "the issuer of the emulator, for this bot": lambda: bearer(
        iss="https://login.microsoftonline.com/d6d49420-f39b-4df7-a1dc-d59a935871db/v2.0", azp=APP, ver="2.0"
    ),
    "no audience": lambda: bearer(aud=GONE),
    "an audience that is null": lambda: bearer(aud=None),
    "an empty audience": lambda: bearer(aud=""),
    "the token of another bot": lambda: bearer(aud=OTHER_APP),
    "the bot's own token for the connector": lambda: bearer(aud="https://api.botframework.com", appid=APP),
    "a list of audiences": lambda: bearer(aud=[APP]),
    "a list of two audiences": lambda: bearer(aud=[OTHER_APP, APP]),
    "an empty list of audiences": lambda: bearer(aud=[]),
    "an audience that is an object": lambda: bearer(aud={APP: APP}),
    "the audience in upper case": lambda: bearer(aud=APP.upper()),
    "the audience with a space": lambda: bearer(aud=f"{APP} "),
    "no end": lambda: bearer(exp=GONE),
    "an end that is null": lambda: bearer(exp=None),
    "ended five minutes ago": lambda: bearer(exp=NOW - 300),
    "ended a year ago": lambda: bearer(exp=NOW - 31_536_000),
    "an end that is true": lambda: bearer(exp=True),
    "an end that is text": lambda: bearer(exp=str(NOW + 3600)),
    "an end that is a list": lambda: bearer(exp=[NOW + 3600]),
    "an end that is not a number": lambda: also("exp", "NaN"),
    "an end in all eternity": lambda: also("exp", "Infinity"),
    "an end that is too large a number": lambda: also("exp", "1e999"),
    "an end of 4000 digits": lambda: also("exp", "9" * 4000),
    "an end of 5000 digits": lambda: also("exp", "9" * 5000),
    "an end in the year 5138": lambda: bearer(exp=10**11),
    "an end before time": lambda: bearer(exp=-1),
    "an end at zero": lambda: bearer(exp=0),
    "no beginning": lambda: bearer(nbf=GONE),
    "a beginning that is null": lambda: bearer(nbf=None),
    "begins in six minutes": lambda: bearer(nbf=NOW + 301),
    "a beginning that is false": lambda: bearer(nbf=False),
    "a beginning that is true": lambda: bearer(nbf=True),
    "a beginning that is text": lambda: bearer(nbf=str(NOW)),
    "a beginning that is not a number": lambda: also("nbf", "NaN"),
    "a beginning before all time": lambda: also("nbf", "-Infinity"),
    "a beginning of 5000 digits": lambda: also("nbf", "-" + "9" * 5000),
    "a beginning below zero": lambda: bearer(nbf=-NOW),
    "no serviceurl": lambda: bearer(serviceurl=GONE),
    "a serviceurl that is null": lambda: bearer(serviceurl=None),
    "an empty serviceurl": lambda: bearer(serviceurl=""),
    "a serviceurl that is a list": lambda: bearer(serviceurl=[SERVICE]),
    "a serviceurl in other letters": lambda: bearer(serviceurl=GONE, serviceUrl=SERVICE),
}


def answered_at(url: Any) -> Callable[[], tuple[Said, Activity]]:
    """The token and the body agree on where to answer."""
    return lambda: (bearer(serviceurl=url), activity(serviceUrl=url))


def of(**changes: Any) -> Callable[[], tuple[Said, Activity]]:
    return lambda: (bearer(), activity(**changes))


FORBIDDEN: dict[str, Callable[[], tuple[Said, Activity]]] = {
    "no channelId": of(channelId=GONE),
    "a channelId that is null": of(channelId=None),
    "an empty channelId": of(channelId=""),
    "a channelId that is a list": of(channelId=["msteams"]),
    "the channelId in upper case": of(channelId="MSTEAMS"),
    "another channel": of(channelId="webchat"),
    "the channel of the emulator": of(channelId="emulator"),
    "a key for another channel": lambda: (bearer(by="web"), activity()),
    "a key for another channel, which is named": lambda: (bearer(by="web"), activity(channelId="webchat")),
    "a key for no channel": lambda: (bearer(by="bare"), activity()),
    "a key for no channel, and no channelId": lambda: (bearer(by="bare"), activity(channelId=GONE)),
    "no serviceUrl": of(serviceUrl=GONE),
    "a serviceUrl that is null": of(serviceUrl=None),
    "an empty serviceUrl": of(serviceUrl=""),
    "a serviceUrl that is a list": of(serviceUrl=[SERVICE]),
    "a serviceUrl that is an object": of(serviceUrl={"url": SERVICE}),
    "the serviceUrl of another host": of(serviceUrl="https://evil.example/"),
    "the serviceUrl of another region": of(serviceUrl=SERVICE.replace("emea", "amer")),
    "the serviceUrl without its last slash": of(serviceUrl=SERVICE[:-1]),
    "the serviceUrl in upper case": of(serviceUrl=SERVICE.upper()),
    "the serviceUrl by another name": of(serviceUrl=GONE, serviceurl=SERVICE),
    "agreed upon another host": answered_at("https://evil.example/"),
    "agreed upon a host that begins like a listed one": answered_at("https://smba.trafficmanager.net.evil/"),
    "agreed upon a trailing dot": answered_at("https://smba.trafficmanager.net./teams/"),
    "agreed upon upper case": answered_at("https://SMBA.TRAFFICMANAGER.NET/teams/"),
    "agreed upon a listed host as the user": answered_at("https://smba.trafficmanager.net@evil.example/"),
    "agreed upon plain http": answered_at("http://smba.trafficmanager.net/teams/"),
    "agreed upon a port": answered_at("https://smba.trafficmanager.net:8443/teams/"),
    "agreed upon an address": answered_at("https://20.190.160.1/"),
    "agreed upon loopback": answered_at("http://127.0.0.1:3978/"),
    "agreed upon a Cyrillic letter": answered_at("https://smbа.trafficmanager.net/"),
    "agreed upon no URL": answered_at("smba"),
    "no tenant": of(channelData=GONE, conversation={"id": "a:1x"}),
    "no conversation and no channel data": of(channelData=GONE, conversation=GONE),
    "tenants that are null": of(channelData={"tenant": {"id": None}}, conversation={"tenantId": None}),
    "a foreign tenant": of(channelData={"tenant": {"id": OTHER_TENANT}}, conversation={"tenantId": OTHER_TENANT}),
    "a foreign tenant in the channel data": of(channelData={"tenant": {"id": OTHER_TENANT}}),
    "a foreign tenant in the conversation": of(conversation={"id": "a:1x", "tenantId": OTHER_TENANT}),
    "two tenants, each of them allowed": of(channelData={"tenant": {"id": SECOND_TENANT}}),
    "an empty tenant beside a good one": of(channelData={"tenant": {"id": ""}}),
    "a tenant that is a list": of(channelData={"tenant": {"id": [TENANT]}}),
    "tenants that are lists": of(channelData={"tenant": {"id": [TENANT]}}, conversation={"tenantId": [TENANT]}),
    "a tenant that is an object": of(conversation={"tenantId": {TENANT: TENANT}}),
    "a tenant with a space": of(channelData={"tenant": {"id": f"{TENANT} "}}, conversation=GONE),
    "channel data that is text": of(channelData=TENANT, conversation=TENANT),
    "a conversation that is a list": of(channelData=GONE, conversation=[{"tenantId": TENANT}]),
    "an empty activity": lambda: (bearer(), {}),
}
_BAD = [pytest.param(401, lambda said=said: (said(), activity()), id=id) for id, said in BAD_TOKENS.items()]
_NOT_THIS = [pytest.param(403, request_of, id=id) for id, request_of in FORBIDDEN.items()]


@on_the_lasting_loop
@pytest.mark.parametrize(("status", "request_of"), [*_BAD, *_NOT_THIS])
async def test_it_is_denied_with(
    lasting: Stage, status: int, request_of: Callable[[], tuple[Said, Activity]], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        assert await lasting.status(*request_of()) == status
    assert CANARY not in caplog.text
    assert "eyJ" not in caplog.text  # how every token begins


@on_the_lasting_loop
@pytest.mark.parametrize("said", BAD_TOKENS.values(), ids=BAD_TOKENS.keys())
async def test_a_bad_token_is_bad_before_anything_of_the_body_is_known(lasting: Stage, said: Callable[[], Said]) -> None:
    with pytest.raises(Denied) as denied:
        await lasting.auth.bearer(headers(said()))
    assert denied.value.status == 401


def test_there_are_enough_of_them() -> None:
    assert len(BAD_TOKENS) + len(FORBIDDEN) >= 45


async def test_a_token_is_good_until_its_time_is_over(stage: Stage) -> None:
    said = bearer()
    stage.clock.at += timedelta(seconds=3600 + 299)
    assert await stage.status(said, activity()) == 200
    stage.clock.at += timedelta(seconds=1)
    assert await stage.status(said, activity()) == 401
    stage.clock.at -= timedelta(days=1)
    assert await stage.status(said, activity()) == 401


@pytest.mark.parametrize("years", [-30, 30])
async def test_the_time_is_that_of_the_clock_that_was_passed_in(stage: Stage, years: int) -> None:
    now = NOW + years * 31_536_000
    stage.clock.at += timedelta(seconds=now - NOW)
    await stage.keys.refresh()
    assert await stage.status(bearer(exp=now + 60, nbf=now - 60, iat=now), activity()) == 200


async def test_a_small_key_signs_nothing(stage: Stage) -> None:
    small = private_key("small", 1024)
    stage.issuer.keys.append(jwk("small", small))
    await stage.keys.refresh()
    said = compact({"alg": "RS256", "kid": "small"}, claims(), rs256(small))
    stage.clock.at += timedelta(minutes=1)
    assert await stage.status(f"Bearer {said}", activity()) == 401


async def test_without_an_app_id_no_token_is_good(stage: Stage) -> None:
    for audience in ("", None, GONE, APP, [""]):
        assert await stage.status(bearer(aud=audience), activity(), stage.make(app="")) == 401


async def test_a_key_rollover_is_survived_at_the_first_request(stage: Stage) -> None:
    stage.issuer.rotate("k2")
    assert await stage.status(bearer(by="k2"), activity()) == 200


async def test_a_hundred_first_requests_after_a_rollover_cause_one_fetch(stage: Stage) -> None:
    stage.issuer.rotate("k2")
    stage.issuer.fetches = 0
    said = bearer(by="k2")
    assert set(await asyncio.gather(*(stage.status(said, activity()) for _ in range(100)))) == {200}
    assert stage.issuer.fetches == 1


async def test_metadata_that_is_down_for_an_hour_refuses_nobody(stage: Stage) -> None:
    stage.issuer.fail()
    for _ in range(12):
        stage.clock.at += timedelta(minutes=5)
        await stage.keys.refresh()
        assert await stage.status(bearer(exp=NOW + 7200), activity()) == 200


async def test_random_keys_cause_at_most_a_fetch_a_minute(stage: Stage) -> None:
    stage.issuer.fetches = 0
    payload = claims()
    for number in range(1_000):
        said = compact({"alg": "RS256", "kid": f"random-{number}"}, payload, lambda _: b"x")
        with pytest.raises(Denied, match="401"):
            await stage.auth.bearer({"Authorization": f"Bearer {said}"})
        stage.clock.at += timedelta(seconds=0.3)
    assert stage.issuer.fetches == 5


async def test_a_token_that_can_not_be_good_causes_no_fetch(stage: Stage) -> None:
    stage.issuer.fetches = 0
    unknown = (bearer({"kid": "k9", "alg": alg}) for alg in ("none", "HS256", "RS512", "", None))
    for said in (*unknown, bearer({"kid": ""}), "Bearer x.y.z", "Basic x", ""):
        assert await stage.status(said, activity()) == 401
    assert stage.issuer.fetches == 0


async def test_while_the_keys_can_not_be_had_the_sender_is_asked_to_come_again(stage: Stage) -> None:
    stage.issuer.fail()
    stage.clock.at += timedelta(hours=25)
    said = bearer(exp=NOW + 10**6)
    assert await stage.status(said, activity()) == 503
    assert await stage.status("Bearer garbage", activity()) == 401
    stage.issuer.recover()
    stage.clock.at += timedelta(minutes=1)
    assert await stage.status(said, activity()) == 200


LOCAL = {"type": "message", "channelId": "emulator", "serviceUrl": "http://localhost:56150/_connector"}


@pytest.mark.parametrize("changes", [{}, {"channelId": GONE}, {"channelId": "msteams"}, {"serviceUrl": "http://[::1]:1/"}])
async def test_an_emulator_on_loopback_needs_no_token_where_that_is_allowed(stage: Stage, changes: dict[str, Any]) -> None:
    tokenless = stage.make(tokenless=True)
    assert await tokenless.bearer(headers([])) is None
    assert await stage.status([], changed(LOCAL, **changes), tokenless) == 200
    assert await stage.status([], changed(LOCAL, **changes)) == 401


NOT_LOCAL = (
    SERVICE,
    "",
    None,
    ["http://localhost:1/"],
    GONE,
    "http://localhost.evil/",
    "http://localhost@evil.example/",
    "https://localhost/",
)


@on_the_lasting_loop
@pytest.mark.parametrize("url", NOT_LOCAL)
async def test_without_a_token_nobody_is_answered_elsewhere(lasting: Stage, url: Any) -> None:
    assert await lasting.status([], changed(LOCAL, serviceUrl=url), lasting.make(tokenless=True)) == 401


@on_the_lasting_loop
@pytest.mark.parametrize("id", [id for id in BAD_TOKENS if id != "no header"])
async def test_a_bad_token_is_worse_than_none(lasting: Stage, id: str) -> None:
    assert await lasting.status(BAD_TOKENS[id](), LOCAL, lasting.make(tokenless=True)) == 401


async def test_a_token_is_held_to_all_rules_even_where_none_is_needed(stage: Stage) -> None:
    tokenless = stage.make(tokenless=True)
    assert await stage.status(bearer(), activity(), tokenless) == 200
    assert await stage.status(bearer(), LOCAL, tokenless) == 403
    for request_of in FORBIDDEN.values():
        assert await stage.status(*request_of(), tokenless) == 403


async def test_no_token_at_all_is_not_admitted_whatever_was_asked_before(stage: Stage) -> None:
    with pytest.raises(Denied, match="401"):
        stage.auth.admit(None, activity())
    with pytest.raises(Denied, match="401"):
        stage.auth.admit(None, LOCAL)


def test_a_token_shows_nothing_of_itself() -> None:
    assert SERVICE not in repr(Token(SERVICE, frozenset()))


ANYTHING = st.text(st.characters(exclude_categories=()), max_size=40)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANYTHING | st.sampled_from((SERVICE, TENANT, "msteams")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANYTHING, inner, max_size=3),
    max_leaves=8,
)
NAMES = ANYTHING | st.sampled_from(("channelId", "serviceUrl", "conversation", "channelData", "tenantId", "tenant", "id"))
TOKEN_NAMES = ANYTHING | st.sampled_from(("alg", "kid", "crit", "b64", "typ", "jku", "jwk", "x5c"))
CLAIM_NAMES = ANYTHING | st.sampled_from(("iss", "aud", "exp", "nbf", "iat", "sub", "jti", "serviceurl"))


@patient
@given(st.dictionaries(ANYTHING | st.just("Authorization"), ANYTHING | ANYTHING.map(lambda said: f"Bearer {said}"), max_size=4))
async def test_random_headers_are_denied_and_nothing_else_happens(stage: Stage, said: dict[str, str]) -> None:
    with pytest.raises(Denied, match="401"):
        await stage.auth.bearer(said)


@patient
@given(st.dictionaries(TOKEN_NAMES, VALUES, max_size=5), st.binary(max_size=40))
async def test_random_tokens_are_denied_and_nothing_else_happens(
    stage: Stage, header: dict[str, Any], signature: bytes
) -> None:
    said = compact({"alg": "RS256", "kid": "k1", **header}, claims(), lambda _: signature)
    with pytest.raises(Denied, match="401"):
        await stage.auth.bearer({"Authorization": f"Bearer {said}"})


@patient
@given(st.dictionaries(CLAIM_NAMES, VALUES, max_size=5))
async def test_random_claims_signed_well_are_denied_and_nothing_else_happens(stage: Stage, said: dict[str, Any]) -> None:
    with pytest.raises(Denied, match="401"):
        await stage.auth.bearer({"Authorization": raw(json.dumps(said).encode())})


@patient
@given(st.dictionaries(NAMES, st.dictionaries(NAMES, VALUES, max_size=3) | VALUES, max_size=6))
async def test_random_activities_are_denied_and_nothing_else_happens(stage: Stage, said: dict[str, Any]) -> None:
    with pytest.raises(Denied) as denied:
        stage.auth.admit(Token(SERVICE, frozenset({"msteams"})), said)
    assert denied.value.status == 403
    with pytest.raises(Denied, match="401"):
        stage.make(tokenless=True).admit(None, said)


WIRE = {
    "a good token": (b"Authorization: %b\r\n", 200),
    "two headers": (b"Authorization: %b\r\nauthorization: %b\r\n", 401),
    "bytes that are no text": (b"Authorization: %b\xff\r\n", 401),
    "letters beyond ASCII": ("Authorization: %bé\r\n".encode(), 401),
    "none": (b"X: %b\r\n", 401),
}


@pytest.mark.parametrize(("line", "status"), WIRE.values(), ids=WIRE.keys())
async def test_it_is_the_same_over_the_wire_with(stage: Stage, line: bytes, status: int) -> None:
    async def handle(request: web.Request) -> web.Response:
        try:
            stage.auth.admit(await stage.auth.bearer(request.headers), await request.json())
        except Denied as denied:
            return web.Response(status=denied.status)
        return web.Response()

    app = web.Application()
    app.router.add_post("/api/messages", handle)
    body = json.dumps(activity()).encode()
    said = line.replace(b"%b", bearer().encode())
    async with serving(app) as address:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(address.rpartition(":")[2]))
        head = b"POST /api/messages HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n" % len(body)
        writer.write(head + said + b"\r\n" + body)
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 %d " % status)


PAGES = {
    "an origin": {"Origin": "https://evil.example"},
    "an origin on this machine": {"Origin": "http://127.0.0.1:8080"},
    "what browsers tell of a site": {"Sec-Fetch-Site": "cross-site"},
    "another name for this machine": {"Host": "evil.example:3000"},
    "no name": {"Host": ""},
    "a form's type": {"Content-Type": "application/x-www-form-urlencoded"},
    "a type that needs no leave": {"Content-Type": "text/plain"},
}


@pytest.mark.parametrize("told", PAGES.values(), ids=PAGES.keys())
async def test_a_web_page_is_no_emulator(stage: Stage, told: dict[str, str]) -> None:
    """Any site that somebody opens may send requests to this machine."""
    said = headers([])
    said.update(told)
    with pytest.raises(Denied) as denied:
        await stage.make(tokenless=True).bearer(said)
    assert denied.value.status == 401
