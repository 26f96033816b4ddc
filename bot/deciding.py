"""Who may decide about what waits for a confirmation, and what comes of it: once, in time, and by nobody else."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol

from adapters.errors import Refused
from bot import calls
from bot.clock import Clock
from bot.mark import mark
from bot.ruling import ADMINS, CHANNEL
from bot.words import Sorry
from commands.call import Actor, Call, Place
from commands.decisions import Decisions
from commands.reply import Reply
from commands.usage import Instead
from storage.proposals import Proposal, Proposals


class Approvals(Protocol):
    """What reaches others than the one who decides; see `bot.approvals`."""

    async def close(self, proposal: Proposal, line: str) -> None:
        """All cards of the proposal end with this line from now on, and have no buttons."""

    async def run(self, proposal: Proposal, by: Actor) -> None:
        """The call is run for the one who asked for it, where they did."""


class Deciding:
    """Decisions about proposals. `is_admin` raises StorageError."""

    def __init__(
        self, proposals: Proposals, approvals: Approvals, is_admin: Callable[[Actor], Awaitable[bool]], clock: Clock
    ) -> None:
        self._proposals = proposals
        self._approvals = approvals
        self._is_admin = is_admin
        self._clock = clock

    def of(self, call: Call) -> Decisions:
        """As the asker of this call, which is the decision."""
        return Decisions(partial(self._confirm, call), partial(self._dismiss, call))

    async def _confirm(self, call: Call, id: str) -> Reply:
        proposal = await self._found(call, id)
        if late := self._late(proposal):
            return late
        if reason := await self._may_not(proposal, call):
            raise Refused(reason)
        if not await self._proposals.decide(id, "confirmed", call.actor.key, call.id):
            return _decided(await self._found(call, id))
        if proposal.approvers == proposal.requester:
            raise _run(proposal, call.actor)
        await self._approvals.run(proposal, call.actor)
        await self._approvals.close(proposal, f"Confirmed by {call.actor.called}.")
        asked = calls.load(proposal.call)
        text = f"You have confirmed “{asked.command}” for {asked.actor.called}, who is told what comes of it."
        return Reply(text, private=True, record=id)

    async def _dismiss(self, call: Call, id: str) -> Reply:
        proposal = await self._found(call, id)
        if late := self._late(proposal):
            return late
        if call.actor.key != proposal.requester and (reason := await self._may_not(proposal, call)):
            raise Refused(reason)
        if not await self._proposals.decide(id, "cancelled", call.actor.key, call.id):
            return _decided(await self._found(call, id))
        asked = calls.load(proposal.call)
        if proposal.approvers != proposal.requester:
            await self._approvals.close(proposal, f"Called off by {call.actor.called}: nothing was done.")
            return Reply(f"You have called off “{asked.command}”: nothing was done.", private=True, record=id)
        return Reply(f"“{asked.command}” is called off: nothing was done.", settles=True, record=id)

    async def _found(self, call: Call, id: str) -> Proposal:
        proposal = await self._proposals.find(id)
        if proposal is None or not proposal.requester.startswith(f"{call.actor.platform}:{call.actor.tenant}:"):
            raise Refused("There is nothing under that id that waits for a confirmation.")
        return proposal

    async def _may_not(self, proposal: Proposal, call: Call) -> str:
        """Why they may not confirm it; empty where they may. What others have to confirm, nobody confirms for themselves."""
        by, own = proposal.approvers, call.actor.key == proposal.requester
        if own and by != proposal.requester:
            return f"Somebody else has to confirm this: {who_confirms(proposal, call.place)}."
        if by == ADMINS:
            allowed = await self._is_admin(call.actor)
        else:
            allowed = in_channel(by) == call.place.conversation if in_channel(by) else call.actor.key == by
        return "" if allowed else f"Only {who_confirms(proposal, call.place)} can confirm this."

    def _late(self, proposal: Proposal) -> Sorry | None:
        waits = proposal.state == "open" and proposal.expires > self._clock.time()
        if waits or proposal.state in ("confirmed", "cancelled"):
            return None
        text = "This waited for more than ten minutes, so nothing was done. Please ask again."
        return Sorry(text, settles=True, outcome="too late", record=proposal.id)


def in_channel(by: str) -> str:
    """The conversation whose people confirm; empty where it is not one that does."""
    return by.removeprefix(CHANNEL) if by.startswith(CHANNEL) else ""


def who_confirms(proposal: Proposal, here: Place) -> str:
    """In words, for somebody who is here."""
    by = proposal.approvers
    if channel := in_channel(by):
        others = "somebody else in" if channel == here.conversation else "somebody in"
        return f"{others} this channel" if channel == here.conversation else f"{others} the channel that was asked"
    if by == ADMINS:
        return "somebody who runs the bot"
    return "the person who asked" if by == proposal.requester else "the person who was asked to"


def _run(proposal: Proposal, by: Actor) -> Instead:
    """It has the proposal's id: however often it is decided about, it is the same call."""
    call = calls.load(proposal.call)
    return Instead(call.command, call.arguments, mark(proposal.id), call.undoes, proposal.digest, by.key)


def _decided(proposal: Proposal) -> Sorry:
    return Sorry(f"This was {proposal.state} already.", private=True, outcome="decided already", record=proposal.id)
