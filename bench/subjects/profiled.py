"""The bot, of which the first SIGUSR1 begins a profile and the second ends it: of the main thread, and of the inbox's writer.

They go to the file PROFILE, and to one beside it whose name ends with ".writer".
"""

import cProfile
import os
import runpy
import signal
import sys
import time
from pathlib import Path

from storage.writer import Writer


class _Switch:
    """Counts each thread's own CPU time: neither waiting nor another thread's turn counts as work."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._main, self._writer = cProfile.Profile(time.thread_time), cProfile.Profile(time.thread_time)
        self._on = self._watching = False

    def press(self, *_: object) -> None:
        self._on = not self._on
        if self._on:
            self._main.enable()
        else:
            self._main.disable()
            self._keep(self._main, self._path)

    def take(self, writer: Writer) -> bool:
        """In place of what the writer begins each turn with: only in its own thread can it be watched."""
        if self._on != self._watching:
            self._watching = self._on
            if self._on:
                self._writer.enable()
            else:
                self._writer.disable()
                self._keep(self._writer, f"{self._path}.writer")
        return _take(writer)

    def _keep(self, profile: cProfile.Profile, path: str) -> None:
        profile.dump_stats(f"{path}.part")
        Path(f"{path}.part").rename(path)


_take = Writer._take

if __name__ == "__main__":
    switch = _Switch(os.environ["PROFILE"])
    Writer._take = lambda writer: switch.take(writer)  # type: ignore  # noqa: PLW0108 - a method, watched only here
    signal.signal(signal.SIGUSR1, switch.press)
    sys.argv = ["bot", "run"]
    runpy.run_module("bot", run_name="__main__", alter_sys=True)
