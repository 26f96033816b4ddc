"""The bot as the bench starts it, without the time that a fresh Python takes for its imports."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from bench import processes
from bench.processes import BrokenError, Process
from bench.subjects import RUN
from tests.acceptance.fork_server import the_fork_server


class Forked:
    """As `subprocess.Popen` would show it."""

    def __init__(self, directory: Path, environment: Mapping[str, str]) -> None:
        with Path(os.devnull).open() as nothing, (directory / "log").open("w") as log:
            files = [nothing.fileno(), log.fileno(), log.fileno()]
            self._told = the_fork_server().ask(("run",), environment, directory, files)
        self.pid = int(self._line())
        self._code: int | None = None

    def poll(self) -> int | None:
        with suppress(subprocess.TimeoutExpired):
            return self.wait(0)
        return None

    def wait(self, timeout: float | None = None) -> int:
        """Raises subprocess.TimeoutExpired."""
        if self._code is None:
            self._told.settimeout(timeout)
            try:
                self._code = int(self._line())
            except (TimeoutError, BlockingIOError):
                raise subprocess.TimeoutExpired("interact", timeout or 0) from None
            self._told.close()
        return self._code

    def terminate(self) -> None:
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        self._send(signal.SIGKILL)

    def _send(self, number: int) -> None:
        with suppress(ProcessLookupError):  # it has ended by itself
            os.kill(self.pid, number)

    def _line(self) -> bytes:
        """Raises BrokenError where nobody is left to tell it."""
        line = b""
        while not line.endswith(b"\n"):
            if not (sign := self._told.recv(1)):
                raise BrokenError("the process that would tell of the bot's end is gone")
            line += sign
        return line


def begin(arguments: Sequence[str], directory: Path, environment: Mapping[str, str]) -> Process:
    """In the place of the bench's own, which it leaves to start what is no bot."""
    return Forked(directory, environment) if tuple(arguments) == RUN else _begin(arguments, directory, environment)


_begin = processes.begin
