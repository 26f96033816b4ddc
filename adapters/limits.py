"""How fast we may ask: a leaky bucket for each service and tenant."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from aiolimiter import AsyncLimiter

_MOST_BUCKETS = 10_000


@dataclass(frozen=True)
class Rate:
    """So many requests in so many seconds; as many may go out at once."""

    requests: float
    seconds: float = 1.0


GENEROUS = Rate(100)


class Limits:
    """Keeps to each service's rate: `GENEROUS` where `rates` does not name the service, no limit where it says None."""

    def __init__(self, rates: Mapping[str, Rate | None]) -> None:
        self._rates = rates
        self._buckets: dict[tuple[str, str], AsyncLimiter] = {}

    async def admit(self, service: str, tenant: str, patience: float) -> bool:
        """Waits for a turn, for at most `patience` seconds; False if it did not come."""
        rate = self._rates.get(service, GENEROUS)
        if rate is None:
            return True
        bucket = self._buckets.get((service, tenant)) or self._new_bucket(service, tenant, rate)
        if bucket.has_capacity():
            await bucket.acquire()
            return True
        try:
            async with asyncio.timeout(patience):
                await bucket.acquire()
        except TimeoutError:
            return False
        return True

    def _new_bucket(self, service: str, tenant: str, rate: Rate) -> AsyncLimiter:
        if len(self._buckets) >= _MOST_BUCKETS:  # one that has run dry remembers nothing worth keeping
            self._buckets = {key: old for key, old in self._buckets.items() if not old.has_capacity(old.max_rate)}
        bucket = self._buckets[service, tenant] = AsyncLimiter(rate.requests, rate.seconds)
        return bucket
