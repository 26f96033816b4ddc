"""What stands on a page, piece by piece: https://developers.notion.com/reference/block."""

from zoneinfo import ZoneInfo

from adapters.notion.address import id_in
from adapters.notion.page import Block, block_of, own_text
from adapters.notion.wire import Invalid, Json, NotFound, Wire

_DEEPEST = 5
_PAGES = ("child_page", "child_database")  # what is on those is their own


class Blocks:
    """Reads blocks, and moves them into the trash and out of it."""

    def __init__(self, wire: Wire, zone: ZoneInfo) -> None:
        self._wire = wire
        self._zone = zone

    async def on(self, id: str) -> list[Json]:
        """The top level of a page, as Notion tells it, in order."""
        return [each async for each in self._wire.entries(self._wire.reads.blocks.children.list, _with_id, block_id=id)]

    async def whole(self, told: Json) -> Block:
        """The block, with the text of what is in it."""
        inside = await self._inside(told, 1)
        return self._wire.tell(told, lambda it: block_of(it, self._zone, inside))

    async def one(self, id: str) -> Block | None:
        """None where it was deleted for good, or is no block."""
        block = id_in(id)
        try:
            return await self.whole(await self._wire.ask(self._wire.reads.blocks.retrieve(block), dict)) if block else None
        except NotFound:
            return None

    async def remove(self, id: str) -> None:
        """Into the trash. Notion takes that once only, so it is looked up whether it was done."""
        if await self._is_in_trash(id):
            return
        try:
            await self._wire.ask(self._wire.reads.blocks.delete(id), dict)
        except Invalid:
            if not await self._is_in_trash(id):
                raise

    async def put_back(self, id: str) -> None:
        """Out of the trash."""
        if await self._is_in_trash(id):
            await self._wire.ask(self._wire.reads.blocks.update(id, in_trash=False), dict)

    async def _is_in_trash(self, id: str) -> bool:
        return await self._wire.ask(self._wire.reads.blocks.retrieve(id), lambda told: bool(told["in_trash"]))

    async def _inside(self, told: Json, depth: int) -> str:
        if not told.get("has_children") or told.get("type") in _PAGES or depth > _DEEPEST:
            return ""
        try:
            children = await self.on(str(told.get("id")))
        except (NotFound, Invalid):  # nothing is told of what is in the trash
            return ""
        return "".join([f"\n{self._wire.tell(each, own_text)}{await self._inside(each, depth + 1)}" for each in children])


def _with_id(told: Json) -> Json:
    """Raises LookupError for what is no block."""
    return {**told, "id": str(told["id"])}
