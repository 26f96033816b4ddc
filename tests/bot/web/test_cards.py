"""What is on a card, and which cards are shown where."""

from datetime import UTC, datetime

import pytest

from bot.web.cards import card, permission, sections
from commands.integrations import Integration

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
CALENDAR = Integration("calendar", "Calendar", "See your day.", "Productivity", "connected", commands=("calendar today",))


def shown(title: str, state: str) -> str:
    [section] = sections([card(Integration(title, title, "", "", state), None, "UTC", NOW)])
    return section.title


@pytest.mark.parametrize(
    ("state", "section"),
    [
        ("connected", "In use"),
        ("needs reconnect", "In use"),
        ("limited", "In use"),
        ("provider problem", "In use"),
        ("lent", "In use"),
        ("not connected", "Ready to connect"),
        ("not set up", "Not set up yet"),
        ("something new", "Ready to connect"),
    ],
)
def test_every_state_has_its_place(state: str, section: str) -> None:
    assert shown("x", state) == section


def test_what_needs_attention_comes_first() -> None:
    states = {"b": "connected", "a": "connected", "d": "needs reconnect", "c": "limited"}
    [section] = sections(card(Integration(title, title, "", "", state), None, "UTC", NOW) for title, state in states.items())
    assert [each.title for each in section.cards] == ["c", "d", "a", "b"]


@pytest.mark.parametrize(
    ("category", "words", "found"),
    [
        ("", "", True),
        ("Productivity", "", True),
        ("AI", "", False),
        ("", "CALENDAR", True),
        ("", "day see", True),
        ("", "today", True),
        ("", "productivity", True),
        ("", "calendar deal", False),
        ("AI", "calendar", False),
    ],
)
def test_it_is_found_by_its_category_and_by_words(category: str, words: str, found: bool) -> None:
    assert card(CALENDAR, None, "UTC", NOW).matches(category, words) is found


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        ("https://www.googleapis.com/auth/calendar.events", "calendar events"),
        ("chat:write", "chat write"),
        ("crm.objects.contacts.read", "crm objects contacts read"),
        ("https://example.com/", "example com"),
        ("", ""),
        ("...", "..."),
    ],
)
def test_scopes_can_be_read(scope: str, words: str) -> None:
    assert permission(scope) == words
