"""What a service allows in a second is shared out among the processes that run, so that together they keep to it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from adapters.limits import Shares
from storage.errors import StorageError

_LOG = logging.getLogger(__name__)
_EVERY = 10.0  # seconds: for so long one that has just started may be asking too much


class Sharing:
    """`living` says how many processes run on this database; one that was killed counts for a minute more."""

    def __init__(
        self, rates: Shares, living: Callable[[], Awaitable[int]], sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._rates = rates
        self._living = living
        self._sleep = sleep

    async def look(self) -> None:
        """Raises StorageError."""
        self._rates.processes = max(1, await self._living())

    async def run(self) -> None:
        """Until it is cancelled. While the database is away, the shares stay as they are."""
        while True:
            await self._sleep(_EVERY)
            try:
                await self.look()
            except StorageError as error:
                _LOG.info("the other processes can't be counted: %s", error)
