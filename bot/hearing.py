"""Who asked what, where: what came from a platform, and what the bot has put into its own inbox."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adapters.errors import Refused, Unavailable
from bot import calls, replies
from bot.intent import load
from bot.mark import mark
from bot.notices import CARD, CONFIRMED, NOTICE, kind_of, platform_of
from bot.platform import Asked, Going, Notice, Platform
from bot.progress import UndeliveredError
from commands.call import Actor, Place
from storage.delivery import Delivery
from storage.inbox import Inbox
from storage.proposals import Proposals


class Hearing:
    """Understands deliveries. `platforms` is filled once they are open."""

    def __init__(self, inbox: Inbox, proposals: Proposals, platforms: Mapping[str, Platform]) -> None:
        self._inbox = inbox
        self._proposals = proposals
        self._platforms = platforms

    async def hear(self, delivery: Delivery) -> Asked | None:
        """None where nobody asked anything of ours. Raises Refused where nobody can be told, StorageError.

        Where the platform can't say who spoke, nobody can be told anything either, and it is tried again for long: it raises
        UndeliveredError.
        """
        try:
            return await self._heard(delivery)
        except Unavailable as error:
            raise UndeliveredError(str(error), error.retry_after) from None

    def card(self, delivery: Delivery) -> str:
        """The proposal whose card this is, where the bot shows one unasked; else empty."""
        if kind_of(delivery) != NOTICE:
            return ""
        return replies.load(json.loads(delivery.payload)["reply"]).proposal

    async def stands(self, delivery: Delivery) -> list[str]:
        """Where that stands already which the answer is to replace. Raises StorageError."""
        if kind_of(delivery) != CARD:
            return []
        told = json.loads(delivery.payload)
        return list(load(await self._inbox.intent(told["delivery"]) or "").sent)

    async def _heard(self, delivery: Delivery) -> Asked | None:
        platform, kind = self._platforms[platform_of(delivery)], kind_of(delivery)
        if kind == NOTICE:
            return await self._notice(platform, json.loads(delivery.payload))
        if kind == CARD:
            return await self._card(json.loads(delivery.payload))
        if kind == CONFIRMED:
            return await self._confirmed(platform, json.loads(delivery.payload))
        return await platform.read(delivery)

    async def _notice(self, platform: Platform, told: Mapping[str, Any]) -> Asked:
        if "actor" in told:
            asked = await platform.reach(Actor(**told["actor"]))
        else:
            asked = await platform.room(Place(**told["place"]))
        return replace(asked, what=Notice(replies.load(told["reply"])))

    async def _card(self, told: Mapping[str, Any]) -> Asked | None:
        """Where the card is that is to be replaced."""
        shown = await self._inbox.find(told["delivery"])
        asked = await self._heard(shown) if shown else None
        return replace(asked, what=Notice(replies.load(told["reply"]))) if asked else None

    async def _confirmed(self, platform: Platform, told: Mapping[str, Any]) -> Asked:
        """The call of whoever asked for it, where they asked for it."""
        proposal = await self._proposals.find(told["proposal"])
        if proposal is None:
            raise Refused("what was confirmed is gone")
        call = replace(
            calls.load(proposal.call), id=mark(proposal.id), confirmed=proposal.digest, confirmed_by=proposal.decided_by
        )
        try:
            asked = await platform.room(call.place, call.actor)
        except Refused:
            asked = await platform.reach(call.actor)
        return replace(asked, actor=call.actor, via=call.via, what=Going(call))
