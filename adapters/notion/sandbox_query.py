"""Which rows of the stand-in are asked for, and in which order.

https://developers.notion.com/reference/filter-data-source-entries
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from adapters.notion import sandbox_told
from adapters.notion.sandbox_errors import invalid, not_in_body
from adapters.notion.sandbox_rich_text import plain
from adapters.notion.sandbox_store import Node
from adapters.notion.sandbox_values import option

Json = dict[str, Any]
_COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {
    "equals": lambda own, wanted: own == wanted,
    "does_not_equal": lambda own, wanted: own != wanted,
    "contains": lambda own, wanted: wanted in own,
    "does_not_contain": lambda own, wanted: wanted not in own,
    **dict.fromkeys(("greater_than", "after"), lambda own, wanted: own > wanted),
    **dict.fromkeys(("less_than", "before"), lambda own, wanted: own < wanted),
    **dict.fromkeys(("greater_than_or_equal_to", "on_or_after"), lambda own, wanted: own >= wanted),
    **dict.fromkeys(("less_than_or_equal_to", "on_or_before"), lambda own, wanted: own <= wanted),
}
_TEXT = ("equals", "does_not_equal", "contains", "does_not_contain")
_DATE = ("equals", "before", "after", "on_or_before", "on_or_after")
_NUMBER = ("greater_than", "less_than", "greater_than_or_equal_to", "less_than_or_equal_to")
_TAKEN: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("title", "rich_text", "url", "email", "phone_number"), _TEXT),
    "number": ("equals", "does_not_equal", *_NUMBER),
    **dict.fromkeys(("select", "status"), ("equals", "does_not_equal")),
    "checkbox": ("equals", "does_not_equal"),
    **dict.fromkeys(("multi_select", "people", "relation"), ("contains", "does_not_contain")),
    **dict.fromkeys(("date", "created_time", "last_edited_time"), _DATE),
}


def fits(row: Node, wanted: object) -> bool:
    """Whether a filter holds of a row. Raises a 400 for one that Notion would not take."""
    if not isinstance(wanted, dict):
        raise not_in_body("filter", "an object", wanted)
    if "and" in wanted:
        return all(fits(row, each) for each in wanted["and"])
    if "or" in wanted:
        return any(fits(row, each) for each in wanted["or"])
    column = _column(row, wanted)
    type = column["type"]
    if type not in wanted:
        raise invalid(f"database property {column['name']} does not match filter {_type(wanted)}")
    [(operator, value)] = wanted[type].items()
    own = sandbox_told.value(row, column)[type]
    if operator in ("is_empty", "is_not_empty"):
        return (own is None or own == []) is (operator == "is_empty")
    if operator not in _TAKEN.get(type, ()):
        raise not_in_body(f"filter.{type}.{operator}", "not present", value)
    return _holds(column, operator, own, value)


def in_order(rows: list[Node], sorts: object) -> list[Node]:
    """By the first sort first; what is empty comes last. Raises a 400."""
    if not isinstance(sorts, list):
        raise not_in_body("sorts", "an array", sorts)
    for sort in reversed(sorts):
        down = _is_down(sort)
        known = [row for row in rows if _key(row, sort) is not None]
        rows = sorted(known, key=lambda row: _key(row, sort), reverse=down) + [row for row in rows if row not in known]
    return rows


def _is_down(sort: object) -> bool:
    direction = sort.get("direction") if isinstance(sort, dict) else None
    if direction not in ("ascending", "descending"):
        raise not_in_body("sorts[0].direction", '`"ascending"` or `"descending"`', direction)
    return bool(direction == "descending")


def _key(row: Node, sort: Json) -> Any:
    column = _column(row, sort)
    type = column["type"]
    own = sandbox_told.value(row, column)[type]
    if type in ("select", "status") and own:
        return [each["id"] for each in column[type]["options"]].index(own["id"])
    if own in (None, []):
        return None
    return _comparable(type, own)


def _column(row: Node, wanted: Json) -> Json:
    stamp = wanted.get("timestamp")
    if stamp in ("created_time", "last_edited_time"):
        return {"id": stamp, "name": stamp, "type": stamp}
    name = wanted.get("property")
    found = next((each for key, each in row.columns.items() if name in (key, each["id"])), None)
    if found is None:
        raise invalid(f"Could not find property with name or id: {name}")
    return found


def _holds(column: Json, operator: str, own: Any, wanted: Any) -> bool:
    type = column["type"]
    if type in ("select", "status") and option(column, name=str(wanted)) is None:
        raise invalid(f"{type} option “{wanted}” not found for property “{column['name']}”.")
    if own is None:
        return operator in ("does_not_equal", "does_not_contain")
    if type in ("multi_select", "people", "relation"):
        return _COMPARED[operator](_names(own), wanted)
    return _COMPARED[operator](_comparable(type, own), _wanted(type, wanted))


def _names(own: list[Json]) -> list[str]:
    return [each.get(name, "") for each in own for name in ("id", "name")]


def _comparable(type: str, own: Any) -> Any:
    match type:
        case "title" | "rich_text":
            return plain(own).casefold()
        case "url" | "email" | "phone_number":
            return own.casefold()
        case "select" | "status":
            return own["name"]
        case "date":
            return _day(own["start"])
        case "created_time" | "last_edited_time":
            return _day(own)
    return _names(own) if isinstance(own, list) else own


def _wanted(type: str, wanted: Any) -> Any:
    if type in ("date", "created_time", "last_edited_time"):
        try:
            return _day(wanted)
        except (ValueError, TypeError):
            raise not_in_body(f"filter.{type}", "a valid ISO 8601 date string", wanted) from None
    expected = {"number": int | float, "checkbox": bool}.get(type, str)
    if not isinstance(wanted, expected):
        raise not_in_body(f"filter.{type}", "of its type", wanted)
    return wanted.casefold() if isinstance(wanted, str) and type not in ("select", "status") else wanted


def _day(text: str) -> str:
    """The stand-in compares days."""
    return datetime.fromisoformat(text).date().isoformat()


def _type(wanted: Json) -> str:
    return next((name for name in wanted if name not in ("property", "timestamp")), "nothing")
