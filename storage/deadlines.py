"""Who waits for the database is not left to wait for long."""

import asyncio
from collections import deque
from typing import Any

from storage.errors import StorageError

_TOO_SLOW = "The database does not answer in time. Look at its disk, its load and its server."


class Deadlines:
    """All have the same time, `seconds`, so that one timer does for all: one for each costs as much as a tenth of a put."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._waiting: deque[tuple[float, asyncio.Future[Any]]] = deque()  # the first is due first
        self._timer: asyncio.TimerHandle | None = None

    def watch(self, done: "asyncio.Future[Any]") -> None:
        """It gets a StorageError, unless it is done in time."""
        loop, waiting = done.get_loop(), self._waiting
        while waiting and waiting[0][1].done():
            waiting.popleft()
        waiting.append((loop.time() + self.seconds, done))
        if self._timer is None:
            self._timer = loop.call_later(self.seconds, self._refuse)

    def _refuse(self) -> None:
        waiting, self._timer = self._waiting, None
        while waiting:
            due, done = waiting[0]
            loop = done.get_loop()
            if not done.done() and loop.time() < due:
                self._timer = loop.call_at(due, self._refuse)
                return
            waiting.popleft()
            if not done.done():
                done.set_exception(too_slow())


def too_slow() -> StorageError:
    return StorageError(_TOO_SLOW)
