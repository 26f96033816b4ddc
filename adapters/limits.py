"""How fast we may ask: a leaky bucket for each service and tenant, of which each process has its share."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from aiolimiter import AsyncLimiter

_MOST_BUCKETS = 10_000


@dataclass(frozen=True)
class Rate:
    """So many requests in so many seconds; as many may go out at once."""

    requests: float
    seconds: float = 1.0


GENEROUS = Rate(100)


class Shares(Mapping[str, Rate | None]):
    """The rates of services, `GENEROUS` where none is named, of which each of several `processes` takes its share.

    Set `processes` as they come and go.
    """

    def __init__(self, rates: Mapping[str, Rate | None]) -> None:
        self._rates = rates
        self.processes = 1

    def __getitem__(self, service: str) -> Rate | None:
        rate = self._rates.get(service, GENEROUS)
        return rate and Rate(rate.requests / self.processes, rate.seconds)

    def __iter__(self) -> Iterator[str]:
        return iter(self._rates)

    def __len__(self) -> int:
        return len(self._rates)


class Limits:
    """Keeps to each service's rate: `GENEROUS` where `rates` does not name the service, no limit where it says None.

    Where a rate changes, the new one holds for whoever comes from then on.
    """

    def __init__(self, rates: Mapping[str, Rate | None]) -> None:
        self._rates = rates
        self._buckets: dict[tuple[str, str], tuple[Rate, AsyncLimiter]] = {}

    async def admit(self, service: str, tenant: str, patience: float) -> bool:
        """Waits for a turn, for at most `patience` seconds; False if it did not come."""
        rate = self._rates.get(service, GENEROUS)
        if rate is None:
            return True
        held, bucket = self._buckets.get((service, tenant), (None, None))
        if bucket is None or held != rate:
            bucket = await self._new_bucket(service, tenant, rate)
        if bucket.has_capacity():
            await bucket.acquire()
            return True
        try:
            async with asyncio.timeout(patience):
                await bucket.acquire()
        except TimeoutError:
            return False
        return True

    async def _new_bucket(self, service: str, tenant: str, rate: Rate) -> AsyncLimiter:
        """In place of one with another rate it is as full as that one: what that let out counts, and so does who has waited."""
        if len(self._buckets) >= _MOST_BUCKETS:  # one that has run dry remembers nothing worth keeping
            self._buckets = {key: old for key, old in self._buckets.items() if not old[1].has_capacity(old[1].max_rate)}
        least = max(rate.requests, 1.0)  # a bucket has room for one request at least
        bucket = AsyncLimiter(least, rate.seconds * least / rate.requests)
        _, former = self._buckets.get((service, tenant), (None, None))
        if former and (taken := _taken(former)):
            await bucket.acquire(least * taken)
        self._buckets[service, tenant] = rate, bucket
        return bucket


def _taken(bucket: AsyncLimiter) -> float:
    """Which part of it is full, from 0 to 1, to the next hundredth."""
    return next(part for part in range(101) if bucket.has_capacity(bucket.max_rate * (100 - part) / 100)) / 100
