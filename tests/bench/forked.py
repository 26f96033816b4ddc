"""The bot as the bench starts it, without the time that a fresh Python takes for its imports."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from bench import processes
from bench.processes import Process
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
        """Ends that are waited for are told."""
        return self._code

    def wait(self, timeout: float | None = None) -> int:
        """Raises subprocess.TimeoutExpired."""
        self._told.settimeout(timeout)
        if self._code is None:
            try:
                self._code = int(self._line())
            except TimeoutError:
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
        line = b""
        while not line.endswith(b"\n"):
            line += self._told.recv(1)
        return line


def begin(arguments: Sequence[str], directory: Path, environment: Mapping[str, str]) -> Process:
    """In the place of the bench's own, which it leaves to start what is no bot."""
    return Forked(directory, environment) if tuple(arguments) == RUN else _begin(arguments, directory, environment)


_begin = processes.begin
