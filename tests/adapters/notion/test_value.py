"""Values of every kind, as people read them, and as they are given back."""

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adapters.errors import Refused
from adapters.notion.address import id_in
from adapters.notion.page import Page, Parent
from adapters.notion.value import property_of

BERLIN = ZoneInfo("Europe/Berlin")
ID = "1f3c2a4e-0b5d-4c6f-8a7e-9d0c1b2a3f4e"
PIECE = {"type": "text", "text": {"content": "Fix ", "link": None}, "annotations": {}, "plain_text": "Fix "}
BARE = ID.replace("-", "")


def text(type: str, value: Any) -> str:
    return property_of("x", {"id": "a", "type": type, type: value}, BERLIN).text


@pytest.mark.parametrize(
    ("type", "value", "read"),
    [
        ("title", [PIECE, {**PIECE, "plain_text": "it"}], "Fix it"),
        ("number", 3.0, "3"),
        ("number", 0.1, "0.1"),
        ("number", 0, "0"),
        ("number", 1e20, "1e+20"),
        ("select", {"id": "a", "name": "High"}, "High"),
        ("multi_select", [{"id": "a", "name": "bug"}, {"id": "b", "name": "docs"}], "bug, docs"),
        ("date", {"start": "2026-12-01", "end": None}, "2026-12-01"),
        (
            "date",
            {"start": "2026-12-01T14:00:00.000Z", "end": "2026-12-02T01:30:00+05:30"},
            "2026-12-01 15:00 to 2026-12-01 21:00",
        ),
        ("people", [{"id": "a", "name": "Ana"}, {"id": "b"}], "Ana, b"),
        ("checkbox", False, "no"),
        ("unique_id", {"prefix": "BUG", "number": 7}, "BUG-7"),
        ("unique_id", {"prefix": None, "number": 7}, "7"),
        ("formula", {"type": "boolean", "boolean": True}, "yes"),
        ("formula", {"type": "string", "string": None}, ""),
        ("rollup", {"type": "array", "array": [{"type": "number", "number": 1}, {"type": "number", "number": None}]}, "1"),
        ("rollup", {"type": "incomplete", "incomplete": {}}, ""),
        ("files", [{"name": "a.pdf"}], "a.pdf"),
        ("created_by", {"id": "a", "name": "Ana"}, "Ana"),
        ("relation", [{"id": "a"}, {"id": "b"}], "a, b"),
        ("button", {}, ""),
        ("something_new", {"x": 1}, ""),
    ],
)
def test_a_value_is_told_in_words(type: str, value: Any, read: str) -> None:
    assert text(type, value) == read


@pytest.mark.parametrize("type", ["select", "status", "date", "number", "url", "email", "formula", "unique_id", "verification"])
def test_nothing_is_nothing(type: str) -> None:
    assert text(type, None) == ""


def test_formatting_and_mentions_are_kept_to_be_given_back() -> None:
    bold = {**PIECE, "annotations": {"bold": True}}
    user = {"type": "user", "user": {"object": "user", "id": ID, "name": "Tom"}}
    mention = {"type": "mention", "mention": user, "annotations": {}, "plain_text": "@Tom", "href": None}
    found = property_of("Notes", {"type": "rich_text", "rich_text": [bold, mention]}, BERLIN)
    assert found.text == "Fix @Tom"
    assert json.loads(found.exact) == [
        {"type": "text", "text": {"content": "Fix ", "link": None}, "annotations": {"bold": True}},
        {"type": "mention", "mention": {"type": "user", "user": {"id": ID}}, "annotations": {}},
    ]


@pytest.mark.parametrize(
    "what",
    [
        ID,
        BARE.upper(),
        f" <https://www.notion.so/{BARE}> ",
        f"https://www.notion.so/acme/Launch-plan-{BARE}?pvs=4#abc",
        f"https://acme.notion.site/Plan-{BARE}",
        f"https://app.notion.com/p/{ID}/",
        f"https://www.notion.so/acme/{'0' * 32}?v=x&p={BARE}",
    ],
)
def test_an_id_is_found_in_what_names_it(what: str) -> None:
    assert id_in(what) == ID


@pytest.mark.parametrize(
    "what",
    [
        "",
        "Launch plan",
        BARE[:-1],
        f"https://evil.test/{BARE}",
        f"https://notion.so.evil.test/{BARE}",
        "https://[",
        f"x/{BARE}",
    ],
)
def test_what_names_none_has_none(what: str) -> None:
    assert id_in(what) == ""


def test_what_notion_tells_only_the_beginning_of_is_not_set() -> None:
    told = {"id": "a", "type": "relation", "relation": [{"id": ID}], "has_more": True}
    at = datetime(2026, 11, 23, tzinfo=UTC)
    page = Page(ID, "Launch", "", Parent("database", ID), at, at, (property_of("Tasks", told, BERLIN),))
    with pytest.raises(Refused, match="“Tasks” of “Launch” is longer than Notion tells me"):
        page.changeable("tasks")
    assert property_of("Tasks", {**told, "has_more": False}, BERLIN).whole
