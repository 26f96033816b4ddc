"""Who people are, as Teams tells it: their name, and whether they belong to the organisation."""

import logging
from dataclasses import dataclass

from adapters.errors import Refused, Unavailable
from bot.clock import Clock
from bot.teams.connector import Address, Connector, ConnectorError, Json
from bot.teams.references import Conversations

_LOG = logging.getLogger(__name__)
_FRESH = 3600.0  # seconds for which a profile is taken as it was
_MOST = 10_000
_OUTSIDE = ("guest", "anonymous")
_WONT_SAY = (400, 403, 404)  # the bot is not there, or they are not


@dataclass(frozen=True)
class Person:
    """`member` is False for guests and for people of other organisations, who don't get to drive the bot.

    `object` is their id in Entra, empty where Teams does not tell.
    """

    name: str
    member: bool
    object: str = ""


class People:
    """Asks for the one member who spoke, and remembers the answer for an hour.

    https://learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context#get-single-member-details

    `lenient`, for sandbox mode only, takes whom nobody knows as a member: local emulators know no profiles.
    """

    def __init__(self, connector: Connector, conversations: Conversations, clock: Clock, *, lenient: bool = False) -> None:
        self._connector = connector
        self._conversations = conversations
        self._clock = clock
        self._lenient = lenient
        self._known: dict[tuple[str, str], tuple[float, Person]] = {}

    async def find(self, at: Address, user: str) -> Person:
        """Who spoke in a conversation; `user` is their "29:…" id. Raises Unavailable when Teams can't say now.

        Where Teams won't say, they count as strangers: the verified activity tells which tenant the conversation is of, but not
        who is a guest there.
        """
        until, person = self._known.get((at.tenant, user), (0.0, None))
        if person and self._clock.time() < until:
            return person
        profile = await self._profile(at, user) or await self._profile_alone(at, user)
        if profile is None:
            return Person("", member=self._lenient)  # not remembered: once the bot is installed there, Teams will say
        if len(self._known) >= _MOST:
            self._known.clear()
        person = _person(profile, at.tenant)
        self._known[at.tenant, user] = (self._clock.time() + _FRESH, person)
        return person

    async def _profile_alone(self, at: Address, user: str) -> Json | None:
        """As the chat with them alone knows them: a search may come from a conversation that the bot is not in."""
        chat = await self._conversations.chat_with(at.tenant, user)
        return await self._profile(chat, user) if chat else None

    async def _profile(self, at: Address, user: str) -> Json | None:
        try:
            return await self._connector.member(at, user)
        except Refused as error:
            raise Unavailable(str(error)) from None
        except ConnectorError as error:
            if error.status not in _WONT_SAY:
                raise Unavailable(f"Teams does not say who somebody is: {error}.") from None
            _LOG.info("Teams does not say who somebody is: %s", error)
            return None


def _person(profile: Json, tenant: str) -> Person:
    outside = str(profile.get("userRole") or "").lower() in _OUTSIDE or (profile.get("tenantId") or tenant) != tenant
    return Person(str(profile.get("name") or ""), not outside, str(profile.get("aadObjectId") or ""))
