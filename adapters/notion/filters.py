"""Conditions as they are typed, “Status=Done”, as Notion takes them.

https://developers.notion.com/reference/filter-data-source-entries
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from adapters.errors import Refused
from adapters.notion.database import Column, Database
from adapters.notion.dates import moment_value
from adapters.notion.people import named
from adapters.notion.typed import Reader, is_yes, option, several

Json = dict[str, Any]
_SIGN = re.compile(r"!=|>=|<=|[=<>~]")
_TEXT = {"=": "equals", "!=": "does_not_equal", "~": "contains"}
_NUMBER = {
    "=": "equals",
    "!=": "does_not_equal",
    "<": "less_than",
    ">": "greater_than",
    "<=": "less_than_or_equal_to",
    ">=": "greater_than_or_equal_to",
}
_DATE = {"=": "equals", "<": "before", ">": "after", "<=": "on_or_before", ">=": "on_or_after"}
_ONE = {"=": "equals", "!=": "does_not_equal"}
_MANY = {"=": "contains", "~": "contains", "!=": "does_not_contain"}
_SIGNS: Mapping[str, Mapping[str, str]] = {
    **dict.fromkeys(("title", "rich_text", "url", "email", "phone_number"), _TEXT),
    "number": _NUMBER,
    **dict.fromkeys(("date", "created_time", "last_edited_time"), _DATE),
    **dict.fromkeys(("select", "status", "checkbox"), _ONE),
    **dict.fromkeys(("multi_select", "people"), _MANY),
}
_NEVER_EMPTY = ("checkbox", "created_time", "last_edited_time")


def filter_of(where: Sequence[str], database: Database, reader: Reader) -> Json | None:
    """What must all hold, or None for any row. Raises Refused, which says what a column takes."""
    said = [_condition(each, database, reader) for each in where if each.strip()]
    flat = [each for conditions in said for each in conditions]
    return {"and": flat} if flat else None


def asks_for_people(where: Sequence[str], database: Database) -> bool:
    """Whether it takes the workspace's people to know what is meant."""
    parts = (_parted(each) for each in where if each.strip())
    return any(database.column(name).type == "people" and value for name, _, value in parts)


def sorts_of(sort: str, database: Database) -> list[Json]:
    """“Due”, or “-Due” for the other way round; without a column, what was edited last comes first."""
    if not sort.strip():
        return [{"timestamp": "last_edited_time", "direction": "descending"}]
    column = database.column(sort.strip().removeprefix("-"))
    return [{"property": column.name, "direction": "descending" if sort.strip().startswith("-") else "ascending"}]


def _condition(said: str, database: Database, reader: Reader) -> list[Json]:
    name, sign, value = _parted(said)
    column = database.column(name)
    operators = _SIGNS.get(column.type)
    if operators is None:
        raise Refused(f"Rows can't be looked for by “{column.name}”.")
    if not value and sign in ("=", "!=") and column.type not in _NEVER_EMPTY:
        return [_on(column, "is_empty" if sign == "=" else "is_not_empty", True)]
    if sign not in operators:
        raise Refused(f"“{column.name}” can be compared with {', '.join(operators)}, not with {sign}.")
    try:
        return [_on(column, operators[sign], each) for each in _values(column, value, reader)]
    except ValueError:
        raise Refused(f"“{column.name}” can't be “{value[:80]}”: it wants {column.wants}.") from None


def _on(column: Column, operator: str, value: Any) -> Json:
    return {"property": column.name, column.type: {operator: value}}


def _parted(said: str) -> tuple[str, str, str]:
    found = _SIGN.search(said)
    if found is None:
        raise Refused(f"“{said}” is no condition. Say it as in “Status=Done”, “Due<2026-12-01” or “Name~budget”.")
    return said[: found.start()].strip(), found[0], said[found.end() :].strip()


def _values(column: Column, value: str, reader: Reader) -> list[Any]:
    match column.type:
        case "number":
            return [float(value)]
        case "checkbox":
            return [is_yes(value)]
        case "select" | "status":
            return [option(column, value)]
        case "multi_select":
            return [option(column, each) for each in several(value)]
        case "people":
            return [named(each, reader.people, reader.me).id for each in several(value)]
        case "date" | "created_time" | "last_edited_time":
            return [moment_value(value, reader.now)]
    return [value]
