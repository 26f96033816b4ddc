"""Microsoft's keys: there when they are needed, whatever happens to the place where they are published."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from adapters.errors import Unavailable
from adapters.http import Http
from bot.teams.keys import Key, Keys
from tests.bot.conftest import FixedClock
from tests.bot.teams.issuer import Issuer, issuing, jwk, private_key, way_out


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    async with issuing() as issuer:
        yield issuer


@pytest.fixture
async def http(clock: FixedClock) -> AsyncIterator[Http]:
    async with way_out(clock) as http:
        yield http


@pytest.fixture
def keys(issuer: Issuer, http: Http, clock: FixedClock) -> Keys:
    return Keys(http, issuer.url, clock)


async def found(keys: Keys, kid: str) -> Key:
    key = await keys.find(kid)
    assert key
    assert key.public.public_numbers() == private_key(kid).public_key().public_numbers()
    return key


async def test_a_key_comes_with_its_endorsements(keys: Keys, issuer: Issuer) -> None:
    issuer.keys = [jwk("k1", endorsements=["msteams", "skype"]), jwk("k2", endorsements=["webchat"])]
    assert await keys.refresh()
    assert (await found(keys, "k1")).endorsements == {"msteams", "skype"}
    assert (await found(keys, "k2")).endorsements == {"webchat"}
    assert issuer.fetches == 1


@pytest.mark.parametrize("endorsements", [None, "msteams", {"msteams": True}, [], [None, 7, ["msteams"]]])
async def test_odd_endorsements_are_none(keys: Keys, issuer: Issuer, endorsements: Any) -> None:
    issuer.keys = [jwk("k1", endorsements=endorsements)]
    assert (await found(keys, "k1")).endorsements == frozenset()


async def test_the_first_request_fetches_the_keys_if_nobody_has(keys: Keys, issuer: Issuer) -> None:
    await found(keys, "k1")
    await found(keys, "k1")
    assert issuer.fetches == 1


async def test_a_rollover_is_survived_at_the_first_request(keys: Keys, issuer: Issuer) -> None:
    await keys.refresh()
    issuer.rotate("k2")
    await found(keys, "k2")
    assert issuer.fetches == 2


async def test_a_hundred_requests_with_a_new_key_cause_one_fetch_and_all_succeed(keys: Keys, issuer: Issuer) -> None:
    await keys.refresh()
    issuer.rotate("k2")
    issuer.gate.clear()
    requests = [asyncio.create_task(found(keys, "k2")) for _ in range(100)]
    await asyncio.sleep(0.02)
    issuer.gate.set()
    await asyncio.gather(*requests)
    assert issuer.fetches == 2


async def test_a_request_that_comes_during_a_refresh_waits_for_it_and_causes_no_other(keys: Keys, issuer: Issuer) -> None:
    issuer.gate.clear()
    refresh = asyncio.create_task(keys.refresh())
    await issuer.asked.wait()
    request = asyncio.create_task(found(keys, "k1"))
    await asyncio.sleep(0)
    issuer.gate.set()
    await asyncio.gather(refresh, request)
    assert issuer.fetches == 1


async def test_a_known_key_is_found_while_the_keys_are_being_fetched(keys: Keys, issuer: Issuer) -> None:
    await keys.refresh()
    issuer.asked.clear()
    issuer.gate.clear()
    stranger = asyncio.create_task(keys.find("nobody's"))
    await issuer.asked.wait()
    async with asyncio.timeout(1):  # it would wait for ever, for the gate is shut
        await found(keys, "k1")
    issuer.gate.set()
    assert await stranger is None


async def test_ten_thousand_random_keys_in_five_minutes_cause_at_most_five_fetches(
    keys: Keys, issuer: Issuer, clock: FixedClock
) -> None:
    await keys.refresh()
    issuer.fetches = 0
    for number in range(10_000):
        assert await keys.find(f"random-{number}") is None
        clock.at += timedelta(seconds=0.03)
    assert issuer.fetches == 5
    await found(keys, "k1")


async def test_random_keys_during_an_outage_cause_no_more_fetches_either(keys: Keys, issuer: Issuer, clock: FixedClock) -> None:
    await keys.refresh()
    issuer.fail(404)  # unlike 500, asked once in each fetch
    issuer.fetches = 0
    for number in range(1000):
        with pytest.raises(Unavailable):
            await keys.find(f"random-{number}")
        clock.at += timedelta(seconds=0.3)
    assert issuer.fetches == 5
    await found(keys, "k1")


async def test_a_failing_answer_is_asked_for_again_within_the_same_fetch(keys: Keys, issuer: Issuer) -> None:
    issuer.fail()
    assert not await keys.refresh()
    assert issuer.fetches == 3


async def test_a_fetch_that_takes_long_is_not_tried_again(keys: Keys, issuer: Issuer, clock: FixedClock) -> None:
    def pass_time() -> None:
        clock.at += timedelta(seconds=2.5)

    issuer.meanwhile = pass_time
    issuer.fail()
    assert not await keys.refresh()
    assert issuer.fetches == 1


async def test_a_key_that_was_not_there_is_found_a_minute_later(keys: Keys, issuer: Issuer, clock: FixedClock) -> None:
    assert await keys.find("k2") is None
    issuer.rotate("k2")
    clock.at += timedelta(seconds=59)
    assert await keys.find("k2") is None
    clock.at += timedelta(seconds=1)
    await found(keys, "k2")


async def test_a_clock_that_was_put_back_does_not_keep_a_new_key_away(keys: Keys, issuer: Issuer, clock: FixedClock) -> None:
    assert await keys.find("k2") is None
    issuer.rotate("k2")
    clock.at -= timedelta(hours=3)
    await found(keys, "k2")


async def test_an_hour_without_metadata_loses_no_key(keys: Keys, issuer: Issuer, clock: FixedClock) -> None:
    await keys.refresh()
    issuer.fail()
    for _ in range(60):
        clock.at += timedelta(minutes=1)
        assert not await keys.refresh()
        await found(keys, "k1")


async def test_keys_last_a_day_from_the_last_news_of_them(keys: Keys, issuer: Issuer, clock: FixedClock) -> None:
    await keys.refresh()
    issuer.fail()
    clock.at += timedelta(hours=24, seconds=-1)
    await found(keys, "k1")
    clock.at += timedelta(seconds=1)
    with pytest.raises(Unavailable):
        await keys.find("k1")
    issuer.recover()
    clock.at += timedelta(seconds=60)
    await found(keys, "k1")


async def test_a_key_that_is_no_longer_listed_is_gone_with_the_next_fetch(keys: Keys, issuer: Issuer) -> None:
    await keys.refresh()
    issuer.rotate("k2")
    await keys.refresh()
    assert await keys.find("k1") is None


async def test_while_no_key_could_ever_be_fetched_nobody_can_tell(keys: Keys, issuer: Issuer, clock: FixedClock) -> None:
    issuer.fail()
    for _ in range(3):
        with pytest.raises(Unavailable):
            await keys.find("k1")
    issuer.recover()
    clock.at += timedelta(minutes=1)
    await found(keys, "k1")


async def test_an_unknown_key_can_not_be_told_while_the_keys_can_not_be_fetched(
    keys: Keys, issuer: Issuer, clock: FixedClock
) -> None:
    await keys.refresh()
    issuer.fail()
    with pytest.raises(Unavailable):
        await keys.find("k2")
    issuer.recover()
    issuer.rotate("k2")
    await keys.refresh()
    await found(keys, "k2")


async def test_a_request_that_is_broken_off_leaves_the_question_open(keys: Keys, issuer: Issuer) -> None:
    await keys.refresh()
    issuer.asked.clear()
    issuer.gate.clear()
    request = asyncio.create_task(keys.find("k2"))
    await issuer.asked.wait()
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    issuer.gate.set()
    with pytest.raises(Unavailable):
        await keys.find("k2")
    await found(keys, "k1")


ANSWERS: dict[str, bytes | web.Response] = {
    "nothing": b"",
    "no JSON": b"<html>",
    "half of it": b'{"keys": [',
    "no object": b"[]",
    "no keys": b"{}",
    "an empty list": b'{"keys": []}',
    "no list": b'{"keys": {"kid": "k1"}}',
    "nothing in the list": b'{"keys": [null, 1, "k1", [], {}]}',
    "bottomless": b'{"keys": ' + b"[" * 100_000,
    "a number that is a bomb": b'{"keys": [' + b"9" * 5000 + b"]}",
    "no text": b"\xff\xfe\x00",
    "not found": web.Response(status=404),
    "keys, and yet not found": web.Response(status=404, body=json.dumps({"keys": [jwk("k1")]}).encode()),
    "no content": web.Response(status=204),
    "forbidden": web.Response(status=403),
    "an error": web.Response(status=500),
    "a redirect": web.Response(status=302, headers={"Location": "/v1/.well-known/keys"}),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS.keys())
async def test_garbage_in_place_of_the_keys_never_overwrites_good_ones(
    keys: Keys, issuer: Issuer, answer: bytes | web.Response
) -> None:
    await keys.refresh()
    issuer.document = answer
    assert not await keys.refresh()
    await found(keys, "k1")


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS.keys())
async def test_garbage_in_place_of_the_metadata_never_overwrites_good_keys(
    keys: Keys, issuer: Issuer, answer: bytes | web.Response
) -> None:
    await keys.refresh()
    issuer.metadata = answer
    assert not await keys.refresh()
    await found(keys, "k1")


SMALL = private_key("small", 1024)
BROKEN: dict[str, Any] = {
    "no object": "k2",
    "no kid": {**jwk("k2"), "kid": None},
    "a kid that is a list": {**jwk("k2"), "kid": ["k2"]},
    "no modulus": {"kty": "RSA", "kid": "k2", "e": "AQAB"},
    "a modulus that is a number": jwk("k2", n=7),
    "a modulus that is no base64": jwk("k2", n="é"),
    "a modulus with a lone surrogate": jwk("k2", n="\ud800"),
    "an empty modulus": jwk("k2", n=""),
    "an even exponent": jwk("k2", e="BA"),
    "an exponent of one": jwk("k2", e="AQ"),
    "a small key": jwk("k2", SMALL),
    "a key for encryption": jwk("k2", use="enc"),
    "a use that is a list": jwk("k2", use=["sig"]),
    "a key for another algorithm": jwk("k2", alg="RS512"),
    "an algorithm that is a list": jwk("k2", alg=["RS256"]),
    "an elliptic curve": {"kty": "EC", "kid": "k2", "crv": "P-256", "x": "AA", "y": "AA"},
    "a symmetric key": {"kty": "oct", "kid": "k2", "k": "c2VjcmV0"},
    "a kind of key that is a list": jwk("k2", kty=["RSA"]),
}


@pytest.mark.parametrize("entry", BROKEN.values(), ids=BROKEN.keys())
async def test_a_broken_entry_is_skipped(keys: Keys, issuer: Issuer, entry: Any) -> None:
    issuer.keys = [entry, jwk("k1"), entry]
    assert await keys.refresh()
    await found(keys, "k1")
    assert await keys.find("k2") is None


@pytest.mark.parametrize("entry", BROKEN.values(), ids=BROKEN.keys())
async def test_broken_entries_alone_never_overwrite_good_keys(keys: Keys, issuer: Issuer, entry: Any) -> None:
    await keys.refresh()
    issuer.keys = [entry]
    assert not await keys.refresh()
    await found(keys, "k1")


async def test_of_a_private_key_only_the_public_half_is_taken(keys: Keys, issuer: Issuer) -> None:
    issuer.keys = [jwk("k1", d="AAAA", p="broken")]
    await found(keys, "k1")


@pytest.mark.parametrize(
    "address",
    [
        "http://keys.example/",
        "http://127.0.0.1.nip.io/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "//127.0.0.1/",
        "/keys",
        "",
        None,
        7,
        "HTTP://127.0.0.1:1/",
        "https:",
        "https://",
        "https://[",
        "https://a:b:c/",
    ],
)
async def test_keys_are_only_fetched_from_a_safe_address(keys: Keys, issuer: Issuer, address: Any) -> None:
    await keys.refresh()
    issuer.metadata = json.dumps({"jwks_uri": address}).encode()
    issuer.requests.clear()
    assert not await keys.refresh()
    assert issuer.requests == ["/v1/.well-known/openidconfiguration"]


@pytest.mark.parametrize("url", ["http://login.example/metadata", "ftp://127.0.0.1/", "", "127.0.0.1"])
async def test_metadata_at_an_unsafe_address_is_refused_at_the_start(http: Http, clock: FixedClock, url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        Keys(http, url, clock)


class Pace:
    """Notes how long is slept, and lets it be so a few times."""

    def __init__(self, clock: FixedClock, issuer: Issuer) -> None:
        self.waits: list[float] = []
        self.over = asyncio.Event()
        self._clock = clock
        self._issuer = issuer

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self._clock.at += timedelta(seconds=seconds)
        if len(self.waits) == 2:
            self._issuer.fail()
        if len(self.waits) == 4:
            self._issuer.recover()
        if len(self.waits) == 6:
            self.over.set()
            await asyncio.Event().wait()


async def test_the_keys_are_refreshed_every_hour_and_after_a_failure_every_minute(
    issuer: Issuer, http: Http, clock: FixedClock
) -> None:
    pace = Pace(clock, issuer)
    spread = iter((0.0, 1.0, 0.0, 1.0, 0.5, 0.5))
    task = asyncio.create_task(Keys(http, issuer.url, clock, pace.sleep, lambda: next(spread)).run())
    await pace.over.wait()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert pace.waits == pytest.approx([3240, 3960, 54, 66, 3600, 3600])


async def test_a_failed_fetch_is_logged_without_what_was_answered(
    keys: Keys, issuer: Issuer, caplog: pytest.LogCaptureFixture
) -> None:
    issuer.document = b'{"keys": "CANARY-garbage-4711"}'
    with caplog.at_level(logging.DEBUG):
        await keys.refresh()
    assert "could not be fetched" in caplog.text
    assert "CANARY" not in caplog.text
