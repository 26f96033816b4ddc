"""What has to be confirmed is kept, and shown with the buttons that decide about it."""

import base64
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import replace

from adapters.errors import Refused
from bot import calls, replies
from bot.clock import Clock
from bot.previews import Seen, fields
from commands.call import Call
from commands.reply import Button, Reply
from storage.proposals import Proposal, Proposals

LIFE = 600.0  # seconds for which something can be confirmed
_ID = 8  # characters: people may have to type it, and whoever names one still has to be allowed to decide

Announce = Callable[[Proposal, Call, Reply], Awaitable[str]]
"""Shows a card to those who may confirm it, who are not the asker; says who they are. Raises Refused where it can't."""


class Proposing:
    """`new_id` makes ids that people can type."""

    def __init__(self, proposals: Proposals, announce: Announce, clock: Clock, new_id: Callable[[], str]) -> None:
        self._proposals = proposals
        self._announce = announce
        self._clock = clock
        self._new_id = new_id

    async def propose(self, seen: Seen, by: str, reason: str) -> Reply:
        """The card that asks for a confirmation by the person, the admins or the channel that `by` names, because of `reason`.

        Raises Refused where they can't be asked, StorageError.
        """
        own, now = by == seen.call.actor.key, self._clock.time()
        id = self._new_id() if own else await self._same_id(seen, by, now)
        card = _card(id, seen, others=not own)
        known = (id, seen.digest(by), calls.dump(seen.call), seen.call.actor.key, by, replies.dump(card), now, now + LIFE)
        proposal = Proposal(*known)
        await self._proposals.propose(proposal)
        if own:
            return _asking(card, "Confirm it within ten minutes, or nothing is done.")
        question = _asking(card, f"{seen.call.actor.called} asks for this.", reason)
        try:
            asked = await self._announce(proposal, seen.call, question)
        except Refused as error:  # who asked should know which rule it was
            raise Refused(" ".join(filter(None, (str(error), reason)))) from None
        shown = replace(card, fields=fields(seen))
        return _asking(shown, f"This needs to be confirmed by {asked}; I have asked. It holds for ten minutes.", reason)

    async def _same_id(self, seen: Seen, by: str, now: float) -> str:
        """The same for the same call, so that a further attempt after a crash shows nobody a second card.

        A button can be pressed again when the time is over: then it is another.
        """
        for turn in range(1000):
            told = f"{seen.call.id} {seen.digest(by)} {turn}"
            id = base64.b32encode(hashlib.sha256(told.encode()).digest()).decode().lower()[:_ID]
            known = await self._proposals.find(id)
            if known is None or known.expires > now:
                return id
        return self._new_id()


def _card(id: str, seen: Seen, others: bool) -> Reply:
    changed = "It is not as it was shown before, so please look again.\n" if seen.call.confirmed else ""
    return Reply(
        f"{changed}{seen.preview.text}",
        fields=fields(seen, others),
        buttons=(
            Button(seen.preview.yes, "confirm", {"id": id}, style="primary", anybody=True),
            Button("Cancel", "dismiss", {"id": id}, anybody=True),
        ),
        private=seen.preview.private,
        settles=bool(seen.call.confirmed),
        proposal=id,
    )


def _asking(card: Reply, *lines: str) -> Reply:
    return replace(card, text="\n".join(filter(None, (card.text, *lines))))
