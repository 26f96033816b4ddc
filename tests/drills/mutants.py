"""Requests whose signature or token is not what it should be, each in another way: none of them may be let in.

Each group is signed when it is asked for, so that none is refused for being late.
"""

import json
import time
from collections.abc import Iterator, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from adapters.base import Secret
from bot.slack.sandbox import SlackSandbox
from bot.slack.verify import SIGNATURE, TIMESTAMP, sign
from bot.teams.sandbox import TeamsSandbox
from tests.drills.wire import JSON, SLACK, TEAMS, Probe, request

_ODD: tuple[Any, ...] = (None, "", " ", "null", "*", 0, -1, 1e308, True, False, [], {}, [""], "\ufffd", "é" * 300)
_TIMES = (
    *("", "0", "-1", "abc", "1e9", "NaN", "inf", "0x65", "1_700_000_000", "99999999999", "9" * 5000),
    "１７００００００００",  # digits, but not the ones that Slack writes
)
_LATE = (400, -301, 3600, -3600, 86_400, -86_400, 10**9)  # seconds
_ALGORITHMS = ("none", "None", "nOnE", "HS256", "HS384", "HS512", "RS384", "RS512", "PS256", "PS512", "rs256", "ES256", "")
_CLAIMS = ("iss", "aud", "exp", "nbf")
_PLACES = ("channelId", "serviceUrl", "conversation.tenantId", "channelData.tenant.id")
_OTHERS = "https://evil.example/"


def slack_mutants(slack: SlackSandbox, body: bytes) -> Iterator[Probe]:
    """Of a delivery that is taken as it is: see `slack_control`."""
    for number, said in enumerate([*_TIMES, *(str(int(time.time()) + late) for late in _LATE)]):
        yield _slack(f"time {number}", body, said, sign(slack.signing_secret, said, body))
    now, good = _signed(slack.signing_secret, body)
    for number, said in enumerate(_signatures(good)):
        yield _slack(f"signature {number}", body, now, said)
    now, good = _signed(slack.signing_secret, body)
    for number, other in enumerate((b"", body + b" ", body[:-1], body[1:], body.swapcase(), body + b"\0", b"{" * 100_000)):
        yield _slack(f"body {number}", other, now, good)
    yield _slack("somebody else's secret", body, *_signed(Secret("another"), body))
    yield _slack("no secret", body, *_signed(Secret(""), body))
    yield from _headers(body, *_signed(slack.signing_secret, body))


def slack_control(slack: SlackSandbox, body: bytes) -> Probe:
    """The delivery itself, signed well."""
    return _slack("nothing is wrong in Slack", body, *_signed(slack.signing_secret, body))


def _signed(secret: Secret, body: bytes) -> tuple[str, str]:
    """The present, and the signature."""
    now = str(int(time.time()))
    return now, sign(secret, now, body)


def _headers(body: bytes, now: str, good: str) -> Iterator[Probe]:
    told = [(TIMESTAMP, now), (SIGNATURE, good), ("Content-Type", JSON)]
    for index in (0, 1):
        yield Probe(f"without header {index}", request(SLACK, [each for each in told if each != told[index]], body))
        yield Probe(f"header {index} twice", request(SLACK, [*told, told[index]], body))
        yield Probe(f"header {index} twice, one bad", request(SLACK, [(told[index][0], "x"), *told], body))


def _signatures(good: str) -> Iterator[str]:
    yield from ("", "v0", "v0=", "=", "v0=é", f"v0={'0' * 64}", "v0=" + "f" * 5000, good[3:], good.upper(), good[:-1])
    yield from (good.replace("v0", "v1"), f"{good},{good}", f"{good}0", f"{good};", f'"{good}"', f"v0={good}")
    yield from (good[:place] + chr(ord(good[place]) ^ 1) + good[place + 1 :] for place in range(3, len(good), 6))


def _slack(name: str, body: bytes, now: str, signature: str) -> Probe:
    return Probe(name, request(SLACK, [(TIMESTAMP, now), (SIGNATURE, signature), ("Content-Type", JSON)], body))


def teams_mutants(teams: TeamsSandbox, activity: Mapping[str, Any]) -> Iterator[Probe]:
    """Tokens that are not what they should be."""
    good = teams.token()
    for name, token in _tokens(teams, good):
        yield _teams(name, [f"Bearer {token}"], activity)
    for number, said in enumerate(_bearers(good)):
        yield _teams(f"header {number}", said, activity)


def teams_control(teams: TeamsSandbox, activity: Mapping[str, Any]) -> Probe:
    """The delivery itself, with a good token."""
    return _teams("nothing is wrong in Teams", [f"Bearer {teams.token()}"], activity)


def strangers(teams: TeamsSandbox, activity: Mapping[str, Any]) -> Iterator[Probe]:
    """Tokens that are good, with what is not for this bot, or from another service or tenant than the token is for."""
    good = teams.token()
    for number, odd in enumerate((*_ODD, _OTHERS)):
        yield _teams(f"serviceurl {number}", [f"Bearer {teams.token(serviceurl=odd)}"], activity)
    for place in _PLACES:
        for number, odd in enumerate((*_ODD[1:], _OTHERS)):
            yield _teams(f"{place} {number}", [f"Bearer {good}"], teams.activity("message", **{place: odd}))
    yield _teams("another's serviceurl", [f"Bearer {teams.token(service_url=_OTHERS)}"], activity)
    agreed = teams.activity("message", serviceUrl=_OTHERS)
    yield _teams("agreed upon another's", [f"Bearer {teams.token(service_url=_OTHERS)}"], agreed)


def _tokens(teams: TeamsSandbox, good: str) -> Iterator[tuple[str, str]]:
    other = generate_private_key(public_exponent=65537, key_size=2048)
    yield "somebody else's key", teams.token(key=other)
    yield "somebody else's key, at jku", teams.token(key=other, header={"jku": f"{_OTHERS}keys"})
    for claim in _CLAIMS:
        for number, odd in enumerate((*_ODD, _OTHERS)):
            yield f"{claim} {number}", teams.token(**{claim: odd})
    for algorithm in _ALGORITHMS:
        yield f"algorithm {algorithm}", teams.token(header={"alg": algorithm})
    for number, odd in enumerate((*_ODD, "../../etc/passwd", "k" * 5000)):
        yield f"kid {number}", teams.token(header={"kid": odd})
    for place in range(5, len(good) - 4, len(good) // 24):
        if good[place] != ".":
            yield f"a letter at {place}", good[:place] + ("A" if good[place] != "A" else "B") + good[place + 1 :]
    for size in (0, 1, len(good) // 2, len(good) - 1):
        yield f"only {size} letters", good[:size]


def _bearers(good: str) -> Iterator[list[str]]:
    yield []
    for said in ("", "Bearer", good, f"bearer {good}", f"Basic {good}", f"Bearer  {good}", f"Bearer\t{good}"):
        yield [said]
    for said in (f"{good}, Bearer {good}", f"{good}.", f"{good}==", f"{good}!", f"{good}é", ".."):
        yield [f"Bearer {said}"]
    yield [f"Bearer {good}", f"Bearer {good}"]
    yield ["Bearer x", f"Bearer {good}"]


def _teams(name: str, said: list[str], activity: Mapping[str, Any]) -> Probe:
    headers = [("Content-Type", JSON), *(("Authorization", each) for each in said)]
    return Probe(name, request(TEAMS, headers, json.dumps(activity).encode()))
