"""What arrived at a platform's stand-in."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from bench.platforms import Platform
from bench.processes import await_start, free_port, running
from bench.tally import Posted
from bench.wire import fetched


class Journal:
    """Asks the stand-in at this port, which is this process."""

    def __init__(self, port: int, pid: int) -> None:
        self.address = f"http://127.0.0.1:{port}/"
        self._process = psutil.Process(pid)

    def count(self) -> int:
        """How many messages there are to take."""
        return int(fetched(f"{self.address}count"))

    def take(self) -> list[Posted]:
        """The messages posted since the last time."""
        return [(number, text, at) for number, text, at in fetched(f"{self.address}take")]

    def cpu(self) -> float:
        """Seconds that the stand-in has taken so far."""
        times = self._process.cpu_times()
        return times.user + times.system


@contextmanager
def stand_in(platform: Platform, directory: Path) -> Iterator[Journal]:
    """Runs a platform's stand-in, in a new directory."""
    port = free_port()
    with running(("-m", platform.stand_in, str(port)), directory, {}) as process:
        journal = Journal(port, process.pid)
        await_start(process, directory, lambda: journal.count() == 0)
        yield journal
