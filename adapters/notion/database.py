"""Databases and their columns. What people call a database is a data source of Notion's.

https://developers.notion.com/reference/data-source
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from adapters.errors import Refused
from adapters.notion.page import Page
from adapters.notion.value import EDITABLE, moment, plain

Json = Mapping[str, Any]
_WANTS = {
    "number": "a number, such as 3.5",
    "date": "a date, such as 2026-12-01, with or without a time, or two of them with “to” between",
    "people": "names or e-mail addresses of people in your workspace, or “me”",
    "checkbox": "yes or no",
    "url": "an address that begins with https://",
    "email": "an e-mail address",
    "relation": "addresses or ids of pages",
}


@dataclass(frozen=True)
class Column:
    """A column. `type` is Notion's name of it; `options` are what a select, multi_select or status may be."""

    id: str
    name: str
    type: str
    options: tuple[str, ...] = ()

    @property
    def editable(self) -> bool:
        return self.type in EDITABLE

    @property
    def wants(self) -> str:
        """What to type for it."""
        if self.type in ("select", "status"):
            return f"one of {', '.join(self.options)}"
        if self.type == "multi_select":
            return f"some of {', '.join(self.options)}, with commas between"
        return _WANTS.get(self.type, "text") if self.editable else "nothing: Notion fills it in itself"


@dataclass(frozen=True)
class Database:
    """A database; `id` is its data source's."""

    id: str
    title: str
    url: str
    columns: tuple[Column, ...]
    edited: datetime
    in_trash: bool = False

    @property
    def title_column(self) -> Column:
        """The one that holds the names of the rows."""
        return next(each for each in self.columns if each.type == "title")

    def column(self, name: str) -> Column:
        """The column of that name, in any case; “title” is always there. Raises Refused."""
        wanted = name.strip().casefold()
        exact = next((each for each in self.columns if each.name == name), None)
        found = exact or next((each for each in self.columns if each.name.casefold() == wanted), None)
        if found is None and wanted == "title":
            return self.title_column
        if found is None:
            raise Refused(f"“{self.title}” has no column “{name}”. It has {', '.join(each.name for each in self.columns)}.")
        return found


@dataclass(frozen=True)
class Found:
    """What a search found, or the first of it: `more` says that there is more."""

    items: tuple[Page | Database, ...]
    more: bool


def database_of(told: Json, zone: ZoneInfo) -> Database:
    """A data source as Notion tells it."""
    return Database(
        id=told["id"],
        title=plain(told["title"]).strip() or "Untitled",
        url=told.get("url") or "",
        columns=_in_order(tuple(_column(name, each) for name, each in told["properties"].items())),
        edited=moment(told["last_edited_time"], zone),
        in_trash=bool(told.get("in_trash")),
    )


def _column(name: str, told: Json) -> Column:
    options = (told.get(told["type"]) or {}).get("options", ())
    return Column(told["id"], name, told["type"], tuple(each["name"] for each in options))


def _in_order(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """The title first. A data source always has one: what has none is no answer of Notion's."""
    title = [each for each in columns if each.type == "title"]
    if len(title) != 1:
        raise ValueError("a data source has one title")
    return (*title, *(each for each in columns if each.type != "title"))
