"""The chats in which people are alone with the bot, for when it speaks first."""

from dataclasses import replace

from adapters.errors import Refused, Unavailable
from bot.clock import Clock
from bot.teams.connector import Address, Connector, ConnectorError
from bot.teams.references import Conversations, is_alone
from storage.references import Reference

_CANT = (400, 403, 404)  # the bot was blocked or removed, or the person is no more


class OwnChats:
    """Finds them, and opens those that are not there yet.

    https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages
    """

    def __init__(self, connector: Connector, conversations: Conversations, clock: Clock) -> None:
        self._connector = connector
        self._conversations = conversations
        self._clock = clock

    async def of(self, tenant: str, person: str) -> Reference:
        """Where this person, by their id in Entra, is reached alone.

        Raises Refused for who has never spoken to the bot or can't be written to; Unavailable, StorageError.
        """
        met = await self._conversations.met(tenant, person)
        if met is None:
            raise Refused("That person has not spoken to the bot in Teams.")
        if is_alone(met.type, met.conversation):
            return met
        try:
            chat = await self._opened(Address(tenant, met.service_url, met.conversation), met.bot, person)
        except Refused as error:  # a setting is wrong at the moment
            raise Unavailable(str(error)) from None
        except ConnectorError as error:
            if error.status not in _CANT:
                raise Unavailable(f"Teams does not open a chat: {error}.") from None
            raise Refused(f"Teams does not let the bot write to that person: {error}.") from None
        return replace(met, conversation=chat.conversation, service_url=chat.service_url, type="personal", team="")

    async def _opened(self, near: Address, bot: str, person: str) -> Address:
        """By their id in Teams: by that in Entra, only those could be reached who have the app themselves."""
        user = str((await self._connector.member(near, person)).get("id") or person)
        chat = await self._connector.open_chat(near, bot, user)
        await self._conversations.opened(chat, bot, user, self._clock.time(), person)
        return chat
