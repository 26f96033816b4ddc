from typing import Any

import pytest

from bot.teams.zone import zone_of


def client(timezone: object) -> dict[str, Any]:
    return {"type": "clientInfo", "timezone": timezone}


@pytest.mark.parametrize(
    ("activity", "zone"),
    [
        ({"localTimezone": "Europe/Berlin"}, "Europe/Berlin"),
        ({"localTimezone": "Europe/Berlin", "entities": [client("Asia/Tokyo")]}, "Europe/Berlin"),
        ({"entities": [{"type": "mention"}, client("Asia/Tokyo")]}, "Asia/Tokyo"),
        ({"localTimezone": "Mars/Olympus", "entities": [client("Asia/Tokyo")]}, "Asia/Tokyo"),
        ({"entities": [{"type": "productInfo", "timezone": "Asia/Tokyo"}]}, ""),
        ({}, ""),
    ],
)
def test_the_zone_is_the_messages_own_else_the_clients(activity: dict[str, Any], zone: str) -> None:
    assert zone_of(activity) == zone


@pytest.mark.parametrize(
    "name",
    [
        *("", "W. Europe Standard Time", "Europe", "Europe/", "/etc/passwd", "../../etc/passwd", "Europe/../Europe/Berlin"),
        *("\0", "a\0b", "x" * 10_000, "\ufffd", None, 7, 7.5, True, [], {}, ["Europe/Berlin"]),
    ],
)
def test_what_is_no_zone_is_none(name: object) -> None:
    assert zone_of({"localTimezone": name, "entities": [client(name)]}) == ""


@pytest.mark.parametrize("entities", [None, "clientInfo", {}, [None, 7, "x", [], {}, {"type": "clientInfo"}]])
def test_odd_entities_tell_no_zone(entities: object) -> None:
    assert zone_of({"entities": entities}) == ""
