"""Properties of the stand-in's pages: checked as they come in, and told as Notion tells them."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import uuid5

from adapters.notion import sandbox_rich_text
from adapters.notion.sandbox_errors import invalid, not_in_body
from adapters.notion.sandbox_ids import NAMESPACE

Json = dict[str, Any]
_COMPUTED = ("created_time", "last_edited_time", "created_by", "last_edited_by", "formula", "rollup", "unique_id")


def empty(column: Json) -> Any:
    """What stands in a column where nothing was set."""
    many = ("title", "rich_text", "multi_select", "people", "relation", "files")
    return [] if column["type"] in many else False if column["type"] == "checkbox" else None


def accepted(sent: object, columns: Mapping[str, Json], people: Mapping[str, Json]) -> dict[str, Any]:
    """The values of a request by the names of their columns. Raises a 400."""
    if not isinstance(sent, dict):
        raise not_in_body("properties", "an object", sent)
    return {_name(name, columns): _accepted(_name(name, columns), value, columns, people) for name, value in sent.items()}


def option(column: Json, id: str = "", name: str = "") -> Json | None:
    """An option of a select, multi_select or status."""
    options: list[Json] = column[column["type"]]["options"]
    return next((each for each in options if (id and each["id"] == id) or (name and each["name"] == name)), None)


def new_option(name: str, color: str = "default") -> Json:
    return {"id": str(uuid5(NAMESPACE, f"option {name}")), "name": name, "color": color, "description": None}


def _name(wanted: str, columns: Mapping[str, Json]) -> str:
    found = next((name for name, each in columns.items() if wanted in (name, each["id"])), None)
    if found is None:
        raise invalid(f"{wanted} is not a property that exists.")
    return found


def _accepted(name: str, sent: object, columns: Mapping[str, Json], people: Mapping[str, Json]) -> Any:
    column = columns[name]
    type = column["type"]
    if type in _COMPUTED:
        raise invalid(f"{name} is a computed property and can't be written.")
    if not isinstance(sent, dict) or type not in sent:
        raise invalid(f"{name} is expected to be {type}.")
    value, where = sent[type], f"properties.{name}.{type}"
    if type in ("title", "rich_text"):
        return sandbox_rich_text.accepted(value, where, people)
    if type == "people":
        return [_person(each, where, people) for each in _list(value, where)]
    if type == "multi_select":
        return [_option(column, each, where) for each in _list(value, where)]
    if value is None and type != "checkbox":
        return None
    return _READERS[type](column, value, where)


def _list(value: object, where: str) -> list[Any]:
    if not isinstance(value, list) or len(value) > 100:
        raise not_in_body(where, "an array of at most 100", value)
    return value


def _person(sent: object, where: str, people: Mapping[str, Json]) -> Json:
    found = people.get(str(sent.get("id"))) if isinstance(sent, dict) else None
    if found is None:
        raise not_in_body(where, "users of this workspace", sent)
    return found


def _option(column: Json, sent: object, where: str) -> Json:
    if not isinstance(sent, dict) or not ("id" in sent or "name" in sent):
        raise not_in_body(where, "an object with an id or a name", sent)
    found = option(column, str(sent.get("id", "")), str(sent.get("name", "")))
    if found is None and (column["type"] == "status" or not sent.get("name")):
        raise invalid(f"{column['type'].capitalize()} option “{sent.get('name') or sent.get('id')}” does not exist.")
    if found is None:
        if "," in sent["name"] or len(sent["name"]) > 100:
            raise invalid(f"Invalid select option, commas not allowed: {sent['name'][:100]}")
        found = new_option(sent["name"])
        column[column["type"]]["options"].append(found)  # as Notion does
    return {name: found[name] for name in ("id", "name", "color")}


def _number(_: Json, value: object, where: str) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise not_in_body(where, "a number", value)
    return value


def _boolean(_: Json, value: object, where: str) -> Any:
    if not isinstance(value, bool):
        raise not_in_body(where, "a boolean", value)
    return value


def _string(_: Json, value: object, where: str) -> Any:
    if not isinstance(value, str) or not value or len(value) > 2000:
        raise not_in_body(where, "a string of 1 to 2000", value)
    return value


def _date(_: Json, value: object, where: str) -> Json:
    if not isinstance(value, dict) or not isinstance(value.get("start"), str):
        raise not_in_body(f"{where}.start", "a valid ISO 8601 date string", value)
    ends = [value["start"], *([value["end"]] if value.get("end") else [])]
    try:
        moments = [datetime.fromisoformat(each).timestamp() if "T" in each else date.fromisoformat(each) for each in ends]
        if moments[0] > moments[-1]:  # type: ignore[operator]  # of two kinds it is a TypeError
            raise ValueError
    except (ValueError, TypeError):
        raise not_in_body(where, "a valid ISO 8601 date or a range of two", value) from None
    return {"start": ends[0], "end": value.get("end"), "time_zone": value.get("time_zone")}


def _relation(_: Json, value: object, where: str) -> Any:
    return [{"id": str(each["id"])} for each in _list(value, where)]


_READERS: Mapping[str, Callable[[Json, object, str], Any]] = {
    "number": _number,
    "checkbox": _boolean,
    "select": _option,
    "status": _option,
    "date": _date,
    "relation": _relation,
    **dict.fromkeys(("url", "email", "phone_number"), _string),
}
