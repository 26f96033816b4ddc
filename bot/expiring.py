"""What nobody has confirmed in time: its cards say so, and who asked need not wonder."""

from bot.deciding import Approvals
from bot.schedule import Job
from storage.proposals import Proposals

_EVERY = 30.0  # seconds


class Expiring:
    """To close one twice, as it happens where a process is killed in between, does no harm."""

    def __init__(self, proposals: Proposals, approvals: Approvals) -> None:
        self._proposals = proposals
        self._approvals = approvals

    @property
    def jobs(self) -> tuple[Job, ...]:
        return (Job("close proposals", _EVERY, self.close),)

    async def close(self) -> None:
        """Raises StorageError."""
        for proposal in await self._proposals.late():
            await self._approvals.close(proposal, "Nobody confirmed it within ten minutes, so nothing was done.")
            await self._proposals.expire(proposal.id)
