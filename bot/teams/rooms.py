"""Where the conversations of Teams are in Microsoft Graph, which knows them by other names."""

from dataclasses import dataclass

from adapters.errors import Refused, Unavailable
from bot.teams.connector import Address, Connector, ConnectorError
from bot.teams.graph import quoted
from bot.teams.references import Conversations
from commands.call import Place
from storage.references import Reference

_ABSENT = (
    "I can't read here: I am not in this conversation, or nobody has spoken to me here yet. Add me, mention me, and ask again."
)


@dataclass(frozen=True)
class Room:
    """A conversation in Graph: its id there, below which path its messages are, and of a channel the team's group."""

    id: str
    messages: str
    team: str = ""

    @property
    def channel(self) -> bool:
        return bool(self.team)

    def replies(self, thread: str) -> str:
        return f"{self.messages}/{quoted(thread)}/replies"


class Rooms:
    """`app_id` is the bot's."""

    def __init__(self, connector: Connector, conversations: Conversations, app_id: str) -> None:
        self._connector = connector
        self._conversations = conversations
        self._app_id = app_id

    async def find(self, place: Place) -> Room:
        """Raises Refused where the bot is not, Unavailable."""
        known = await self._conversations.known(place.tenant, place.conversation)
        if known is None and place.conversation.startswith("19:") and not place.thread:  # Graph knows whether it may be read
            return _chat(place.conversation)
        if known is None:
            raise Refused(_ABSENT)
        if known.type == "channel":
            if not (team := await self._group(known, place.tenant)):
                raise Unavailable("Teams does not say which team this channel is of.")
            return Room(known.conversation, f"teams/{quoted(team)}/channels/{quoted(known.conversation)}/messages", team)
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


def _chat(id: str) -> Room:
    return Room(id, f"chats/{quoted(id)}/messages")
