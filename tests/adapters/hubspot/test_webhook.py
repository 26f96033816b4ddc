"""News from HubSpot are believed where they are signed, and of now."""

from dataclasses import replace

import pytest

from adapters.base import Incoming, Secret
from adapters.hubspot.sandbox_news import announced, change
from adapters.hubspot.webhook import read, verify

NOW = 1_764_000_000.0
URL = "https://bot.acme.test/webhooks/hubspot"
SECRET = "CANARY-secret-9d20"
NEWS = [change("deal.propertyChange", 512, 1, propertyName="amount"), change("contact.creation", 7, 2)]


def news(**changed: object) -> Incoming:
    return replace(announced(URL, SECRET, NEWS, NOW), **changed)  # type: ignore[arg-type]  # any of its fields


def test_what_is_signed_is_believed() -> None:
    assert verify(news(), Secret(SECRET))


@pytest.mark.parametrize("late", [-299.0, 299.0])
def test_clocks_may_differ_by_five_minutes(late: float) -> None:
    assert verify(news(at=NOW + late), Secret(SECRET))


@pytest.mark.parametrize(
    "changed",
    [
        {"at": NOW + 301},
        {"at": NOW - 301},
        {"method": "PUT"},
        {"url": f"{URL}/other"},
        {"url": URL.replace("https", "http")},
        {"body": b"[]"},
        {"headers": {}},
    ],
)
def test_what_was_changed_is_not(changed: dict[str, object]) -> None:
    assert not verify(news(**changed), Secret(SECRET))


@pytest.mark.parametrize("stamp", ["", "now", "-1", "1e12", "٣" * 13, "9" * 400])
def test_a_time_that_is_none_is_not(stamp: str) -> None:
    headers = {**news().headers, "X-HubSpot-Request-Timestamp": stamp}
    assert not verify(news(headers=headers), Secret(SECRET))


@pytest.mark.parametrize("secret", ["", "CANARY-other"])
def test_another_secret_is_not(secret: str) -> None:
    assert not verify(news(), Secret(secret))


def test_an_address_is_signed_as_it_is_meant() -> None:
    sent = announced(f"{URL}?to=a:b/c", SECRET, NEWS, NOW)
    assert verify(replace(sent, url=f"{URL}?to=a%3Ab%2fc"), Secret(SECRET))


def test_a_batch_is_read_as_several_events_with_the_same_ids_each_time() -> None:
    first = read(news())
    again = read(announced(URL, SECRET, [{**each, "attemptNumber": 3} for each in NEWS], NOW + 60))
    assert [(each.kind, each.subject) for each in first] == [("hubspot.deal.changed", "512"), ("hubspot.contact.created", "7")]
    assert [each.id for each in again] == [each.id for each in first]
    assert len({each.id for each in first}) == 2


def test_newer_subscriptions_tell_the_type_by_its_number() -> None:
    [event] = read(announced(URL, SECRET, [change("object.deletion", 9, objectTypeId="0-5")], NOW))
    assert event.kind == "hubspot.ticket.archived"


@pytest.mark.parametrize("body", [b"", b"{}", b"[1, null]", b'[{"subscriptionType": "x.y"}]', b"\xff", b"[" * 5000, b"null"])
def test_what_is_no_news_is_left_out(body: bytes) -> None:
    assert read(news(body=body)) == ()
