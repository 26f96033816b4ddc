"""What stands in the columns of a row, and what rows are wanted, as people type it: “Status=Done, Due<2026-12-01”.

A comma parts one column from the next, unless it is in quotes, or nothing but more of the same value comes after it.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from adapters.errors import Refused
from adapters.notion.database import Column, Database
from commands.dated import in_iso

_PART = re.compile(r'(?:[^,"“]|"[^"]*"|“[^”]*”|["“])+')
_EQUALS = re.compile("=")
_SIGN = re.compile(r"!=|>=|<=|[=<>~]")
_QUOTES = {'"': '"', "“": "”"}


class _Said(NamedTuple):
    column: str
    sign: str
    value: str


def values(text: str, database: Database, today: date) -> dict[str, str]:
    """What is to stand in a new row, by the names of the columns. What comes first, without a name, is the row's title.

    Raises Refused for columns that are not there or named twice.
    """
    found: dict[str, str] = {}
    for said in _told(text, database.title_column.name, _EQUALS):
        column = database.column(said.column)
        if column.name in found:
            raise Refused(f"“{column.name}” was given twice.")
        found[column.name] = dated(column, said.value, today)
    if not found:
        raise Refused(f"What is to stand in the new row? Say it as in “{database.title_column.name}=…”.")
    return found


def conditions(text: str, database: Database, today: date) -> list[str]:
    """What must hold of rows, as `Notion.query` takes it; what comes first, without a column, is part of the title."""
    return [_condition(said, database, today) for said in _told(text, "", _SIGN)]


def dated(column: Column, value: str, today: date) -> str:
    """The value, with a day in words as a date: “friday” is “2026-11-27”. Raises Refused for what is no day of that name."""
    return in_iso(value, today) if column.type == "date" else value


def _condition(said: _Said, database: Database, today: date) -> str:
    if not said.sign:
        return f"{database.title_column.name}~{said.value}"
    column = database.column(said.column)
    return f"{column.name}{said.sign}{dated(column, said.value, today)}"


def _told(text: str, first: str, sign: re.Pattern[str]) -> Iterator[_Said]:
    """Column by column; what comes first without a sign is about the column `first`."""
    last: _Said | None = None
    for part in filter(None, map(str.strip, _PART.findall(text))):
        found = None if part[0] in _QUOTES else sign.search(part)
        if not found and last:
            last = last._replace(value=f"{last.value}, {part}")
            continue
        if last:
            yield _bare(last)
        last = _Said(part[: found.start()].strip(), found[0], part[found.end() :].strip()) if found else _Said(first, "", part)
    if last:
        yield _bare(last)


def _bare(said: _Said) -> _Said:
    """Without the quotes that keep its commas."""
    closing = _QUOTES.get(said.value[:1])
    quoted = len(said.value) > 1 and closing and said.value.find(closing, 1) == len(said.value) - 1
    return said._replace(value=said.value[1:-1]) if quoted else said
