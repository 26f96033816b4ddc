"""A share of a core and no more, as on a slower machine: beside it the load, the stand-in and the database have room.

The kernel could do it too, but not without root.
"""

import ctypes
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

_LOOK = 0.002  # seconds between looks at what was taken
_AT_ONCE = 0.01  # seconds of CPU that who has waited may take at once


@contextmanager
def held(pids: Sequence[int], share: float) -> Iterator[None]:
    """Until it is left, each of these processes gets this share of one core's time at most. 1: as much as there is."""
    if share >= 1:
        yield
        return
    ended = threading.Event()
    watching = threading.Thread(target=_watch, args=([_Quota(pid) for pid in pids], share, ended))
    watching.start()
    try:
        yield
    finally:
        ended.set()
        watching.join()


class _Quota:
    """One process's, which is stopped while it has taken more."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._clock = cpu_clock(pid)
        self._spent = time.clock_gettime(self._clock)
        self._left = 0.0  # seconds
        self._runs = True

    def grant(self, seconds: float) -> None:
        """Raises OSError where the process has ended."""
        spent = time.clock_gettime(self._clock)
        self._left = min(self._left + seconds - (spent - self._spent), _AT_ONCE)
        self._spent = spent
        self.let(self._left > 0)

    def let(self, runs: bool) -> None:
        if runs != self._runs:
            os.kill(self._pid, signal.SIGCONT if runs else signal.SIGSTOP)
            self._runs = runs


def _watch(quotas: Sequence[_Quota], share: float, ended: threading.Event) -> None:
    granted = time.monotonic()
    with suppress(OSError):  # one of them has ended, which its tally will tell
        while not ended.wait(_LOOK):
            now = time.monotonic()
            for each in quotas:
                each.grant((now - granted) * share)
            granted = now
    for each in quotas:
        with suppress(OSError):
            each.let(True)


def cpu_clock(pid: int) -> int:
    """For `time.clock_gettime`, what all threads of a process have taken: exact, where /proc counts hundredths of a second."""
    clock = ctypes.c_int()
    if error := ctypes.CDLL(None).clock_getcpuclockid(pid, ctypes.byref(clock)):
        raise OSError(error, os.strerror(error))
    return clock.value
