"""Takes deliveries from the inbox and has each answered: side by side, tried again, given up, or given back."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from adapters.errors import Unavailable
from bot.answering import Answering, BrokenError
from bot.clock import Clock
from bot.logs import delivery_id
from bot.metrics import Metrics
from storage.delivery import Delivery
from storage.errors import Fenced, StorageError
from storage.inbox import Inbox

_LOG = logging.getLogger(__name__)
_ATTEMPTS = 5  # to find an answer
_SENDING_ATTEMPTS = 50  # to send one that was found: some hours
_BACKOFF = 2.0  # seconds; doubles with each attempt, with full jitter
_LONGEST_BACKOFF = 300.0
_TIME_LIMIT = 120.0  # seconds that one attempt may take


class Worker:
    """Runs many conversations side by side; the inbox keeps each in its order."""

    def __init__(self, inbox: Inbox, answering: Answering, metrics: Metrics, clock: Clock, random: Callable[[], float]) -> None:
        self._inbox = inbox
        self._answering = answering
        self._metrics = metrics
        self._clock = clock
        self._random = random
        self._tasks: dict[asyncio.Task[None], Delivery] = {}

    def start(self, width: int) -> None:
        self._inbox.claim(self._begin, width)

    async def drain(self, seconds: float) -> None:
        """Takes nothing new, lets what runs finish within `seconds`, and gives the rest back."""
        await self._inbox.stop_claiming()
        if self._tasks:
            await asyncio.wait(list(self._tasks), timeout=seconds)
        unfinished = dict(self._tasks)
        for task in unfinished:
            task.cancel()
        await asyncio.gather(*unfinished, return_exceptions=True)
        for delivery in unfinished.values():
            with suppress(Fenced, StorageError):  # it was concluded just now, or comes back when its lease runs out
                await self._inbox.release(delivery)

    def _begin(self, delivery: Delivery) -> None:
        task = asyncio.get_running_loop().create_task(self._handle(delivery))
        self._tasks[task] = delivery  # this reference keeps the task from being collected while it runs
        task.add_done_callback(self._tasks.pop)

    async def _handle(self, delivery: Delivery) -> None:
        delivery_id.set(delivery.key)
        try:
            outcome = await self._outcome(delivery)
        except Fenced:
            outcome = "fenced"
            _LOG.warning("another process has taken this delivery over")
        except Exception:
            outcome = "broken"
            _LOG.exception("this delivery can't be served")
        self._metrics.deliveries.labels(delivery.kind, outcome).inc()

    async def _outcome(self, delivery: Delivery) -> str:
        try:
            async with asyncio.timeout(_TIME_LIMIT):
                await self._answering.answer(delivery)
        except Unavailable as error:
            return await self._later(delivery, error)
        except TimeoutError:
            return await self._later(delivery, Unavailable("This took too long."))
        except Fenced:
            raise
        except Exception as error:
            return await self._bury(delivery, str(error) if isinstance(error, BrokenError) else type(error).__name__)
        await self._inbox.finish(delivery)
        return "done"

    async def _later(self, delivery: Delivery, error: Unavailable) -> str:
        if delivery.attempt >= (_SENDING_ATTEMPTS if delivery.intent else _ATTEMPTS):
            return await self._give_up(delivery, error)
        backoff = self._random() * min(_BACKOFF * 2**delivery.attempt, _LONGEST_BACKOFF)
        wait = max(error.retry_after or 0.0, backoff)
        _LOG.info("attempt %d failed, the next in %.1f s: %s", delivery.attempt, wait, error)
        self._metrics.retries.inc()
        await self._inbox.retry(delivery, self._clock.time() + wait, str(error))
        return "retried"

    async def _give_up(self, delivery: Delivery, error: Unavailable) -> str:
        try:
            await self._answering.give_up(delivery, error)
        except Unavailable:
            _LOG.warning("and its asker could not be told")
        return await self._bury(delivery, str(error))

    async def _bury(self, delivery: Delivery, error: str) -> str:
        _LOG.error("given up: %s", error)
        self._metrics.dead_letters.inc()
        await self._inbox.bury(delivery, error)
        return "dead"
