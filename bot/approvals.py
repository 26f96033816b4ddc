"""Confirmations by others than the asker: they are shown the card, and what they decide is done for who asked."""

import json
from collections.abc import Awaitable, Callable, Sequence

from adapters.errors import Refused
from bot import calls
from bot.actors import actor_of
from bot.deciding import ADMINS, CHANNEL
from bot.notices import CONFIRMED, Notices
from commands.call import Actor, Call, Place
from commands.reply import Reply
from storage.inbox import Inbox
from storage.proposals import Proposal, Proposals


class Approvals:
    """Everything it says takes the road of every delivery. `admins_of` gives the keys of those who run the bot in a tenant."""

    def __init__(
        self,
        proposals: Proposals,
        inbox: Inbox,
        notices: Notices,
        admins_of: Callable[[str, str], Awaitable[Sequence[str]]],
    ) -> None:
        self._proposals = proposals
        self._inbox = inbox
        self._notices = notices
        self._admins_of = admins_of

    async def announce(self, proposal: Proposal, call: Call, card: Reply) -> str:
        """See `bot.proposing.Announce`."""
        by, key = proposal.approvers, f"approve:{proposal.id}"
        if by.startswith(CHANNEL):
            place = Place(call.place.platform, call.place.tenant, by.removeprefix(CHANNEL))
            await self._notices.tell_room(place, card, key)
            return "the people of another channel"
        people = await self._people(by, call)
        for number, person in enumerate(people):
            await self._notices.tell(person, card, f"{key}:{number}")
        return "those who run the bot" if by == ADMINS else "somebody else"

    async def _people(self, by: str, call: Call) -> list[Actor]:
        if by != ADMINS:
            return [actor_of(by)]
        admins = await self._admins_of(call.actor.platform, call.actor.tenant)
        if not admins:
            raise Refused("This needs to be confirmed by somebody who runs the bot, and here nobody does: set ADMINS.")
        return [actor_of(key) for key in admins]

    async def close(self, proposal: Proposal, by: Actor, text: str) -> None:
        """See `bot.deciding.Approvals`."""
        call = calls.load(proposal.call)
        name = call.actor.name or call.actor.user
        for card in await self._proposals.cards(proposal.id):
            await self._notices.replace(by.platform, card, Reply(f"“{call.command}”, which {name} asked for: {text}"))

    async def run(self, proposal: Proposal, by: Actor) -> None:
        """See `bot.deciding.Approvals`."""
        payload = json.dumps({"proposal": proposal.id, "by": by.key})
        kind = f"{by.platform}:{CONFIRMED}"
        await self._inbox.put(f"confirmed:{proposal.id}", kind, f"confirmed:{proposal.requester}", payload)
