"""What nobody has confirmed in time: its cards say so, and who asked need not wonder."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.deciding import Approvals
from storage.errors import StorageError
from storage.proposals import Proposals

_LOG = logging.getLogger(__name__)
_EVERY = 30.0  # seconds


class Expiring:
    """To close one twice, as several processes may, or one that was killed in between, does no harm."""

    def __init__(
        self, proposals: Proposals, approvals: Approvals, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._proposals = proposals
        self._approvals = approvals
        self._sleep = sleep

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            await self._sleep(_EVERY)
            try:
                await self.close()
            except StorageError as error:
                _LOG.warning("what nobody confirmed could not be closed: %s", error)

    async def close(self) -> None:
        """Raises StorageError."""
        for proposal in await self._proposals.late():
            await self._approvals.close(proposal, "Nobody confirmed it within ten minutes, so nothing was done.")
            await self._proposals.expire(proposal.id)
