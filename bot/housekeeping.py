"""Once an hour, forgets what was done long ago."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from bot.clock import Clock
from storage.budgets import Budgets
from storage.errors import StorageError
from storage.inbox import Inbox
from storage.offers import Offers
from storage.pictures import Pictures
from storage.stops import Stops

_LOG = logging.getLogger(__name__)
_INTERVAL = 3600.0  # seconds
_DAY = 86400.0
_SPENT = 40  # days for which it is known what was spent
_SHOWN = 30  # days for which a picture can be seen


class Housekeeping:
    """`keep` is for how many seconds a delivery that is done stays: platforms redeliver for up to a day."""

    def __init__(
        self,
        inbox: Inbox,
        offers: Offers,
        stops: Stops,
        budgets: Budgets,
        pictures: Pictures,
        clock: Clock,
        keep: float,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._inbox = inbox
        self._offers = offers
        self._stops = stops
        self._budgets = budgets
        self._pictures = pictures
        self._clock = clock
        self._keep = keep
        self._sleep = sleep

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            await self._tidy()
            await self._sleep(_INTERVAL)

    async def _tidy(self) -> None:
        now = self._clock.time()
        try:
            gone = await self._inbox.prune(now - self._keep) + await self._offers.prune(now)
            await self._stops.prune(now - _DAY)
            await self._pictures.prune(now - _SHOWN * _DAY)
            await self._budgets.prune(datetime.fromtimestamp(now - _SPENT * _DAY, UTC).strftime("%Y-%m-%d"))
        except StorageError as error:
            _LOG.warning("old deliveries could not be removed: %s", error)
            return
        if gone:
            _LOG.info("removed %d old deliveries and buttons", gone)
