"""Push notifications: whether they are genuine, and what they say."""

from collections.abc import Mapping

import pytest

from adapters.base import Event, Incoming, Secret
from adapters.google_calendar.webhook import WEBHOOK

SECRET = Secret("CANARY-channel-1b")
GENUINE = {
    "X-Goog-Channel-ID": "channel-1",
    "X-Goog-Channel-Token": "CANARY-channel-1b",
    "X-Goog-Resource-ID": "resource-1",
    "X-Goog-Resource-State": "exists",
    "X-Goog-Message-Number": "7",
}


def incoming(headers: Mapping[str, str]) -> Incoming:
    return Incoming("POST", "https://bot.test/webhooks/google_calendar", headers, b"", 1_800_000_000.0)


@pytest.mark.parametrize("spelled", [str, str.lower, str.upper, str.title])
def test_a_genuine_one_is_taken_however_its_headers_are_spelled(spelled: type[str]) -> None:
    headers = {spelled(name): value for name, value in GENUINE.items()}
    assert WEBHOOK.verify(incoming(headers), SECRET)
    assert WEBHOOK.read(incoming(headers)) == (Event("channel-1:7", "calendar.changed", "resource-1"),)


@pytest.mark.parametrize("token", ["", "CANARY-channel-1", "CANARY-channel-1bb", "canary-channel-1b", "é"])
def test_another_token_is_not(token: str) -> None:
    assert not WEBHOOK.verify(incoming({**GENUINE, "X-Goog-Channel-Token": token}), SECRET)


def test_a_missing_token_is_not() -> None:
    assert not WEBHOOK.verify(incoming({}), SECRET)


def test_an_empty_secret_matches_nothing() -> None:
    assert not WEBHOOK.verify(incoming({"X-Goog-Channel-Token": ""}), Secret(""))


def test_the_message_that_opens_a_channel_is_no_news() -> None:
    assert WEBHOOK.read(incoming({**GENUINE, "X-Goog-Resource-State": "sync"})) == ()


@pytest.mark.parametrize("missing", ["X-Goog-Channel-ID", "X-Goog-Message-Number", "X-Goog-Resource-State"])
def test_what_is_no_notification_is_no_news(missing: str) -> None:
    assert WEBHOOK.read(incoming({name: value for name, value in GENUINE.items() if name != missing})) == ()


def test_a_deletion_is_news() -> None:
    assert WEBHOOK.read(incoming({**GENUINE, "X-Goog-Resource-State": "not_exists"}))
