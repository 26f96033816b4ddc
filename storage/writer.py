"""The one thread that writes to the inbox. What waits goes into one transaction: a slow disk is shared by all who wait."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue

from sqlalchemy import Engine

from storage.arrivals import store
from storage.backlog import Backlog
from storage.claims import Claims
from storage.cutting import HUNG
from storage.database import storage_error
from storage.delivery import Delivery
from storage.driver import Driver
from storage.errors import StorageError
from storage.operations import Answer, Conclude, Operation
from storage.shared_clock import SharedClock
from storage.statements import Statements

_LOG = logging.getLogger(__name__)
_MOST = 1000  # operations in one turn
_WATCH = 1.0  # seconds between looks at whether the server answers
_LAST = HUNG + 5.0  # seconds until the writer ends, even where its server hangs
_PAUSE = 0.1  # seconds between calls for others: PostgreSQL commits what calls one after the other


class Writer:
    """`lease` and `poll` are seconds."""

    def __init__(self, engine: Engine, clock: SharedClock, owner: str, lease: float, poll: float) -> None:
        self._driver = Driver(engine)
        self._statements = Statements(self._driver)
        self._clock = clock
        self._poll = poll
        self._thread = threading.Thread(target=self._run, name="inbox-writer", daemon=True)
        self._queue: SimpleQueue[Operation | None] = SimpleQueue()
        self._open = False
        self._failing = False
        self._width = 0
        # What follows belongs to the thread.
        self._claims = Claims(self._driver, self._statements, owner, lease)
        self._backlog = Backlog()
        self._measured = False
        self._called = float("-inf")

    @property
    def alive(self) -> bool:
        return self._thread.is_alive() and not self._failing

    @property
    def busy(self) -> float:
        """For how many seconds it has been waiting for the database."""
        return self._driver.busy

    @property
    def takeovers(self) -> int:
        return self._claims.takeovers

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._open = True
        self._thread.start()
        self._watching = self._loop.call_later(_WATCH, self._watch)

    def submit(self, operation: Operation) -> None:
        if not self._open or not self._thread.is_alive():
            raise StorageError("The inbox is not open.")
        self._queue.put(operation)

    def claim(self, deliver: Callable[[Delivery], None], width: int) -> None:
        """Keeps up to `width` deliveries claimed from now on. `deliver` is called on the event loop, and must not raise."""
        self._deliver, self._width = deliver, width
        self.wake()

    def stop_claiming(self) -> None:
        self._width = 0

    def wake(self) -> None:
        """There may be something to claim: don't wait for the poll. From any thread."""
        self._queue.put(None)

    def hear(self, caller: int) -> None:
        """What another process calls, or this one itself."""
        if caller != self._driver.pid:
            self.wake()

    async def close(self) -> None:
        """Writes what was submitted, and ends."""
        self.stop_claiming()
        self._open = False
        self.wake()
        await asyncio.to_thread(self._thread.join, _LAST)
        self._watching.cancel()

    def _watch(self) -> None:
        self._watching = self._loop.call_later(_WATCH, self._watch)
        if self._driver.busy > HUNG:
            self._driver.cut()

    def _run(self) -> None:
        while self._take():
            try:
                self._turn()
                self._recovered()
            except Exception as error:
                self._put_off(error)
        self._driver.disconnect()

    def _take(self) -> bool:
        """Waits for something to do, at most for the poll, and takes all there is. False: closed, and nothing is left."""
        is_open = self._open  # before looking into the queue: nothing is submitted after it was closed
        try:
            self._backlog.add(self._queue.get(timeout=self._poll if is_open else 0))
            for _ in range(_MOST):
                self._backlog.add(self._queue.get_nowait())
        except Empty:
            pass
        return is_open or bool(self._backlog)

    def _turn(self) -> None:
        """All in one transaction, for the commit is the dearest part of a turn.

        But processes that share PostgreSQL wait for each other, above all for the end of the audit's chain: there, what
        somebody waits for to acknowledge comes first, in a transaction of its own.
        """
        self._set_clock()
        asked, now = self._backlog, self._clock()
        only_intents = bool(asked.intents) and not (asked.puts or asked.conclusions)
        width = 0 if only_intents else self._width  # they make nothing ready: what else may be will be found by the poll
        width = width if self._clock.is_set else 0  # others' leases would seem to be over
        free = self._claims.free(width)
        given_back = bool(asked.conclusions) and not self._width
        renewing = self._clock.is_set and self._claims.is_renewal_due(now)
        new = 0
        if not self._driver.is_sqlite and (asked.puts or asked.probes):
            new = self._commit(asked.first(), 0, False, now)
        if asked or free or renewing or self._failing:
            new += self._commit(asked, width, renewing, now)
        if new > free or given_back:
            self._call_others()

    def _set_clock(self) -> None:
        """Before leases are looked at: they are on the server's clock."""
        measured = self._measured and not self._claims.is_renewal_due(self._clock())
        if measured or self._driver.is_sqlite or not self._clock.follows:
            return
        with self._driver.transaction():
            self._measured = self._clock.measure(self._statements.server_time)

    def _commit(self, asked: Backlog, width: int, renewing: bool, now: float) -> int:
        """Gives back how many deliveries were new. What is noted waits for the transaction that writes all that was asked."""
        is_all = asked is self._backlog
        with self._driver.transaction():
            if asked.probes or self._failing:  # only what was written shows that it can be written again
                self._statements.probe(now)
            stored = store(self._statements, asked.puts)
            progress = self._claims.advance(asked.intents, asked.conclusions, width, renewing, now)
            repeats = [*asked.repeats, *stored.repeats]
            noted = _MOST if is_all else 0
            if repeats[:noted]:
                self._statements.record_repeats(repeats[:noted])
        self._claims.keep(progress)
        answers = [*stored.answers, *((probe.done, None) for probe in asked.probes), *progress.answers]
        asked.clear()
        self._backlog.repeats += repeats[noted:]
        self._tell(answers, progress.claimed)
        return stored.new

    def _call_others(self) -> None:
        """In a transaction of its own: all that call wait for one another, and nobody who waits to acknowledge shall."""
        if self._driver.is_sqlite or time.monotonic() - self._called < _PAUSE:
            return
        with self._driver.transaction():
            self._statements.call_others()
        self._called = time.monotonic()

    def _recovered(self) -> None:
        if self._failing:
            _LOG.warning("the inbox can be written again")
        self._failing = False

    def _put_off(self, error: Exception) -> None:
        """What others were in the way of is asked again at once: it may have waited for half a second."""
        if not self._driver.is_contended(error):
            self._fail(error)
            return
        _LOG.info("the inbox waits for another process: %s", storage_error(error))
        try:
            self._driver.roll_back()
        except Exception as broken:
            self._fail(broken)
        self.wake()

    def _fail(self, error: Exception) -> None:
        """What was asked is kept for the next turn, unless it is at fault. Puts are refused by `Inbox.put`, in time."""
        if not self._failing:
            _LOG.error("the inbox can't be written: %s", storage_error(error))
        self._failing = True
        self._measured = False
        self._driver.disconnect()
        again = self._open and self._driver.is_passing(error)
        refused = self._backlog.try_again() if again else self._backlog.give_up()
        self._claims.forget(operation for operation in refused if isinstance(operation, Conclude))
        self._tell([(operation.done, storage_error(error)) for operation in refused])
        if any(put.tries == 1 for put in self._backlog.puts):
            self.wake()  # their second try comes at once

    def _tell(self, answers: Sequence[Answer], claimed: Sequence[Delivery] = ()) -> None:
        if not answers and not claimed:
            return
        try:
            self._loop.call_soon_threadsafe(self._answer, answers, claimed)
        except RuntimeError:  # the loop has ended without closing us
            self._open = False

    def _answer(self, answers: Sequence[Answer], claimed: Sequence[Delivery]) -> None:
        for future, answer in answers:
            if future.done():  # whoever asked has given up waiting
                continue
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)
        for delivery in claimed:
            self._deliver(delivery)
