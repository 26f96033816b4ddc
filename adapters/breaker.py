"""A circuit breaker: a service that keeps failing is left alone for a while, then asked once."""

from collections import deque
from collections.abc import Callable
from typing import Literal

FAILURES = 5  # in a row
WITHIN = 30.0  # seconds from the first of them to the last
COOL_DOWN = 15.0  # seconds


class Breaker:
    """Closed while all is well; open after several failures in a row; half-open while one probe finds out how things stand.

    Ask `allows()` before each request, and say afterwards how it went. `now` counts seconds.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._failures: deque[float] = deque(maxlen=FAILURES)
        self._until: float | None = None
        self._probing = False

    @property
    def state(self) -> Literal["closed", "open", "half-open"]:
        if self._until is None:
            return "closed"
        return "half-open" if self._probing or not self.remaining else "open"

    @property
    def remaining(self) -> float:
        """Seconds until it may be asked again."""
        return 0.0 if self._until is None else max(0.0, self._until - self._now())

    def allows(self) -> bool:
        """Whether a request may go out now. Where it is the probe, all others wait for its outcome."""
        if self._until is None:
            return True
        if self.remaining:
            return False
        self._until = self._now() + COOL_DOWN  # a probe that is cancelled never reports: after this time comes another
        self._probing = True
        return True

    def succeeded(self) -> None:
        self._failures.clear()
        self._until = None
        self._probing = False

    def failed(self) -> None:
        now = self._now()
        self._failures.append(now)
        if self._probing or (len(self._failures) == FAILURES and now - self._failures[0] <= WITHIN):
            self._until = now + COOL_DOWN
            self._probing = False
