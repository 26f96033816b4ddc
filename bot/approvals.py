"""Confirmations by others than the asker: they are shown the card, and what they decide is done for who asked."""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from adapters.errors import Refused
from bot import calls, replies
from bot.actors import actor_of
from bot.deciding import in_channel, who_confirms
from bot.notices import CONFIRMED, Notices
from bot.ruling import ADMINS
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
        """See `bot.proposing.Announce`. Where the asker's own card stands in the channel that confirms, that is enough."""
        by, key = proposal.approvers, f"approve:{proposal.id}"
        if channel := in_channel(by):
            if channel != call.place.conversation:
                place = Place(call.place.platform, call.place.tenant, channel)
                await self._notices.tell_room(place, card, key)
        else:
            for number, person in enumerate(await self._people(by, call)):
                await self._notices.tell(person, card, f"{key}:{number}")
        return who_confirms(proposal, call.place)

    async def _people(self, by: str, call: Call) -> list[Actor]:
        if by != ADMINS:
            return [actor_of(by)]
        admins = await self._admins_of(call.actor.platform, call.actor.tenant)
        others = [actor_of(key) for key in admins if key != call.actor.key]
        if not others:
            raise Refused("Somebody else who runs the bot has to confirm this, and here nobody else does.")
        return others

    async def close(self, proposal: Proposal, line: str) -> None:
        """See `bot.deciding.Approvals`."""
        card = replies.load(proposal.card)
        call = calls.load(proposal.call)
        text = f"{card.text}\n{call.actor.called} asked for this. {line}"
        for delivery in await self._proposals.cards(proposal.id):
            told = replace(card, text=text, buttons=(), proposal="", settles=False)
            await self._notices.replace(call.place.platform, delivery, told)

    async def run(self, proposal: Proposal, by: Actor) -> None:
        """See `bot.deciding.Approvals`."""
        payload = json.dumps({"proposal": proposal.id, "by": by.key})
        kind, key = f"{by.platform}:{CONFIRMED}", f"confirmed:{proposal.id}"
        await self._inbox.put(key, kind, f"confirmed:{proposal.requester}", payload, noted=False)
