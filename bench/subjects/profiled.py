"""The bot, of which the first SIGUSR1 begins a profile of the main thread and the second ends it, into the file PROFILE."""

import cProfile
import os
import runpy
import signal
import sys
import time
from pathlib import Path


class _Switch:
    """Counts the main thread's own CPU time: neither waiting nor another thread's turn counts as work."""

    def __init__(self, path: str) -> None:
        self._profile = cProfile.Profile(time.thread_time)
        self._path = path
        self._on = False

    def press(self, *_: object) -> None:
        self._on = not self._on
        if self._on:
            self._profile.enable()
        else:
            self._profile.disable()
            self._profile.dump_stats(f"{self._path}.part")
            Path(f"{self._path}.part").rename(self._path)


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, _Switch(os.environ["PROFILE"]).press)
    sys.argv = ["bot", "run"]
    runpy.run_module("bot", run_name="__main__", alter_sys=True)
