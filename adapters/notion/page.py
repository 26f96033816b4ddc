"""Pages and what stands on them, and how Notion's JSON becomes them: https://developers.notion.com/reference/page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from adapters.errors import Refused
from adapters.notion.value import Property, moment, plain, property_of

__all__ = ["Block", "Content", "Page", "Parent", "Property", "Rows", "block_of", "page_of", "parent_of"]

Json = Mapping[str, Any]
_KINDS = {"page_id": "page", "data_source_id": "database", "workspace": "workspace"}


@dataclass(frozen=True)
class Parent:
    """What a page is in: `kind` is page, database (then `id` is its data source's), workspace, or empty for anything else."""

    kind: str
    id: str = ""


@dataclass(frozen=True)
class Page:
    """A page, or a row of a database. Times are in the asker's zone, in whole minutes. `icon` is an emoji, or empty."""

    id: str
    title: str
    url: str
    parent: Parent
    created: datetime
    edited: datetime
    properties: tuple[Property, ...] = ()
    icon: str = ""
    in_trash: bool = False
    author: str = ""  # the id of whoever made it

    @property
    def kind(self) -> str:
        return "row" if self.parent.kind == "database" else "page"

    def __getitem__(self, name: str) -> Property:
        """What stands in that column, its name in any case; “title” is always there. Raises Refused."""
        found = named(name, self.properties)
        if found is None:
            raise Refused(f"“{self.title}” has no “{name}”. It has {', '.join(each.name for each in self.properties)}.")
        return found

    def changeable(self, name: str) -> Property:
        """The same, to be set, and to be set back. Raises Refused where its former value could not be given back."""
        found = self[name]
        if not found.whole:
            raise Refused(f"“{found.name}” of “{self.title}” is longer than Notion tells me, so change it there.")
        return found


@dataclass(frozen=True)
class Content:
    """What stands on a page, as Markdown. `truncated`: there is more than Notion gives."""

    markdown: str
    truncated: bool


@dataclass(frozen=True)
class Block:
    """A piece of a page, such as a paragraph. `text` is plain, `page` the id of what it is in."""

    id: str
    text: str
    edited: datetime
    in_trash: bool
    page: str


@dataclass(frozen=True)
class Rows:
    """The rows that fit, or the first of them: `more` says that there are more."""

    pages: tuple[Page, ...]
    more: bool


def page_of(told: Json, zone: ZoneInfo) -> Page:
    """A page as Notion tells it."""
    properties = tuple(property_of(name, each, zone) for name, each in told["properties"].items())
    icon = told.get("icon") or {}
    return Page(
        id=told["id"],
        title=next((each.text for each in properties if each.type == "title"), "").strip() or "Untitled",
        url=told.get("url") or "",
        parent=parent_of(told["parent"]),
        created=moment(told["created_time"], zone),
        edited=moment(told["last_edited_time"], zone),
        properties=properties,
        icon=icon.get("emoji", ""),
        in_trash=bool(told.get("in_trash")),
        author=told.get("created_by", {}).get("id", ""),
    )


def parent_of(told: Json) -> Parent:
    type = told["type"]
    id = told.get(type)
    return Parent(_KINDS.get(type, ""), id if isinstance(id, str) else "")


def block_of(told: Json, zone: ZoneInfo, more: str = "") -> Block:
    """A block as Notion tells it; `more` is the text of what is in it."""
    edited, parent = moment(told["last_edited_time"], zone), told.get("parent", {})
    return Block(told["id"], own_text(told) + more, edited, bool(told.get("in_trash")), parent.get("page_id", ""))


def own_text(told: Json) -> str:
    """The plain text of a block, without what is in it."""
    inner = told.get(told["type"]) or {}
    cells = "\n".join(plain(cell) for cell in inner.get("cells", ()))
    return cells or inner.get("title") or plain(inner.get("rich_text") or inner.get("caption") or ())


def named(name: str, properties: tuple[Property, ...]) -> Property | None:
    wanted = name.strip().casefold()
    exact = next((each for each in properties if each.name == name), None)
    close = next((each for each in properties if each.name.casefold() == wanted), None)
    title = next((each for each in properties if each.type == "title"), None)
    return exact or close or (title if wanted == "title" else None)
