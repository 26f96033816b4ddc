"""Once an hour, forgets what was done long ago."""

import logging
from datetime import UTC, datetime

from bot.clock import Clock
from bot.schedule import Job
from storage.budgets import Budgets
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
    ) -> None:
        self._inbox = inbox
        self._offers = offers
        self._stops = stops
        self._budgets = budgets
        self._pictures = pictures
        self._clock = clock
        self._keep = keep

    @property
    def jobs(self) -> tuple[Job, ...]:
        return (Job("forget deliveries", _INTERVAL, self.tidy),)

    async def tidy(self) -> None:
        """Raises StorageError."""
        now, shared = self._clock.time(), self._inbox.time()
        gone = await self._inbox.prune(shared - self._keep) + await self._offers.prune(shared)
        await self._stops.prune(now - _DAY)
        await self._pictures.prune(now - _SHOWN * _DAY)
        await self._budgets.prune(datetime.fromtimestamp(now - _SPENT * _DAY, UTC).strftime("%Y-%m-%d"))
        if gone:
            _LOG.info("removed %d old deliveries and buttons", gone)
