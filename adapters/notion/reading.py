"""What can be looked up in Notion, as the person who asked: https://developers.notion.com/reference/intro."""

from collections.abc import AsyncGenerator, Awaitable, Mapping, Sequence
from contextlib import aclosing
from typing import Any, TypeVar

from adapters.base import Access, Client, Service
from adapters.errors import Refused
from adapters.notion.address import id_in
from adapters.notion.blocks import Blocks
from adapters.notion.content import content_of
from adapters.notion.database import Column, Database, Found, database_of
from adapters.notion.filters import asks_for_people, filter_of, sorts_of
from adapters.notion.page import Content, Page, Property, Rows, page_of
from adapters.notion.people import Bot, bot_of, person_of
from adapters.notion.typed import Reader
from adapters.notion.wire import Invalid, Json, Library, NotFound, TooMany, Wire, load

_LATEST = {"timestamp": "last_edited_time", "direction": "descending"}
_SEARCHED = 300  # pages or databases of one title: more are no answer
_Kind = TypeVar("_Kind", Page, Database)


class Reading(Client):
    """The half of `Notion` that changes nothing."""

    def __init__(self, service: Service, access: Access) -> None:
        super().__init__(service, access)
        self._wire = Wire(service, access)
        self._blocks = Blocks(self._wire, access.zone)

    @classmethod
    def load(cls, base_url: str) -> Library:
        return load(base_url)

    async def account(self) -> str:
        """The workspace, and in brackets who connected it."""
        bot = await self._bot()
        return f"{bot.workspace} ({bot.owner.name})" if bot.owner and bot.owner.name else bot.workspace

    async def find(self, words: str) -> Found:
        """Pages and databases with these words in their titles, last edited first."""
        found, more = await self._wire.some(self._wire.reads.search, self._read, 100, query=words, sort=_LATEST)
        return Found(tuple(each for each in found if each and _has(each.title, words)), more)

    async def pages(self, what: str) -> list[Page]:
        """By id or address, also in the trash; or by title: all these words, and where one's title is just that, only such."""
        if id := id_in(what):
            return await if_there(self.page(id))
        return [each for each in await self._titled(what, "page") if isinstance(each, Page)]

    async def databases(self, what: str = "") -> list[Database]:
        """The same of databases, without words all of them. An address may be that of several."""
        if id := id_in(what):
            return await if_there(self.database(id)) or await self._sources(id)
        return [each for each in await self._titled(what, "data_source") if isinstance(each, Database)]

    async def places(self, what: str) -> list[Page | Database]:
        """The same of both."""
        if id_in(what):
            return [*await self.pages(what)] or [*await self.databases(what)]
        return await self._titled(what)

    async def page(self, id: str) -> Page:
        """One page by its id, in the trash or not."""
        return await self._wire.ask(self._wire.reads.pages.retrieve(known_id(id)), self._page)

    async def database(self, id: str) -> Database:
        """One database by its id."""
        return await self._wire.ask(self._wire.reads.data_sources.retrieve(known_id(id)), self._database)

    async def content(self, page: Page) -> Content:
        """What stands on it, of much the beginning."""
        return await self._wire.ask(self._wire.reads.pages.retrieve_markdown(page.id), content_of)

    async def query(self, database: Database, where: Sequence[str] = (), sort: str = "", most: int = 100) -> Rows:
        """The rows for which all of `where` holds, such as “Status=Done” or “Points>=3”, sorted by “Due” or “-Due”."""
        reader = await self._reader(asks_for_people(where, database))
        wanted = {"filter": filter_of(where, database, reader), "sorts": sorts_of(sort, database)}
        return await self._rows(database, most, wanted)

    async def checked(self, database: Database, values: Mapping[str, str]) -> tuple[Property, ...]:
        """What is typed for some columns, by their names, as it will stand there. Raises Refused."""
        return await self._checked([(database.column(name), text) for name, text in values.items()])

    async def _titled(self, words: str, kind: str = "") -> list[Page | Database]:
        only = {"filter": {"property": "object", "value": kind}} if kind else {}
        search = self._wire.entries(self._wire.reads.search, self._read, query=words, sort=_LATEST, **only)
        found = await _first(search, words)
        wanted = words.casefold().split()
        return [each for each in found if each.title.casefold().split() == wanted] or found

    async def _sources(self, id: str) -> list[Database]:
        """The data sources of what Notion calls a database."""
        question = self._wire.reads.databases.retrieve(id)
        try:
            ids = await self._wire.ask(question, lambda told: [str(each["id"]) for each in told["data_sources"]])
        except (NotFound, Invalid):
            return []
        return [each for id in ids for each in await if_there(self.database(id))]

    async def _checked(self, values: Sequence[tuple[Column, str]]) -> tuple[Property, ...]:
        names = [column.name for column, _ in values]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            raise Refused(f"“{twice}” was given twice.")
        reader = await self._reader(any(column.type == "people" and text.strip() for column, text in values))
        return tuple(reader.read(column, text) for column, text in values)

    async def _reader(self, knows_people: bool) -> Reader:
        if not knows_people:
            return Reader(self.now)
        users = self._wire.entries(self._wire.reads.users.list, lambda told: told["type"] == "person" and person_of(told))
        people = [each async for each in users if each]
        return Reader(self.now, people, (await self._bot()).owner)

    async def _rows(self, database: Database, most: int, wanted: Mapping[str, Any]) -> Rows:
        asked = {name: value for name, value in wanted.items() if value}
        question = self._wire.reads.data_sources.query
        source = {"data_source_id": known_id(database.id), **asked}
        found, more = await self._wire.some(question, self._read, most, **source)
        return Rows(tuple(each for each in found if isinstance(each, Page)), more)

    async def _bot(self) -> Bot:
        return await self._wire.ask(self._wire.reads.users.me(), bot_of)

    def _read(self, told: Json) -> Page | Database | None:
        """None for what is neither."""
        match told.get("object"):
            case "page":
                return self._page(told)
            case "data_source":
                return self._database(told)
        return None

    def _page(self, told: Json) -> Page:
        return page_of(told, self._access.zone)

    def _database(self, told: Json) -> Database:
        return database_of(told, self._access.zone)


async def if_there(question: Awaitable[_Kind]) -> list[_Kind]:
    """That one, or none: what is a database is no page, and says so."""
    try:
        return [await question]
    except (NotFound, Invalid):
        return []


async def _first(search: AsyncGenerator[Page | Database | None, None], words: str) -> list[Page | Database]:
    """Those of that title, up to the most that are any answer. Raises Refused where it takes too long to come to one."""
    found: list[Page | Database] = []
    try:
        async with aclosing(search):
            async for each in search:
                if each and _has(each.title, words):
                    found.append(each)
                if len(found) == _SEARCHED:
                    break
    except TooMany:
        if words and not found:
            raise Refused(f"Too much in Notion is like “{words}”. Say more of its title, or its address.") from None
        if not found:
            raise
    return found


def known_id(id: str) -> str:
    """An id, fit to be part of an address. Raises NotFound."""
    if not id_in(id):
        raise NotFound("I can't find that in Notion: it is no id of a page or database.")
    return id_in(id)


def _has(title: str, words: str) -> bool:
    return all(word in title.casefold() for word in words.casefold().split())
