"""Where the cards stand that ask for a confirmation: they will have to be replaced once somebody has decided."""

from collections.abc import Sequence

from bot import calls
from bot.actors import actor_of
from bot.notices import NOTICE, Notices, kind_of
from commands.reply import Reply
from storage.delivery import Delivery
from storage.proposals import Proposals


class Cards:
    def __init__(self, proposals: Proposals, notices: Notices) -> None:
        self._proposals = proposals
        self._notices = notices

    async def note(self, proposal: str, delivery: Delivery, sent: Sequence[str]) -> None:
        """The answer to the delivery is a card of this proposal; `sent` is where it stands. Raises StorageError."""
        if any(sent):
            await self._proposals.note_card(proposal, delivery.key)
        elif kind_of(delivery) == NOTICE:  # who asked has seen it, though nobody can say where it stands
            await self.missed(proposal, delivery)

    async def missed(self, proposal: str, delivery: Delivery) -> None:
        """Somebody who should confirm it could not be asked: nothing is done without them, and who asked is told.

        Raises StorageError.
        """
        found = await self._proposals.find(proposal)
        if found and found.approvers != found.requester:
            call = calls.load(found.call)
            text = f"I could not reach somebody who has to confirm “{call.command}”: it is not done unless others confirm it."
            await self._notices.tell(actor_of(found.requester), Reply(text), f"missed:{delivery.key}")
