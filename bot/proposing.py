"""What has to be confirmed is kept, and shown with the buttons that decide about it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot import calls
from bot.clock import Clock
from bot.previews import Seen, fields
from commands.call import Call
from commands.reply import Button, Reply
from storage.proposals import Proposal, Proposals

LIFE = 600.0  # seconds for which something can be confirmed

Announce = Callable[[Proposal, Call, Reply], Awaitable[str]]
"""Shows a card to those who may confirm it, who are not the asker; says who they are. Raises Refused where it can't."""


class Proposing:
    """`new_id` makes ids that people can type: whoever names one still has to be allowed to decide."""

    def __init__(self, proposals: Proposals, announce: Announce, clock: Clock, new_id: Callable[[], str]) -> None:
        self._proposals = proposals
        self._announce = announce
        self._clock = clock
        self._new_id = new_id

    async def propose(self, seen: Seen, by: str) -> Reply:
        """The card that asks for a confirmation by the person, the admins or the channel that `by` names.

        Raises Refused where they can't be asked, StorageError.
        """
        now = self._clock.time()
        proposal = Proposal(
            id=self._new_id(),
            digest=seen.digest,
            call=calls.dump(seen.call),
            requester=seen.call.actor.key,
            approvers=by,
            created=now,
            expires=now + LIFE,
        )
        await self._proposals.propose(proposal)
        card = _card(proposal, seen)
        if by == seen.call.actor.key:
            return _asking(card, "Confirm it within ten minutes, or nothing is done.")
        asked = await self._announce(
            proposal, seen.call, _asking(card, f"{_name(seen.call)} asks for this. Do you confirm it?")
        )
        return _asking(card, f"This needs to be confirmed by {asked}, whom I have asked. It holds for ten minutes.")


def _card(proposal: Proposal, seen: Seen) -> Reply:
    changed = "It is not as it was shown before, so please look again.\n" if seen.call.confirmed else ""
    return Reply(
        f"{changed}{seen.preview.text}",
        fields=fields(seen),
        buttons=(
            Button("Confirm", "confirm", {"id": proposal.id}, style="primary", anybody=True),
            Button("Cancel", "dismiss", {"id": proposal.id}, anybody=True),
        ),
        private=seen.preview.private,
        settles=bool(seen.call.confirmed),
        proposal=proposal.id,
    )


def _asking(card: Reply, line: str) -> Reply:
    return replace(card, text=f"{card.text}\n{line}")


def _name(call: Call) -> str:
    return call.actor.name or call.actor.user
