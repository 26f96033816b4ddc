"""What the bot does by itself, time and again. Each job is a row of the inbox that becomes due: one process does it at a time.

So a job survives a crash as a delivery does: when the lease of whoever died has run out, another process does it. One that ends
each process is put off for longer and longer, so that people are answered meanwhile.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from bot.clock import Clock
from bot.metrics import Metrics
from storage.delivery import Delivery
from storage.errors import StorageError
from storage.inbox import Inbox
from storage.records import JOB

_LONGEST = 3600.0  # seconds: what hangs must not hang for ever
_ELSEWHERE = 60.0  # seconds until a job that is not known here comes out again, perhaps where it is
_LOOK = 300.0  # seconds between two looks whether all jobs are there
_ENDLESS = 3  # attempts that came to no end: what was begun more often seems to end each process that does it
_PAUSE, _LONGEST_PAUSE = 60.0, 3600.0  # seconds, before each further attempt
_PUT_OFF = "put off"
_LOG = logging.getLogger(__name__)


class IncompleteError(Exception):
    """Some of a round failed, each of which has been logged; the rest was done. The text says how much it was."""


@dataclass(frozen=True)
class Job:
    """`work` is done again `every` so many seconds after it ended. One that raises is logged, and done again as usual."""

    name: str
    every: float
    work: Callable[[], Awaitable[object]]


class Schedule:
    """The jobs that this process knows: during a deployment, others may know others."""

    def __init__(self, inbox: Inbox, jobs: Iterable[Job], metrics: Metrics, clock: Clock) -> None:
        self._inbox = inbox
        self._jobs = {f"{JOB}:{job.name}": job for job in jobs}
        self._metrics = metrics
        self._clock = clock
        for job in self._jobs.values():
            metrics.job_interval.labels(job.name).set(job.every)
            metrics.job_success.labels(job.name).set(clock.time())  # one that never succeeds is overdue some time after this
        metrics.deliveries.labels(JOB, _PUT_OFF)  # told as 0 from now on: a first rise would be missed

    def __len__(self) -> int:
        return len(self._jobs)

    async def open(self) -> None:
        """Has each job done from now on. Raises StorageError."""
        await asyncio.gather(*map(self._put, self._jobs))

    async def watch(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Until it is cancelled. During a deployment, an earlier version that knows of no jobs at all gives them up."""
        while True:
            await sleep(_LOOK)
            try:
                await self.open()
            except StorageError as error:
                _LOG.info("whether all jobs are there can't be seen: %s", error)

    async def run(self, delivery: Delivery) -> str:
        """Gives what became of it. Raises Fenced, StorageError."""
        job = self._jobs.get(delivery.key)
        if job is None:
            await self._inbox.again(delivery, self._clock.time() + _ELSEWHERE)
            return "unknown"
        if delivery.attempt > _ENDLESS and delivery.attempt % 2 == 0:  # each second one puts off the next
            return await self._put_off(job, delivery)
        began = time.perf_counter()
        outcome = await self._done(job)
        self._metrics.job_seconds.labels(job.name, outcome).observe(time.perf_counter() - began)
        await self._inbox.again(delivery, self._clock.time() + job.every)
        return outcome

    async def _put(self, key: str) -> None:
        """One that is there already goes on as it is, or again where it had come to an end."""
        if not await self._inbox.put(key, JOB, key, "", noted=False):
            await self._inbox.replay(key)

    async def _put_off(self, job: Job, delivery: Delivery) -> str:
        pause = min(_PAUSE * 2 ** min(delivery.attempt - _ENDLESS, 10), _LONGEST_PAUSE)
        error = f"The job “{job.name}” was begun again and again, and came to no end."
        _LOG.error("%s It waits for %.0f s: see why processes end.", error, pause)
        await self._inbox.retry(delivery, self._clock.time() + pause, error)
        return _PUT_OFF

    async def _done(self, job: Job) -> str:
        try:
            async with asyncio.timeout(_LONGEST):
                await job.work()
        except (StorageError, IncompleteError) as error:
            _LOG.warning("the job “%s” could not be done, and comes again: %s", job.name, error)
            return "failed"
        except Exception:
            _LOG.exception("the job “%s” broke, and comes again", job.name)
            return "failed"
        self._metrics.job_success.labels(job.name).set(self._clock.time())
        return "done"
