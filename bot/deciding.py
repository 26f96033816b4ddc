"""Who may decide about what waits for a confirmation, and what comes of it: once, in time, and by nobody else."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol

from adapters.errors import Refused
from bot import calls
from bot.clock import Clock
from bot.mark import mark
from bot.words import Sorry
from commands.call import Actor, Call
from commands.decisions import Decisions
from commands.reply import Reply
from commands.usage import Instead
from storage.proposals import Proposal, Proposals

ADMINS, CHANNEL = "admins", "in:"


class Approvals(Protocol):
    """What reaches others than the one who decides; see `bot.approvals`."""

    async def close(self, proposal: Proposal, by: Actor, text: str) -> None:
        """All cards of the proposal say so from now on, and have no buttons."""

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
        if not await self._may_confirm(proposal, call):
            raise Refused(f"Only {_who(proposal)} can confirm this.")
        if not await self._proposals.decide(id, "confirmed", call.actor.key, call.id):
            return self._too_late(await self._found(call, id))
        if proposal.approvers == proposal.requester:
            raise _run(proposal, call.actor)
        await self._approvals.run(proposal, call.actor)
        await self._approvals.close(proposal, call.actor, f"confirmed by {_name(call)}.")
        return Reply("You have confirmed it; it is being done.", private=True)

    async def _dismiss(self, call: Call, id: str) -> Reply:
        proposal = await self._found(call, id)
        if call.actor.key != proposal.requester and not await self._may_confirm(proposal, call):
            raise Refused(f"Only who asked for this or {_who(proposal)} can call it off.")
        if not await self._proposals.decide(id, "cancelled", call.actor.key, call.id):
            return self._too_late(await self._found(call, id))
        if proposal.approvers != proposal.requester:
            await self._approvals.close(proposal, call.actor, f"called off by {_name(call)}.")
            return Reply("You have called it off: nothing was done.", private=True)
        return Reply("Called off: nothing was done.", settles=True)

    async def _found(self, call: Call, id: str) -> Proposal:
        proposal = await self._proposals.find(id)
        if proposal is None or not proposal.requester.startswith(f"{call.actor.platform}:{call.actor.tenant}:"):
            raise Refused("There is nothing under that id that waits for a confirmation.")
        return proposal

    async def _may_confirm(self, proposal: Proposal, call: Call) -> bool:
        match proposal.approvers:
            case by if by == ADMINS:
                return await self._is_admin(call.actor)
            case by if by.startswith(CHANNEL):
                return call.place.conversation == by.removeprefix(CHANNEL)
            case by:
                return call.actor.key == by

    def _too_late(self, proposal: Proposal) -> Sorry:
        if proposal.state == "open":
            text = "This waited for more than ten minutes, so nothing was done. Please ask again."
            return Sorry(text, settles=True, outcome="too late")
        return Sorry(f"This was {proposal.state} already.", private=True, outcome="decided already")


def _run(proposal: Proposal, by: Actor) -> Instead:
    """It has the proposal's id: however often it is decided about, it is the same call."""
    call = calls.load(proposal.call)
    return Instead(call.command, call.arguments, mark(proposal.id), call.undoes, proposal.digest, by.key)


def _name(call: Call) -> str:
    return call.actor.name or call.actor.user


def _who(proposal: Proposal) -> str:
    match proposal.approvers:
        case by if by == ADMINS:
            return "those who run the bot"
        case by if by.startswith(CHANNEL):
            return "people in the channel that was asked"
        case by if by == proposal.requester:
            return "the person who asked"
        case _:
            return "the person who was asked to"
