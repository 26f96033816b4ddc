"""Which page or database of Notion's is meant, and how they are told."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from adapters.errors import Refused
from adapters.notion.address import id_in
from adapters.notion.client import Notion
from adapters.notion.database import Database
from adapters.notion.page import Page
from commands.agenda import count
from commands.days import in_words
from commands.excerpt import begins
from commands.reply import Button, Item
from commands.usage import Choice, Meant, UsageError

_MOST = 8  # choices at once
_TOLD = 4  # columns told of a row
_LONG = 60  # characters of a value
_SHOWN = 12_000  # characters of what stands on a page

_Kind = TypeVar("_Kind", bound=Page | Database)


async def pick(notion: Notion, words: str, command: str) -> Page:
    """The one page, or row, of that title, address or id. Raises Refused for none, UsageError with the choices for several."""
    return await _only(notion, await notion.pages(words) if words else [], words, "page", command, "page")


async def pick_gone(notion: Notion, words: str, command: str) -> Page:
    """One that may be in the trash, where Notion finds nothing by its title. Raises as `pick`, and Meant with its id."""
    found = await notion.pages(words) if words else []
    if not found and not id_in(words):
        raise Refused("Notion finds nothing in the trash by its title. Say the address of the page, or its id.")
    page = await _only(notion, found, words, "page", command, "page")
    return _by_id(page, words)


async def pick_database(notion: Notion, words: str, command: str) -> Database:
    """The same of databases."""
    return await _only(notion, await notion.databases(words) if words else [], words, "database", command, "database")


async def pick_place(notion: Notion, words: str, command: str, option: str, called: str = "") -> Page | Database:
    """The same of either: where something can be put. Raises Refused for what is in the trash as well.

    `called` is how people know it, where that is not by these words.
    """
    place = await _only(notion, await notion.places(words), called or words, "page or database", command, option)
    if place.in_trash:
        raise Refused(f"“{place.title}” is in the trash, so nothing can be put there.")
    return place


async def meant(notion: Notion, words: str, command: str) -> Page:
    """The page that a write is about. Raises Meant with its id where it was found by words: later they might fit another."""
    return _by_id(await pick(notion, words, command), words)


def line(found: Page | Database, now: datetime) -> Item:
    """A page in a list, with what stands in its columns; or a database, with its columns."""
    if isinstance(found, Database):
        columns = ", ".join(each.name for each in found.columns)
        return Item(found.title, _short(f"database: {columns}"), found.url, (_button("Rows", "query", database=found.id),))
    title = f"{found.icon} {found.title}".strip()
    return Item(title, _detail(found, now), found.url, (_button("Show", "page", page=found.id),))


def own_line(page: Page, now: datetime) -> Item:
    """A page that was just written."""
    return Item(page.title, "in the trash" if page.in_trash else _detail(page, now), page.url)


def beginning(markdown: str) -> str:
    """As much of what stands on a page as is shown at once: whole lines, where they are not endless."""
    end = len(markdown) if len(markdown) <= _SHOWN else markdown.rfind("\n", _SHOWN // 2, _SHOWN)
    return markdown[:end] if end > 0 else markdown[:_SHOWN]


def number(found: Sequence[Any], more: bool, noun: str) -> str:
    """As in “3 pages”, “more than 100 pages”."""
    return f"more than {len(found)} {noun}s" if more else count(len(found), noun)


def _by_id(page: Page, words: str) -> Page:
    if page.id != words:
        raise Meant({"page": page.id})
    return page


async def _only(notion: Notion, found: list[_Kind], words: str, noun: str, command: str, option: str) -> _Kind:
    if not found:
        raise Refused(f"I found no {noun} called “{words}” in Notion, among those that you have let me see.")
    if len(found) > 1:
        shown = f"The first {_MOST} are these" if len(found) > _MOST else "Which one is it"
        labels = [await _label(notion, each) for each in found[:_MOST]]
        choices = tuple(Choice(_apart(label, labels, each.id), each.id) for label, each in zip(labels, found, strict=False))
        raise UsageError(f"“{words}” fits {len(found)} {_plural(noun)}. {shown}:", command, option, choices)
    return found[0]


async def _label(notion: Notion, found: Page | Database) -> str:
    where = await _where(notion, found) if isinstance(found, Page) else "a database"
    return ", ".join(filter(None, (begins(found.title, 40), where, f"edited {found.edited.day} {found.edited:%b %H:%M}")))


def _apart(label: str, labels: Sequence[str], id: str) -> str:
    """What reads the same is told apart by the end of its id, with which its address ends, too."""
    return f"{label}, …{id[-6:]}" if labels.count(label) > 1 else label


async def _where(notion: Notion, page: Page) -> str:
    parent = page.parent
    try:
        if parent.kind == "page":
            return f"in {begins((await notion.page(parent.id)).title, 40)}"
        if parent.kind == "database":
            return f"in {begins((await notion.database(parent.id)).title, 40)}"
    except Refused:  # they may see the page without what it is in
        pass
    return ""


def _detail(page: Page, now: datetime) -> str:
    told = [each for each in page.properties if each.text and each.type not in ("title", "created_time", "last_edited_time")]
    if told:
        return " · ".join(f"{each.name}: {_short(each.text)}" for each in told[:_TOLD])
    return f"edited {in_words(page.edited.date(), now.date())}, {page.edited:%H:%M}"


def _short(text: str) -> str:
    return begins(text, _LONG)


def _button(label: str, verb: str, **arguments: str) -> Button:
    return Button(label, f"notion {verb}", arguments)


def _plural(noun: str) -> str:
    return "pages and databases" if " or " in noun else f"{noun}s"
