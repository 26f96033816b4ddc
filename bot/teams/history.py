"""What was said in the conversations of Teams, read as the bot."""

import asyncio
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote, urlsplit

from adapters.errors import Refused
from bot.teams.connector import Connector
from bot.teams.files import Files
from bot.teams.graph import Graph, Json, quoted
from bot.teams.references import Conversations
from bot.teams.rooms import Room, Rooms
from bot.teams.said import HOSTED, created, said
from commands.call import Place
from commands.talk import Attached, Said

_MOST = 500  # messages
_NEWEST = "$top=50&$orderby=createdDateTime%20desc"
_RECENT = "$top=30&$orderby=createdDateTime%20desc"
_ANY_ORDER = "$top=50"  # in channels Graph promises none, and takes no wish
_WITH_REPLIES = "$top=20&$expand=replies"  # up to 200 of each: then there is a further page of them
_ID = re.compile(r"[0-9]{1,20}")
_LINK = re.compile(r"/l/message/([^/?#]+)/([0-9]{1,20})")
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
            newest: list[Json] = await anext(self._graph.pages(f"{where.messages}?{_RECENT}", place.tenant), [])
            return await self._told(_newest(newest))
        if not place.thread:
            raise Refused(_NO_THREAD)
        began = await self._graph.one(f"{where.messages}/{quoted(place.thread)}", place.tenant)
        return await self._told(_newest([began, *await self._replies(where, place.thread, place.tenant)]))

    async def since(self, place: Place, moment: datetime) -> list[Said]:
        """https://learn.microsoft.com/graph/api/channel-list-messages, https://learn.microsoft.com/graph/api/chat-list-messages"""
        where, moment = await self._rooms.find(place), moment.astimezone(UTC)
        found: list[Json] = []
        async for page in self._graph.pages(f"{where.messages}?{_WITH_REPLIES if where.channel else _NEWEST}", place.tenant):
            below = [reply for each in page for reply in await self._below(where, each, place.tenant)]
            found = _newest([*found, *(each for each in (*page, *below) if _at(each) >= moment)])
            if not where.channel and (len(found) == _MOST or any(_at(each) < moment for each in page)):
                break
        return await self._told(found)

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
            return await self._replies(where, str(message.get("id") or ""), tenant)
        replies = message.get("replies")
        return [each for each in replies if isinstance(each, dict)] if isinstance(replies, list) else []

    async def _replies(self, where: Room, thread: str, tenant: str) -> list[Json]:
        """The newest of them: https://learn.microsoft.com/graph/api/chatmessage-list-replies."""
        found: list[Json] = []
        async for page in self._graph.pages(f"{where.replies(thread)}?{_ANY_ORDER}", tenant):
            found = _newest([*found, *page])
        return found

    async def _told(self, found: Sequence[Json]) -> list[Said]:
        """In a thread of its own: it may be much to read."""
        return await asyncio.to_thread(said, found, self._app_id)


def _newest(found: Sequence[Json]) -> list[Json]:
    """Oldest first: no more of them is kept while a long conversation is read."""
    return sorted(found, key=_at)[-_MOST:]


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
