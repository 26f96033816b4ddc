"""Takes deliveries from the inbox and has each answered: side by side, tried again, given up, or given back."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress

from adapters.errors import Unavailable
from bot.answering import Answering, BrokenError
from bot.clock import Clock
from bot.intent import Intent, load
from bot.logs import delivery_id
from bot.metrics import Metrics
from bot.progress import UndeliveredError
from bot.schedule import Schedule
from storage.delivery import Delivery
from storage.errors import Fenced, StorageError
from storage.inbox import Inbox
from storage.records import JOB

_LOG = logging.getLogger(__name__)
_ATTEMPTS = 5  # to find an answer
_SENDING_ATTEMPTS = 50  # to send one that was found: some hours
_DEATHS = 10  # attempts of which nobody lived to write what came of them
_TELLING = 3  # further ones, in which its asker is told so
_BACKOFF = 2.0  # seconds; doubles with each attempt, with full jitter
_LONGEST_BACKOFF = 300.0
_SHORTLY = 4.0  # seconds at the most until the database is tried again: what can be written now shows that it is back
_PATIENCE = 60.0  # seconds that a person is left without a word because a service asks for a pause
_LAST_WORDS = 3.0  # seconds that the database has to take them when the process ends


class Worker:
    """Runs many conversations side by side; the inbox keeps each in its order. The jobs of the `schedule` run beside them."""

    def __init__(
        self,
        inbox: Inbox,
        answering: Answering,
        metrics: Metrics,
        clock: Clock,
        random: Callable[[], float],
        schedule: Schedule,
    ) -> None:
        self._inbox = inbox
        self._answering = answering
        self._metrics = metrics
        self._clock = clock
        self._random = random
        self._schedule = schedule
        self._tasks: dict[asyncio.Task[None], Delivery] = {}

    def start(self, width: int) -> None:
        """Answers up to `width` deliveries at once; jobs have room of their own, so that people need not wait for them."""
        self._inbox.claim(self._begin, width + len(self._schedule))

    async def drain(self, seconds: float) -> None:
        """Takes nothing new, lets what people wait for finish within `seconds`, and gives the rest back; jobs at once."""
        with suppress(TimeoutError, StorageError):
            async with asyncio.timeout(_LAST_WORDS):
                await self._inbox.stop_claiming()
        await self._give_back({task: each for task, each in self._tasks.items() if each.kind == JOB})
        if self._tasks:
            await asyncio.wait(list(self._tasks), timeout=seconds)
        await self._give_back(dict(self._tasks))

    async def _give_back(self, unfinished: Mapping[asyncio.Task[None], Delivery]) -> None:
        """Without a database, they come back when their leases run out."""
        for task in unfinished:
            task.cancel()
        with suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WORDS):
                await asyncio.gather(*unfinished, return_exceptions=True)
                await asyncio.gather(*map(self._inbox.release, unfinished.values()), return_exceptions=True)

    def _begin(self, delivery: Delivery) -> None:
        task = asyncio.get_running_loop().create_task(self._handle(delivery))
        self._tasks[task] = delivery  # this reference keeps the task from being collected while it runs
        task.add_done_callback(self._tasks.pop)

    async def _handle(self, delivery: Delivery) -> None:
        delivery_id.set(delivery.key)
        handle = self._schedule.run if delivery.kind == JOB else self._outcome
        try:
            outcome = await handle(delivery)
        except Fenced:
            outcome = "fenced"
            _LOG.warning("another process has taken this delivery over")
        except StorageError as error:
            outcome = "unrecorded"
            _LOG.error("what became of this delivery can't be written, so it comes again: %s", error)
            self._inbox.leave(delivery, str(error))
        self._metrics.count_delivery(delivery.kind, outcome)

    async def _outcome(self, delivery: Delivery) -> str:
        try:
            if delivery.attempt > _limit(delivery):
                return await self._put_away(delivery)
            await self._answering.answer(delivery)
        except Unavailable as error:
            return await self._later(delivery, error)
        except Fenced:
            raise
        except StorageError as error:
            return await self._later(delivery, Unavailable(str(error)), _SHORTLY)
        except BrokenError as error:
            return await self._bury(delivery, str(error))
        except Exception as error:
            _LOG.exception("this delivery can't be answered")
            return await self._bury(delivery, type(error).__name__)
        await self._inbox.finish(delivery)
        return "done"

    async def _later(self, delivery: Delivery, error: Unavailable, longest: float = _LONGEST_BACKOFF) -> str:
        undelivered = isinstance(error, UndeliveredError)
        too_long = not undelivered and (error.retry_after or 0.0) > _PATIENCE
        if too_long or delivery.attempt >= (_SENDING_ATTEMPTS if undelivered else _ATTEMPTS):
            return await self._give_up(delivery, error)
        backoff = self._random() * min(_BACKOFF * 2**delivery.attempt, longest)
        wait = max(error.retry_after or 0.0, backoff)
        _LOG.info("attempt %d failed, the next in %.1f s: %s", delivery.attempt, wait, error)
        self._metrics.retries.inc()
        if undelivered and not (delivery.intent or await self._inbox.intent(delivery.key)):
            await self._inbox.intend(delivery, Intent().dump())  # it is not deadly, and tried for longer than what is
        await self._inbox.retry(delivery, self._clock.time() + wait, str(error))
        return "retried"

    async def _put_away(self, delivery: Delivery) -> str:
        """Unrun. Its asker is told, unless there is an answer, or that seems to be deadly as well."""
        said = "Each time I began with this, I broke down."
        if load(delivery.intent).outgoing or delivery.attempt > _limit(delivery) + _TELLING:
            return await self._bury(delivery, said)
        return await self._give_up(delivery, Unavailable(said))

    async def _give_up(self, delivery: Delivery, error: Unavailable) -> str:
        """Nobody is told that it came to nothing where there is an answer which only could not be sent."""
        if not isinstance(error, UndeliveredError):
            try:
                await self._answering.give_up(delivery, error)
            except (Fenced, StorageError):  # the database is away: it comes again
                raise
            except Exception as untold:
                _LOG.warning("and its asker could not be told: %s", type(untold).__name__)
        return await self._bury(delivery, str(error))

    async def _bury(self, delivery: Delivery, error: str) -> str:
        _LOG.error("given up: %s", error)
        self._metrics.dead_letters.inc()
        await self._inbox.bury(delivery, error)
        return "dead"


def _limit(delivery: Delivery) -> int:
    """What was taken up more often ends each process that does. With an intent it may be an answer that can't be sent."""
    return _SENDING_ATTEMPTS if delivery.intent else _DEATHS
