"""Notion as the person who asked: https://developers.notion.com/reference/intro."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence, Set
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

from adapters.errors import Refused, Unknown
from adapters.notion.content import must_fit
from adapters.notion.database import Column, Database
from adapters.notion.made import Earlier
from adapters.notion.page import Block, Page, Property
from adapters.notion.reading import Reading, if_there, known_id
from adapters.notion.wire import Invalid, Json, after_a_write

_TITLE = Column("title", "title", "title")  # of a page that is no row


class Notion(Reading):
    """The pages and databases that one person has let this bot see.

    Every method raises the four errors of `adapters.errors`, with texts written for the person.
    """

    async def create(
        self, parent: Page | Database | None, title: str, markdown: str = "", values: Mapping[str, str] | None = None
    ) -> Page:
        """Makes a page under a page, a row of a database, or (None) a private page of the person's.

        However often the same call asks for it, there is one. Raises Unknown where that can't be told.
        """
        must_fit(markdown)
        properties = await self._properties(parent, title, values or {})
        if self.again and (found := await self._made(parent, next(each.text for each in properties if each.type == "title"))):
            return found
        body: dict[str, Any] = {"parent": _told_parent(parent), "properties": {each.name: _sent(each) for each in properties}}
        body |= {"markdown": markdown} if markdown.strip() else {}
        return await self._wire.ask(self._wire.writes.pages.create(**body), self._page)

    async def append(self, page: Page, markdown: str) -> tuple[Block, ...]:
        """Writes at the end of a page, once as well; gives the blocks of the top level that this makes."""
        must_fit(markdown)
        await self._open(page)
        before = await self._blocks.on(page.id)
        if self.again and (found := await self._appended(before, markdown)):
            return found
        await self._insert(page, markdown)
        with after_a_write():
            return await self._new(page.id, {each["id"] for each in before})

    async def extend(self, page: Page, markdown: str) -> Page:
        """As `append`, where nobody needs to know what blocks that makes; gives the page as it is then."""
        must_fit(markdown)
        if not (self.again and await self._appended(await self._blocks.on(page.id), markdown)):
            await self._insert(page, markdown)
        with after_a_write():
            return await self.page(page.id)

    async def blocks(self, ids: Sequence[str]) -> tuple[Block, ...]:
        """As they are now, without those that were deleted for good."""
        found = [await self._blocks.one(id) for id in ids]
        return tuple(each for each in found if each)

    async def remove(self, ids: Sequence[str]) -> tuple[Block, ...]:
        """Into the trash; what is there already stays there. `put_back` takes it back."""
        found = await self.blocks(ids)
        await _one_by_one(found, self._blocks.remove)
        return tuple(replace(each, in_trash=True) for each in found)

    async def put_back(self, ids: Sequence[str]) -> tuple[Block, ...]:
        """Out of the trash."""
        found = await self.blocks(ids)
        await _one_by_one(found, self._blocks.put_back)
        return tuple(replace(each, in_trash=False) for each in found)

    async def set(self, page: Page, property: str, value: str, exact: str = "") -> Page:
        """Sets what stands in a column, or the title. `exact`, of a former `Property`, wins over `value`; empty empties."""
        latest = await self._open(page)
        former = latest.changeable(property)
        wanted = replace(former, text=value, exact=exact) if exact else await self._read_value(latest, former, value)
        if former.exact == exact if exact else former.text == wanted.text:
            return latest
        return await self._update(page, properties={former.name: _sent(wanted)})

    async def archive(self, page: Page) -> Page:
        """Into the trash. `restore` takes it back."""
        return await self._move(page, in_trash=True)

    async def restore(self, page: Page) -> Page:
        """Out of the trash."""
        return await self._move(page, in_trash=False)

    async def _insert(self, page: Page, markdown: str) -> None:
        insert = {"content": markdown, "position": {"type": "end"}}
        question = self._wire.writes.pages.update_markdown(page.id, type="insert_content", insert_content=insert)
        await self._wire.ask(question, dict)

    async def _made(self, parent: Page | Database | None, title: str) -> Page | None:
        """What an earlier attempt made. Raises Unknown."""
        earlier = await self._earlier()
        if isinstance(parent, Database):
            latest = {"sorts": [{"timestamp": "created_time", "direction": "descending"}]}
            return earlier.page((await self._rows(parent, 100, latest)).pages, title)
        if isinstance(parent, Page):
            children = [each for each in await self._blocks.on(parent.id) if each.get("type") == "child_page"]
            new = [each["id"] for each in children if self._wire.tell(each, earlier.may_have_made)]
            return earlier.page([page for id in new for page in await if_there(self.page(id))], title)
        found = earlier.page(await self.pages(title), title)
        if found is None:  # a search knows new pages only after a while
            raise Unknown(f"I can't tell whether “{title}” was made in Notion.")
        return found

    async def _appended(self, children: Sequence[Json], markdown: str) -> tuple[Block, ...]:
        """What an earlier attempt wrote. Raises Unknown."""
        earlier = await self._earlier()
        new = [each for each in children if self._wire.tell(each, earlier.may_have_made)]
        return earlier.blocks([await self._blocks.whole(each) for each in new], markdown)

    async def _new(self, page: str, before: Set[str]) -> tuple[Block, ...]:
        author = (await self._bot()).id
        new = [each for each in await self._blocks.on(page) if each["id"] not in before]
        own = [each for each in new if each.get("created_by", {}).get("id") == author]
        return tuple([await self._blocks.whole(each) for each in own])

    async def _earlier(self) -> Earlier:
        return Earlier((await self._bot()).id, self._access.asked)

    async def _open(self, page: Page) -> Page:
        """As it is now. Raises Refused where it can't be written."""
        latest = await self.page(page.id)
        if latest.in_trash:
            raise Refused(f"“{latest.title}” is in the trash, so it can't be changed.")
        return latest

    async def _move(self, page: Page, in_trash: bool) -> Page:
        latest = await self.page(page.id)
        if latest.in_trash == in_trash:
            return latest
        try:
            return await self._update(page, in_trash=in_trash)
        except Invalid:  # what is in the trash can't be put there again, as when an answer was lost
            latest = await self.page(page.id)
            if latest.in_trash != in_trash:
                raise
            return latest

    async def _update(self, page: Page, **changes: Any) -> Page:
        """What does no harm if it is done twice."""
        return await self._wire.ask(self._wire.reads.pages.update(known_id(page.id), **changes), self._page)

    async def _properties(self, parent: Page | Database | None, title: str, values: Mapping[str, str]) -> tuple[Property, ...]:
        """The title first, unless the values name it."""
        if not isinstance(parent, Database):
            if values:
                raise Refused("Only rows of a database have columns.")
            return await self._checked([(_TITLE, title)])
        named = [(parent.column(name), text) for name, text in values.items()]
        has_title = any(column.type == "title" for column, _ in named)
        return await self._checked(named if has_title and not title else [(parent.title_column, title), *named])

    async def _read_value(self, page: Page, former: Property, value: str) -> Property:
        in_row = page.kind == "row"
        column = (await self.database(page.parent.id)).column(former.name) if in_row else replace(_TITLE, name=former.name)
        return (await self._checked([(column, value)]))[0]


async def _one_by_one(blocks: Sequence[Block], move: Callable[[str], Awaitable[None]]) -> None:
    """Once the first is moved, what goes wrong with the next does not mean that nothing was done."""
    for number, block in enumerate(blocks):
        with after_a_write() if number else nullcontext():
            await move(block.id)


def _told_parent(parent: Page | Database | None) -> dict[str, Any]:
    if parent is None:
        return {"type": "workspace", "workspace": True}
    kind = "page_id" if isinstance(parent, Page) else "data_source_id"
    return {"type": kind, kind: parent.id}


def _sent(value: Property) -> dict[str, Any]:
    try:
        return {value.type: json.loads(value.exact)}
    except ValueError:
        raise Refused(f"“{value.name}” can't be set like that.") from None
