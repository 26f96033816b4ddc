"""What stands in a column of a row, as people read it: https://developers.notion.com/reference/page-property-values."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

Json = Mapping[str, Any]
EDITABLE = (
    "title",
    "rich_text",
    "number",
    "select",
    "multi_select",
    "status",
    "date",
    "people",
    "checkbox",
    "url",
    "email",
    "phone_number",
    "relation",
)


@dataclass(frozen=True)
class Property:
    """A value. `type` is Notion's name of it. `text` is as people read and type it, empty where there is nothing.

    `exact` gives it back just as it is, with formatting and mentions, by `Notion.set`: no more than that is to be known of
    it. It is empty where the value can't be set. `whole`: of long lists Notion tells only the beginning.
    """

    name: str
    type: str
    text: str
    exact: str = ""
    whole: bool = True


def property_of(name: str, told: Json, zone: ZoneInfo) -> Property:
    """A property of a page as Notion tells it."""
    type = told["type"]
    value = told.get(type)
    exact = exactly(_written(type, value)) if type in EDITABLE else ""
    return Property(name, type, text_of(type, value, zone), exact, whole=not told.get("has_more"))


def text_of(type: str, value: Any, zone: ZoneInfo) -> str:
    """A value of that type in words; of types that are not known here, nothing."""
    reader = _READERS.get(type)
    if type in ("date", "created_time", "last_edited_time"):
        return _date({"start": value} if isinstance(value, str) else value, zone)
    if type in ("formula", "rollup"):
        return text_of(value["type"], value.get(value["type"]), zone) if value else ""
    if type == "array":
        return ", ".join(filter(None, (text_of(each["type"], each.get(each["type"]), zone) for each in value)))
    return reader(value) if reader and value is not None else ""


def exactly(written: Any) -> str:
    return json.dumps(written, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def plain(rich_text: Any) -> str:
    """The text without its formatting."""
    return "".join(piece["plain_text"] for piece in rich_text)


def moment(text: str, zone: ZoneInfo) -> datetime:
    """A moment as Notion writes it, in the asker's zone."""
    return datetime.fromisoformat(text).astimezone(zone)


def number(value: float) -> str:
    return f"{int(value)}" if value == int(value) and abs(value) < 1e15 else f"{value!r}"


def _date(value: Json | None, zone: ZoneInfo) -> str:
    if not value:
        return ""
    start, end = (_day_or_time(value.get(name), zone) for name in ("start", "end"))
    return f"{start} to {end}" if end else start


def _day_or_time(text: str | None, zone: ZoneInfo) -> str:
    if not text or "T" not in text:
        return text or ""
    return f"{moment(text, zone):%Y-%m-%d %H:%M}"


def _name(person: Json) -> str:
    return str(person.get("name") or person["id"])


_READERS: Mapping[str, Callable[[Any], str]] = {
    "title": plain,
    "rich_text": plain,
    "number": number,
    "select": lambda value: str(value["name"]),
    "status": lambda value: str(value["name"]),
    "multi_select": lambda value: ", ".join(each["name"] for each in value),
    "people": lambda value: ", ".join(map(_name, value)),
    "files": lambda value: ", ".join(each["name"] for each in value),
    "checkbox": lambda value: "yes" if value else "no",
    "boolean": lambda value: "yes" if value else "no",
    "string": str,
    "url": str,
    "email": str,
    "phone_number": str,
    "relation": lambda value: ", ".join(each["id"] for each in value),
    "created_by": _name,
    "last_edited_by": _name,
    "unique_id": lambda value: f"{value['prefix']}-{value['number']}" if value.get("prefix") else f"{value['number']}",
    "verification": lambda value: str(value["state"]),
}


def _written(type: str, value: Any) -> Any:
    """The value in the form in which Notion takes it."""
    match type:
        case "title" | "rich_text":
            return [_piece(each) for each in value]
        case "select" | "status":
            return value and {"id": value["id"]}
        case "multi_select" | "people" | "relation":
            return [{"id": each["id"]} for each in value]
        case "date":
            return value and {name: each for name, each in value.items() if each is not None}
    return value


def _piece(piece: Json) -> Json:
    type = piece["type"]
    inner = piece[type]
    if type == "mention":  # Notion tells more of a mention than it takes
        kind = inner["type"]
        inner = {"type": kind, kind: {"id": inner[kind]["id"]} if kind != "date" and "id" in inner[kind] else inner[kind]}
    return {"type": type, type: inner, "annotations": piece.get("annotations", {})}
