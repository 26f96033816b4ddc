"""News from Notion: whether they are genuine and of now, and what they say."""

import json
from datetime import timedelta
from typing import Any

import pytest

from adapters.base import Event, Incoming, Secret
from adapters.notion.sandbox_news import Delivery, News
from adapters.notion.webhook import WEBHOOK, signature
from tests.adapters.switched_on import MONDAY, Moment

PAGE = "1f3c2a4e-0b5d-4c6f-8a7e-9d0c1b2a3f4e"


@pytest.fixture
def news() -> News:
    return News(Moment())


def incoming(delivery: Delivery, after: timedelta = timedelta()) -> Incoming:
    headers, body = delivery
    return Incoming("POST", "https://bot.test/webhooks/notion", headers, body, (MONDAY + after).timestamp())


def signed(told: Any, key: str = "CANARY-verification") -> Incoming:
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    return incoming(({"X-Notion-Signature": signature(body, key)}, body))


def is_genuine(delivery: Delivery, news: News, after: timedelta = timedelta()) -> bool:
    return WEBHOOK.verify(incoming(delivery, after), Secret(news.token))


def test_the_signature_is_what_openssl_makes() -> None:
    made = signature(b'{"verification_token":"CANARY-abc"}', "CANARY-abc")
    assert made == "sha256=3f306dc50c26ed08fa73cba27de5fbe2a86190e91630fb711da75a5fa2a1ed0e"


@pytest.mark.parametrize("spelled", [str, str.lower, str.upper])
def test_genuine_news_is_taken_however_its_headers_are_spelled(news: News, spelled: type[str]) -> None:
    headers, body = news.told("page.content_updated", PAGE, "e-1")
    headers = {spelled(name): value for name, value in headers.items()}
    assert is_genuine((headers, body), news)
    assert WEBHOOK.read(incoming((headers, body))) == (Event("e-1", "notion.page.changed", PAGE),)


@pytest.mark.parametrize("wrong", ["", "sha256=", "sha256=00", "é", "sha256=" + "0" * 64])
def test_news_that_is_signed_wrong_is_not(news: News, wrong: str) -> None:
    headers, body = news.told("page.created", PAGE)
    assert not is_genuine(({**headers, "X-Notion-Signature": wrong}, body), news)


def test_news_that_is_signed_with_another_token_or_changed_on_its_way_is_not(news: News) -> None:
    headers, body = news.told("page.created", PAGE)
    assert not is_genuine(News(Moment()).told("page.created", PAGE), news)
    assert not is_genuine((headers, body.replace(PAGE.encode(), PAGE[::-1].encode())), news)
    assert not is_genuine(({}, body), news)


def test_an_empty_secret_matches_nothing() -> None:
    assert not WEBHOOK.verify(signed({"verification_token": ""}, ""), Secret(""))


@pytest.mark.parametrize(
    ("after", "genuine"),
    [
        (timedelta(), True),
        (timedelta(hours=23, minutes=59), True),
        (timedelta(hours=24, minutes=1), False),
        (timedelta(minutes=-4), True),
        (timedelta(minutes=-6), False),
    ],
)
def test_news_is_of_the_last_day(news: News, after: timedelta, genuine: bool) -> None:
    assert is_genuine(news.told("page.created", PAGE), news, after) == genuine


@pytest.mark.parametrize("timestamp", [None, "", 5, "yesterday", "2026-11-23T08:05:00", "9999-99-99T00:00:00Z"])
def test_news_of_no_known_time_is_not_genuine(timestamp: object) -> None:
    assert not WEBHOOK.verify(signed({"id": "e-1", "timestamp": timestamp}), Secret("CANARY-verification"))


def test_news_that_is_sent_again_has_the_same_id(news: News) -> None:
    first, again = (WEBHOOK.read(incoming(news.told("page.created", PAGE, "e-1"))) for _ in range(2))
    other = WEBHOOK.read(incoming(news.told("page.created", PAGE)))
    assert first == again != other


def test_the_first_message_brings_the_token_and_is_no_news(news: News) -> None:
    assert WEBHOOK.handshake
    first = incoming(news.handshake())
    assert WEBHOOK.handshake(first) == news.token
    assert WEBHOOK.verify(first, Secret(news.token))
    assert WEBHOOK.read(first) == ()


def test_a_token_that_is_signed_with_another_is_not_taken_over(news: News) -> None:
    assert WEBHOOK.handshake
    headers, _ = news.handshake()
    body = json.dumps({"verification_token": "CANARY-forged"}).encode()
    assert WEBHOOK.handshake(incoming((headers, body))) == ""
    assert WEBHOOK.handshake(incoming(({}, body))) == ""
    assert WEBHOOK.handshake(incoming(news.told("page.created", PAGE))) == ""


@pytest.mark.parametrize(
    ("type", "kind"),
    [
        ("page.created", "notion.page.created"),
        ("page.deleted", "notion.page.deleted"),
        ("page.undeleted", "notion.page.restored"),
        ("page.properties_updated", "notion.page.changed"),
        ("data_source.content_updated", "notion.database.changed"),
        ("data_source.schema_updated", "notion.database.changed"),
        ("comment.created", "notion.comment.created"),
    ],
)
def test_kinds_are_ours(news: News, type: str, kind: str) -> None:
    [event] = WEBHOOK.read(incoming(news.told(type, PAGE)))
    assert (event.kind, event.subject) == (kind, PAGE)


@pytest.mark.parametrize(
    "told",
    [
        b"",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        {"id": 5, "type": "page.created", "entity": {"id": PAGE}},
        {"id": "e-1", "type": [], "entity": {"id": PAGE}},
        {"id": "e-1", "type": "page.eaten", "entity": {"id": PAGE}},
        {"id": "e-1", "type": "page.created", "entity": PAGE},
        {"id": "e-1", "type": "page.created", "entity": {"id": ""}},
        {"verification_token": 5},
        {"verification_token": "\ud800"},
    ],
)
def test_what_is_no_news_is_none_and_breaks_nothing(told: Any) -> None:
    assert WEBHOOK.handshake
    assert WEBHOOK.read(signed(told)) == ()
    assert WEBHOOK.handshake(signed(told)) == ""
    WEBHOOK.verify(signed(told), Secret("CANARY-verification"))
