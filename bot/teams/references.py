"""Where conversations in Teams are reached: Teams tells it with each message, and only who knows it may speak first later."""

import logging
from collections.abc import Mapping
from dataclasses import replace

from bot.clock import Clock
from bot.teams.connector import Address
from storage.errors import StorageError
from storage.references import Reference, References

_LOG = logging.getLogger(__name__)
_PLATFORM = "teams"
_WITH_THE_BOT = "a:"  # begins the id of a chat of one person and the bot: "personal" is said of chats of two people too
_CHANNELS = ("@thread.tacv2", "@thread.skype")  # the latter are older
_MOST = 10_000
_FRESH = 60.0  # seconds for which what this process was told is taken as it was


def is_alone(type: str, conversation: str) -> bool:
    """Whether nobody but one person and the bot is there."""
    return type == "personal" and conversation.startswith(_WITH_THE_BOT)


def is_channel(conversation: str) -> bool:
    """Whether it is one of a team's, as its id tells."""
    return conversation.partition(";")[0].endswith(_CHANNELS)


class Conversations:
    """Stores where a conversation is reached when that is news, and gives what is the newest that any process was told.

    A database that fails now keeps nobody from being answered where the message came from.
    """

    def __init__(self, references: References, clock: Clock) -> None:
        self._references = references
        self._clock = clock
        self._known: dict[tuple[str, str], Reference] = {}

    async def note(self, tenant: str, route: Mapping[str, str], seen: float, person: str = "") -> None:
        """`route` is that of a message (`bot.teams.heard.Heard`) which came at `seen`, in seconds since the epoch.

        `person` is who wrote it, by their id in Entra.
        """
        told = Reference(
            _PLATFORM,
            tenant,
            whom=route["conversation"].partition(";")[0],
            conversation=route["conversation"].partition(";")[0],
            service_url=route["service_url"],
            bot=route["bot"],
            type=route["type"],
            team=route["team"],
            seen=seen,
        )
        if not (told.whom and told.service_url):
            return
        await self._keep(told)
        if is_alone(told.type, told.conversation):
            for whom in {route["user"], person} - {""}:
                await self._keep(replace(told, whom=whom))
        elif person and not await self._find(tenant, person):
            await self._keep(replace(told, whom=person))

    async def newest(self, at: Address) -> Address:
        """The same conversation at the newest address that is known: Teams may move it."""
        known = await self._find(at.tenant, at.whole)
        return replace(at, service_url=known.service_url) if known else at

    async def chat_with(self, tenant: str, user: str) -> Address | None:
        """The chat with a person alone, where there is one already."""
        known = await self._find(tenant, user)
        if known is None or not is_alone(known.type, known.conversation):
            return None
        return Address(tenant, known.service_url, known.conversation)

    async def met(self, tenant: str, person: str) -> Reference | None:
        """Where a person, by their id in Entra, is alone with the bot; else a place where they have spoken to it.

        None for those who have not. Raises StorageError.
        """
        known = await self._references.find(_PLATFORM, tenant, person)
        place = known and await self._references.find(_PLATFORM, tenant, known.conversation)
        return replace(known, service_url=place.service_url) if known and place else known

    async def known(self, tenant: str, conversation: str) -> Reference | None:
        """A conversation that the bot is in. Raises StorageError."""
        found = await self._references.find(_PLATFORM, tenant, conversation)
        return found if found and found.conversation == conversation else None  # a person's id leads to another

    async def opened(self, chat: Address, bot: str, user: str, seen: float, person: str = "") -> None:
        """Notes a chat that the bot has opened itself, with who is in it: by their id in Teams, and by that in Entra."""
        told = Reference(_PLATFORM, chat.tenant, user, chat.conversation, chat.service_url, bot, "personal", seen=seen)
        for whom in {user, person} - {""}:
            await self._keep(replace(told, whom=whom))

    async def forget(self, tenant: str, conversation: str) -> None:
        """The bot is no longer there. Raises StorageError: it must not stay on record."""
        whole = conversation.partition(";")[0]
        self._known = {key: each for key, each in self._known.items() if each.conversation != whole}
        await self._references.forget(_PLATFORM, tenant, whole)

    async def _keep(self, told: Reference) -> None:
        known = self._known.get((told.tenant, told.whom))
        if known and (known.seen > told.seen or (known == told and told.seen - known.seen < _FRESH)):
            return
        try:
            newest = await self._references.keep(told)
        except StorageError as error:  # the next message tells it again
            _LOG.warning("where a conversation is reached could not be stored: %s", error)
            return
        if len(self._known) >= _MOST:
            self._known.clear()
        if newest:
            self._known[told.tenant, told.whom] = told

    async def _find(self, tenant: str, whom: str) -> Reference | None:
        """From memory, where this process was told a moment ago: it was, by each message that it answers.

        Else from the database: another process may have been told something newer.
        """
        known = self._known.get((tenant, whom))
        if known and self._clock.time() - known.seen < _FRESH:
            return known
        try:
            return await self._references.find(_PLATFORM, tenant, whom)
        except StorageError as error:
            _LOG.warning("where a conversation is reached can't be looked up: %s", error)
            return None
