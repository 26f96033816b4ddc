"""Slack's signature, checked on raw bytes: what is genuine passes, everything else is refused without a fuss."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict, CIMultiDictProxy
from slack_sdk.signature import SignatureVerifier

from adapters.base import Secret
from bot.slack.verify import SIGNATURE, TIMESTAMP, Verdict, sign, verify

patient = settings(deadline=None)
NOW = 1_700_000_000
SECRET = Secret("CANARY-slack-signing-secret-8f742231b10e")
OLD = Secret("CANARY-slack-signing-secret-before-77aa")
BODY = b"token=x&team_id=T1&command=%2Fcalendar&text=today"
FORM = "application/x-www-form-urlencoded"


def headers(body: bytes = BODY, secret: Secret = SECRET, timestamp: str = str(NOW), **changed: str | None) -> dict[str, str]:
    said: dict[str, str | None] = {
        TIMESTAMP: timestamp,
        SIGNATURE: sign(secret, timestamp, body),
        "Content-Type": FORM,
    }
    said |= {name.replace("_", "-"): value for name, value in changed.items()}
    return {name: value for name, value in said.items() if value is not None}


def verdict(said: Mapping[str, str], body: bytes = BODY, now: float = NOW) -> Verdict:
    return verify([SECRET], said, body, now)


def test_what_slack_signs_is_genuine() -> None:
    assert verdict(headers()) is Verdict.GENUINE


def test_slacks_own_sdk_and_we_sign_alike() -> None:
    theirs = SignatureVerifier(SECRET.reveal()).generate_signature(timestamp=str(NOW), body=BODY)
    assert sign(SECRET, str(NOW), BODY) == theirs


def test_slacks_documented_example_is_genuine() -> None:
    # https://docs.slack.dev/authentication/verifying-requests-from-slack
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar"
        b"&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com"
        b"%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121."
        b"803a0bc887a14d10d2c447fce8b6703c"
    )
    said = {
        "X-Slack-Request-Timestamp": "1531420618",
        "X-Slack-Signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
        "Content-Type": FORM,
    }
    assert verify([Secret("8f742231b10e8888abcd99yyyzzz85a5")], said, body, 1531420618) is Verdict.GENUINE


def test_during_a_rotation_both_secrets_count_and_after_it_one() -> None:
    signed_before = headers(secret=OLD)
    assert verify([SECRET, OLD], signed_before, BODY, NOW) is Verdict.GENUINE
    assert verify([SECRET, OLD], headers(), BODY, NOW) is Verdict.GENUINE
    assert verify([SECRET], signed_before, BODY, NOW) is Verdict.FORGED


def test_no_secret_or_an_empty_one_lets_nobody_in() -> None:
    assert verify([], headers(), BODY, NOW) is Verdict.FORGED
    assert verify([Secret("")], headers(secret=Secret("")), BODY, NOW) is Verdict.FORGED


@pytest.mark.parametrize(
    ("age", "expected"),
    [(0, Verdict.GENUINE), (300, Verdict.GENUINE), (-300, Verdict.GENUINE), (301, Verdict.FORGED), (-301, Verdict.FORGED)],
)
def test_the_window_is_five_minutes_both_ways(age: int, expected: Verdict) -> None:
    assert verdict(headers(timestamp=str(NOW - age))) is expected


def test_headers_are_found_in_any_case_and_in_a_multidict() -> None:
    assert verdict({name.upper(): value for name, value in headers().items()}) is Verdict.GENUINE
    assert verdict(CIMultiDictProxy(CIMultiDict(headers()))) is Verdict.GENUINE


TIMESTAMPS = (
    *("", " ", "abc", "-1", "+1700000000", "1700000000.0", "1_700_000_000", "0x6553f100", "1e9", "NaN", "inf"),
    *("1700000000\n", " 1700000000", "1700000000 ", "1700000000\0", "17000000,00", "\ud800", "9" * 11, "9" * 5000),
    *("１７００００００００", "١٧٠٠٠٠٠٠٠٠"),  # digits, but not the ones that Slack writes
)


@pytest.mark.parametrize("timestamp", TIMESTAMPS)
def test_a_timestamp_that_is_no_plain_number_is_a_forgery_even_when_signed(timestamp: str) -> None:
    assert verdict(headers(timestamp=timestamp)) is Verdict.FORGED


GOOD = sign(SECRET, str(NOW), BODY)
SIGNATURES = (
    *("", " ", "v0=", "v0", "=", "v0=é", "v0=\ud800", "v0=\0", f"v0={'0' * 64}", "v0=" + "f" * 100_000),
    *(GOOD[3:], GOOD.upper(), GOOD.replace("v0", "v1"), f" {GOOD}", f"{GOOD} ", f"{GOOD}\n", f"{GOOD},{GOOD}"),
    *(GOOD[:-1], f"{GOOD}0", GOOD[:-1] + chr(ord(GOOD[-1]) ^ 1)),
)


@pytest.mark.parametrize("signature", SIGNATURES)
def test_any_other_signature_is_a_forgery(signature: str) -> None:
    assert verdict(headers(X_Slack_Signature=signature)) is Verdict.FORGED


BODIES = (
    *(b"", BODY + b" ", BODY[:-1], BODY[1:], BODY.swapcase(), BODY + b"\0", b"\xff\xfe"),
    *(b"{" * 100_000, b"[" + b"9" * 5000 + b"]"),
)


@pytest.mark.parametrize("body", BODIES)
def test_a_body_that_was_not_signed_is_a_forgery(body: bytes) -> None:
    assert verdict(headers(), body) is Verdict.FORGED


def test_a_secret_of_somebody_else_is_a_forgery() -> None:
    assert verdict(headers(secret=Secret("another"))) is Verdict.FORGED


@pytest.mark.parametrize("name", [TIMESTAMP, SIGNATURE])
def test_a_signed_header_that_is_missing_or_comes_twice_is_a_forgery(name: str) -> None:
    said = CIMultiDict(headers())
    said.add(name, said[name])
    assert verdict(said) is Verdict.FORGED
    del said[name]
    assert verdict(said) is Verdict.FORGED
    assert verdict({**headers(), name.lower(): headers()[name]}) is Verdict.FORGED


OTHER_TYPES = (
    *(None, "", "text/plain", "application/jsonp", "multipart/form-data; boundary=x", "application/json, text/plain"),
    *("application/json; charset=nope", "application/json; charset=utf-16", "application/json; x=y", "application/json;"),
    f"{FORM}; charset=utf-8; charset=utf-7",
)


@pytest.mark.parametrize("type", OTHER_TYPES)
def test_a_signed_body_of_any_other_type_is_unreadable(type: str | None) -> None:
    assert verdict(headers(Content_Type=type)) is Verdict.UNREADABLE


def test_a_signed_body_that_is_encoded_or_no_text_is_unreadable() -> None:
    assert verdict(headers(Content_Encoding="gzip")) is Verdict.UNREADABLE
    assert verdict(headers(Content_Encoding="identity")) is Verdict.UNREADABLE
    assert verdict(headers(b"\xff\xfe"), b"\xff\xfe") is Verdict.UNREADABLE
    assert verdict(headers(b"\xed\xa0\x80"), b"\xed\xa0\x80") is Verdict.UNREADABLE


def test_the_verdict_is_the_status_to_answer() -> None:
    assert [each.status for each in (Verdict.GENUINE, Verdict.UNREADABLE, Verdict.FORGED)] == [200, 400, 401]


TEXT = st.text(st.characters(exclude_categories=()), max_size=40)


@patient
@given(st.dictionaries(st.sampled_from(list(headers())) | TEXT, TEXT, max_size=6), st.binary(max_size=60), st.floats())
def test_nothing_makes_it_raise_and_nothing_passes_unsigned(said: dict[str, str], body: bytes, now: float) -> None:
    assert verify([SECRET, OLD], said, body, now) is Verdict.FORGED


@patient
@given(st.binary(max_size=200), TEXT)
def test_what_is_signed_is_genuine_or_unreadable(body: bytes, type: str) -> None:
    assert verdict(headers(body, Content_Type=type), body) is not Verdict.FORGED
