"""The one thread that writes to the inbox. What waits goes into one transaction: a slow disk is shared by all who wait."""

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue

from sqlalchemy import Engine

from storage.claims import Claims
from storage.database import storage_error
from storage.delivery import Delivery
from storage.driver import Driver
from storage.errors import StorageError
from storage.operations import Answer, Conclude, Intend, Operation, Probe, Put
from storage.statements import Statements

_LOG = logging.getLogger(__name__)
_MOST = 1000  # operations in one turn
_TRIES = 2  # of a put: the second meets a server that came back, or is past a deadlock


class Writer:
    """`now` gives seconds since the epoch; `lease` and `poll` are seconds."""

    def __init__(self, engine: Engine, now: Callable[[], float], owner: str, lease: float, poll: float) -> None:
        self._driver = Driver(engine)
        self._statements = Statements(self._driver)
        self._now = now
        self._poll = poll
        self._thread = threading.Thread(target=self._run, name="inbox-writer", daemon=True)
        self._queue: SimpleQueue[Operation | None] = SimpleQueue()
        self._open = False
        self._failing = False
        self._width = 0
        # What follows belongs to the thread.
        self._claims = Claims(self._driver, self._statements, owner, lease)
        self._puts: list[Put] = []
        self._probes: list[Probe] = []
        self._intents: list[Intend] = []
        self._conclusions: list[Conclude] = []

    @property
    def alive(self) -> bool:
        return self._thread.is_alive() and not self._failing

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._open = True
        self._thread.start()

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
        """There may be something to claim: don't wait for the poll. (PostgreSQL's NOTIFY will come in here.)"""
        self._queue.put(None)

    async def close(self) -> None:
        """Writes what was submitted, and ends."""
        self.stop_claiming()
        self._open = False
        self.wake()
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        while self._take():
            try:
                self._turn()
                self._recovered()
            except Exception as error:
                self._fail(error)
        self._driver.disconnect()

    def _take(self) -> bool:
        """Waits for something to do, at most for the poll, and takes all there is. False: closed, and nothing is left."""
        is_open = self._open  # before looking into the queue: nothing is submitted after it was closed
        try:
            self._sort(self._queue.get(timeout=self._poll if is_open else 0))
            for _ in range(_MOST):
                self._sort(self._queue.get_nowait())
        except Empty:
            pass
        return is_open or bool(self._puts or self._probes or self._intents or self._conclusions)

    def _sort(self, operation: Operation | None) -> None:
        match operation:
            case Put():
                self._puts.append(operation)
            case Probe():
                self._probes.append(operation)
            case Intend():
                self._intents.append(operation)
            case Conclude():
                self._conclusions.append(operation)

    def _turn(self) -> None:
        """Two transactions, the first kept short: somebody waits for it to acknowledge what arrived."""
        now = self._now()
        only_intents = bool(self._intents) and not (self._puts or self._conclusions)
        width = 0 if only_intents else self._width  # they make nothing ready: what else may be will be found by the poll
        if self._puts or self._probes:
            self._tell(self._store(now))
        if self._intents or self._conclusions or self._claims.free(width) or self._claims.is_renewal_due(now):
            answers, claimed = self._claims.advance(self._intents, self._conclusions, width, now)
            self._intents, self._conclusions = [], []
            self._tell(answers, claimed)

    def _store(self, now: float) -> list[Answer]:
        puts, probes = self._puts, self._probes
        first = {put.arrival.key: put for put in reversed(puts)}  # of those that came twice
        arrivals = [put.arrival for put in puts if first[put.arrival.key] is put]
        with self._driver.transaction():
            if probes:
                self._statements.probe(now)
            stored = self._statements.insert(arrivals) if arrivals else set()
            is_new = [put.arrival.key in stored and first[put.arrival.key] is put for put in puts]
            if repeats := [put.arrival for put, new in zip(puts, is_new, strict=True) if put.noted and not new]:
                self._statements.record_repeats(repeats)
        self._puts, self._probes = [], []
        answers: list[Answer] = [(put.done, new) for put, new in zip(puts, is_new, strict=True)]
        return answers + [(probe.done, None) for probe in probes]

    def _recovered(self) -> None:
        if self._failing:
            _LOG.warning("the inbox can be written again")
        self._failing = False

    def _fail(self, error: Exception) -> None:
        """Who waits to acknowledge is told so. What workers want written is kept for the next turn, unless it is at fault."""
        if not self._failing:
            _LOG.error("the inbox can't be written: %s", storage_error(error))
        self._failing = True
        self._driver.disconnect()
        again = self._open and self._driver.is_passing(error)
        refused = [*self._refuse_puts(again), *([] if again else self._refuse_changes())]
        self._tell([(operation.done, storage_error(error)) for operation in refused])
        if self._puts:
            self.wake()  # their second try comes at once

    def _refuse_puts(self, again: bool) -> list[Operation]:
        """Takes out the probes, and those puts that had their tries."""
        for put in self._puts:
            put.tries = put.tries + 1 if again else _TRIES
        refused: list[Operation] = [*self._probes, *(put for put in self._puts if put.tries == _TRIES)]
        self._puts = [put for put in self._puts if put.tries < _TRIES]
        self._probes = []
        return refused

    def _refuse_changes(self) -> list[Operation]:
        """Takes out what workers want written. Deliveries that were to be concluded come back when their leases run out."""
        refused: list[Operation] = [*self._intents, *self._conclusions]
        self._claims.forget(self._conclusions)
        self._intents, self._conclusions = [], []
        return refused

    def _tell(self, answers: Sequence[Answer], claimed: Sequence[Delivery] = ()) -> None:
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
