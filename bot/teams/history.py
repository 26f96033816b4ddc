"""What was said in the conversations of Teams, read as the bot."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote, urlsplit

from adapters.errors import Refused, Unavailable
from bot.teams.connector import Address, Connector, ConnectorError
from bot.teams.files import Files
from bot.teams.graph import Graph, Json, quoted
from bot.teams.references import Conversations
from bot.teams.said import HOSTED, created, said
from commands.call import Place
from commands.talk import Attached, Said
from storage.references import Reference

_MOST = 500  # messages
_NEWEST = "$top=50&$orderby=createdDateTime%20desc"
_ANY_ORDER = "$top=50"  # in channels Graph promises none, and takes no wish
_ID = re.compile(r"[0-9]{1,20}")
_LINK = re.compile(r"/l/message/([^/?#]+)/([0-9]{1,20})")
_NO_THREAD = (
    "This is no thread. Chats in Teams have none; in a channel, ask in the thread that you mean, by mentioning me there."
)
_NO_LINK = "That is no message's link. Copy it from the message's menu (⋯, “Copy link”)."
_ELSEWHERE = "That message is in another conversation. Ask there."
_ABSENT = (
    "I can't read here: I am not in this conversation, or nobody has spoken to me here yet. Add me, mention me, and ask again."
)


@dataclass(frozen=True)
class _Where:
    """A conversation in Graph: its id there, and below which path its messages are."""

    id: str
    messages: str
    channel: bool

    def replies(self, thread: str) -> str:
        return f"{self.messages}/{quoted(thread)}/replies"


class History:
    """Everything here raises Refused, Unavailable. `app_id` is the bot's."""

    def __init__(self, graph: Graph, files: Files, connector: Connector, conversations: Conversations, app_id: str) -> None:
        self._graph = graph
        self._files = files
        self._connector = connector
        self._conversations = conversations
        self._app_id = app_id

    async def thread(self, place: Place) -> list[Said]:
        """https://learn.microsoft.com/graph/api/chatmessage-list-replies"""
        where = await self._where(place)
        if not (where.channel and place.thread):
            raise Refused(_NO_THREAD)
        began = await self._graph.one(f"{where.messages}/{quoted(place.thread)}", place.tenant)
        found = [began]
        async for page in self._graph.pages(f"{where.replies(place.thread)}?{_ANY_ORDER}", place.tenant):
            found += page
        return await self._told(found)

    async def since(self, place: Place, moment: datetime) -> list[Said]:
        """In a channel, what began threads; a chat has none.

        https://learn.microsoft.com/graph/api/channel-list-messages, https://learn.microsoft.com/graph/api/chat-list-messages
        """
        where, moment = await self._where(place), moment.astimezone(UTC)
        found: list[Json] = []
        async for page in self._graph.pages(f"{where.messages}?{_ANY_ORDER if where.channel else _NEWEST}", place.tenant):
            found += [each for each in page if _at(each) >= moment]
            if not where.channel and (len(found) >= _MOST or any(_at(each) < moment for each in page)):
                break
        return await self._told(found)

    async def message(self, place: Place, id: str) -> Said:
        """By its id, or by its link, which must lead to this conversation."""
        where = await self._where(place)
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
        if not attached.ref.startswith(HOSTED):
            return await self._files.fetch(attached, place.tenant)
        where = await self._where(place)
        thread, message, id = attached.ref.removeprefix(HOSTED).split(":", 2)
        messages = where.replies(thread) if where.channel and thread else where.messages
        return await self._graph.content(f"{messages}/{quoted(message)}/hostedContents/{quoted(id)}/$value", place.tenant)

    async def _told(self, found: Sequence[Json]) -> list[Said]:
        """In a thread of its own: it may be much to read."""
        newest = sorted(found, key=_at)[-_MOST:]
        return await asyncio.to_thread(said, newest, self._app_id)

    async def _where(self, place: Place) -> _Where:
        known = await self._conversations.known(place.tenant, place.conversation)
        if known is None and place.conversation.startswith("19:") and not place.thread:  # Graph knows whether it may be read
            return _chat(place.conversation)
        if known is None:
            raise Refused(_ABSENT)
        if known.type == "channel":
            team = await self._group(known, place.tenant)
            return _Where(known.conversation, f"teams/{quoted(team)}/channels/{quoted(known.conversation)}/messages", True)
        return _chat(await self._own_chat(known, place.tenant) if known.type == "personal" else known.conversation)

    async def _group(self, known: Reference, tenant: str) -> str:
        """The team by its group in Entra: some messages tell only its own id."""
        if known.team and not known.team.startswith("19:"):
            return known.team
        try:
            told = await self._connector.team(Address(tenant, known.service_url, known.conversation), known.team)
        except ConnectorError as error:
            raise Refused(f"Teams does not say which team this channel is of: {error}.") from None
        return str(told.get("aadGroupId") or "")

    async def _own_chat(self, known: Reference, tenant: str) -> str:
        """A chat with the bot alone is known to Graph by who is in it."""
        try:
            members = await self._connector.members(Address(tenant, known.service_url, known.conversation))
        except ConnectorError as error:
            raise Refused(f"Teams does not say who is in this chat: {error}.") from None
        person = next((str(each.get("aadObjectId") or "") for each in members), "")
        if not person:
            raise Unavailable("Teams does not say who is in this chat.")
        return f"19:{person}_{self._app_id}@unq.gbl.spaces"


def _chat(id: str) -> _Where:
    return _Where(id, f"chats/{quoted(id)}/messages", False)


def _at(message: Json) -> datetime:
    return created(message) or datetime.fromtimestamp(0, UTC)


def _meant(id: str, where: _Where, place: Place) -> tuple[str, str]:
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
