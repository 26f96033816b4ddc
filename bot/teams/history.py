"""What was said in the conversations of Teams, read as the bot."""

import asyncio
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote, urlsplit

from adapters.errors import Refused
from bot.teams.connector import Connector
from bot.teams.files import Files
from bot.teams.graph import Graph, Json, Page, quoted
from bot.teams.references import Conversations
from bot.teams.rooms import Room, Rooms
from bot.teams.said import HOSTED, created, said
from commands.call import Place
from commands.talk import Attached, Said, without

_MOST = 500  # messages
_NEWEST = "$top=50&$orderby=createdDateTime%20desc"
_FEW = 30  # messages of a chat
_RECENT = f"$top={_FEW}&$orderby=createdDateTime%20desc"
_ANY_ORDER = "$top=50"  # in channels Graph promises none, and takes no wish
_WITH_REPLIES = "$top=20&$expand=replies"  # up to 200 of each: then there is a further page of them
_ID = re.compile(r"[0-9]{1,20}")
_LINK = re.compile(r"/l/message/([^/?#]+)/([0-9]{1,20})")
_CUT = f"That is much: I read the newest of it, {_MOST} messages at most."
_OF_A_CHAT = f"Of this chat I read the newest {_FEW} messages."
_NO_THREAD = "This is no thread. Ask in the thread that you mean, by mentioning me there."
_NO_LINK = "That is no message's link. Copy it from the message's menu (⋯, “Copy link”)."
_ELSEWHERE = "That message is in another conversation. Ask there."


class History:
    """Everything here raises Refused, Unavailable. `app_id` is the bot's."""

    def __init__(self, graph: Graph, files: Files, connector: Connector, conversations: Conversations, app_id: str) -> None:
        self._graph = graph
        self._files = files
        self._rooms = Rooms(connector, conversations, app_id)
        self._app_id = app_id

    async def thread(self, place: Place) -> list[Said]:
        """In a chat, which has none, its newest messages."""
        where = await self._rooms.find(place)
        if not where.channel:
            page = await anext(self._graph.pages(f"{where.messages}?{_RECENT}", place.tenant), Page())
            return without(await self._told(_ordered(page.found)), _OF_A_CHAT if page.more else "")
        if not place.thread:
            raise Refused(_NO_THREAD)
        newest = _Newest()
        newest.add([await self._graph.one(f"{where.messages}/{quoted(place.thread)}", place.tenant)])
        await self._add_replies(newest, where, place.thread, place.tenant)
        return without(await self._told(newest.messages), "" if newest.whole else _CUT)

    async def since(self, place: Place, moment: datetime) -> list[Said]:
        """https://learn.microsoft.com/graph/api/channel-list-messages, https://learn.microsoft.com/graph/api/chat-list-messages"""
        where, moment = await self._rooms.find(place), moment.astimezone(UTC)
        newest, page, reached = _Newest(), Page(), False
        async for page in self._graph.pages(f"{where.messages}?{_WITH_REPLIES if where.channel else _NEWEST}", place.tenant):
            every = [each for began in page.found for each in (began, *await self._below(where, began, place.tenant))]
            newest.add(each for each in every if _at(each) >= moment)
            reached = not where.channel and any(_at(each) < moment for each in page.found)
            if reached or (not where.channel and len(newest.messages) == _MOST):
                break
        whole = newest.whole and (reached or not page.more)
        return without(await self._told(newest.messages), "" if whole else _CUT)

    async def message(self, place: Place, id: str) -> Said:
        """By its id, or by its link, which must lead to this conversation."""
        where = await self._rooms.find(place)
        wanted, thread = _meant(id, where, place)
        paths = [f"{where.replies(thread)}/{wanted}"] if where.channel and thread not in ("", wanted) else []
        refused: Refused | None = None
        for path in (*paths, f"{where.messages}/{wanted}"):
            try:
                found = await self._told([await self._graph.one(path, place.tenant)])
            except Refused as error:
                refused = refused or error
            else:
                if found:
                    return found[0]
        raise refused or Refused("I can't find that message here: it was deleted.")

    async def fetch(self, place: Place, attached: Attached) -> bytes:
        """A picture that Graph keeps, or a file of SharePoint's."""
        where = await self._rooms.find(place)
        if not attached.ref.startswith(HOSTED):
            return await self._files.fetch(attached, place.tenant, where.team)
        thread, message, id = attached.ref.removeprefix(HOSTED).split(":", 2)
        messages = where.replies(thread) if where.channel and thread else where.messages
        return await self._graph.content(f"{messages}/{quoted(message)}/hostedContents/{quoted(id)}/$value", place.tenant)

    async def _below(self, where: Room, message: Json, tenant: str) -> Sequence[Json]:
        """The replies that came with a message; all of them where more are to come."""
        if message.get("replies@odata.nextLink"):
            newest = _Newest()
            await self._add_replies(newest, where, str(message.get("id") or ""), tenant)
            return newest.messages
        replies = message.get("replies")
        return [each for each in replies if isinstance(each, dict)] if isinstance(replies, list) else []

    async def _add_replies(self, newest: "_Newest", where: Room, thread: str, tenant: str) -> None:
        """https://learn.microsoft.com/graph/api/chatmessage-list-replies"""
        page = Page()
        async for page in self._graph.pages(f"{where.replies(thread)}?{_ANY_ORDER}", tenant):
            newest.add(page.found)
        newest.whole = newest.whole and not page.more

    async def _told(self, found: Sequence[Json]) -> list[Said]:
        """In a thread of its own: it may be much to read."""
        return await asyncio.to_thread(said, found, self._app_id)


class _Newest:
    """Oldest first: no more of them are kept while a long conversation is read. `whole`: nothing was left out."""

    def __init__(self) -> None:
        self.messages: list[Json] = []
        self.whole = True

    def add(self, found: Iterable[Json]) -> None:
        every = _ordered([*self.messages, *found])
        self.messages, self.whole = every[-_MOST:], self.whole and len(every) <= _MOST


def _ordered(found: Sequence[Json]) -> list[Json]:
    return sorted(found, key=_at)


def _at(message: Json) -> datetime:
    return created(message) or datetime.fromtimestamp(0, UTC)


def _meant(id: str, where: Room, place: Place) -> tuple[str, str]:
    """Which message, and in which thread of a channel: https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/deep-link-teams."""
    id = id.strip()
    if _ID.fullmatch(id):
        return id, place.thread
    found = _LINK.search(id)
    if not found:
        raise Refused(_NO_LINK)
    if unquote(found[1]).partition(";")[0] not in (where.id, place.conversation):
        raise Refused(_ELSEWHERE)
    parent = parse_qs(urlsplit(id).query).get("parentMessageId", [""])[0]
    return found[2], parent if _ID.fullmatch(parent) else place.thread
