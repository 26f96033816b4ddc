"""Programs in processes of their own: started, watched, ended."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
_PATIENCE = 30.0  # seconds for a start, and for an end


class BrokenError(Exception):
    """A program does not start, or ended too early. The text holds the end of what it printed."""


@contextmanager
def running(arguments: Sequence[str], directory: Path, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Runs `python` in this new directory, with these settings and no others; what it prints goes to the file `log` there."""
    directory.mkdir()
    given = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(directory), **environment}
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, *arguments], env=given, cwd=directory, stdout=log, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def await_start(process: subprocess.Popen[bytes], directory: Path, listens: Callable[[], bool]) -> None:
    """Asks `listens` every two milliseconds until it says yes; a refused connection is a no. Raises BrokenError."""
    ends = time.monotonic() + _PATIENCE
    while not _answers(listens):
        if process.poll() is not None or time.monotonic() > ends:
            raise BrokenError((directory / "log").read_text()[-2000:] or "it does not start, and prints nothing")
        time.sleep(0.002)


def _answers(listens: Callable[[], bool]) -> bool:
    try:
        return listens()
    except OSError:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
