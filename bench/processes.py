"""Programs in processes of their own: started, watched, ended."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

ROOT = Path(__file__).parents[1]
_PATIENCE = 60.0  # seconds for a start, and for an end
_LOOK = 0.005  # seconds: at a start, which takes a hundred times as long


class BrokenError(Exception):
    """A program does not start, or ended too early. The text holds the end of what it printed."""


class Process(Protocol):
    """What is needed of a `subprocess.Popen`."""

    pid: int

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...

    def terminate(self) -> None: ...

    def kill(self) -> None: ...


def begin(arguments: Sequence[str], directory: Path, environment: Mapping[str, str]) -> Process:
    """Starts `python` in this directory, with this environment; what it prints goes to the file `log` there."""
    with (directory / "log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, *arguments], env=environment, cwd=directory, stdout=log, stderr=subprocess.STDOUT
        )


@contextmanager
def running(arguments: Sequence[str], directory: Path, settings: Mapping[str, str]) -> Iterator[Process]:
    """Runs `python` in this new directory, with these settings and no others, until it is left; see `begin`."""
    directory.mkdir()
    process = begin(
        arguments, directory, {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(directory), **settings}
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def await_start(process: Process, directory: Path, listens: Callable[[], bool]) -> None:
    """Asks `listens` every five milliseconds until it says yes; a refused connection is a no. Raises BrokenError."""
    ends = time.monotonic() + _PATIENCE
    while not _answers(listens):
        if process.poll() is not None or time.monotonic() > ends:
            raise BrokenError((directory / "log").read_text()[-2000:] or "it does not start, and prints nothing")
        time.sleep(_LOOK)


def _answers(listens: Callable[[], bool]) -> bool:
    try:
        return listens()
    except OSError:
        return False


def free_port() -> int:
    """Below those that the system gives out by itself: one of so many connections would take it before the program does."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
