"""Starts `interact` quickly: a process that has imported what it needs forks, and the child runs what is asked for.

Importing takes two seconds of computing or more, and so most of the time that a start takes. Whatever a bot does it does after
the fork, in a process of its own, which ends as a Python process ends. `tests/bot/test_run.py` starts bots as people do.
"""

import asyncio
import atexit
import fcntl
import functools
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

SOCKET = "socket"
HOLD = b"HOLD\n"  # from a process of the test run, as long as it lasts


class Forked:
    """A bot's process, as `asyncio.subprocess.Process` would show it."""

    def __init__(self, pid: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._reader = reader
        self._writer = writer

    async def wait(self) -> int:
        """Until it ends; gives the exit code, or -N where the signal N ended it."""
        if self.returncode is None:
            self.returncode = int(await self._reader.readline())
            self._writer.close()
            await self._writer.wait_closed()
        return self.returncode

    def send_signal(self, number: int) -> None:
        with suppress(ProcessLookupError):  # it has ended by itself
            os.kill(self.pid, number)


class ForkServer:
    """The address of a running one."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def start(self, environment: Mapping[str, str], folder: Path, log: Path) -> Forked:
        """Runs a bot in the folder, which says what it has to say at the end of the log."""
        with Path(os.devnull).open() as nothing, log.open("a") as told:
            return await self.run(("run",), environment, folder, [nothing.fileno(), told.fileno(), told.fileno()])

    async def run(self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path, files: Sequence[int]) -> Forked:
        """Runs `interact` with three open files as stdin, stdout and stderr. For "-" see `typing_lines`, for "-c" `beside`."""
        reader, writer = await asyncio.open_unix_connection(sock=self.ask(arguments, environment, folder, files))
        return Forked(int(await reader.readline()), reader, writer)

    def ask(
        self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path, files: Sequence[int]
    ) -> socket.socket:
        """The same; gives where a line comes with the process's number, and one with its exit code once it has ended."""
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(self._path))
        request = {"arguments": list(arguments), "environment": dict(environment), "folder": str(folder)}
        socket.send_fds(connection, [json.dumps(request).encode() + b"\n"], list(files))
        return connection


@functools.cache
def the_fork_server() -> ForkServer:
    """One for all processes of a test run, started by the first that asks for it; it ends when the last of them has ended."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    folder = Path(tempfile.gettempdir()) / f"fork{run[:12]}"  # short: it holds a socket
    with alone():
        folder.mkdir(mode=0o700, exist_ok=True)
        if not (folder / SOCKET).exists():
            _start(folder)
        held = socket.socket(socket.AF_UNIX)
        held.connect(str(folder / SOCKET))
        held.sendall(HOLD)
    atexit.register(held.close)
    return ForkServer(folder / SOCKET)


@contextmanager
def alone() -> Iterator[None]:
    """Nobody else starts a server meanwhile, nor ends. The lock is on what is there anyhow, and so leaves nothing behind."""
    with Path(__file__).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _start(folder: Path) -> None:
    """Returns once it listens: then the process that was started has left itself to a child."""
    command = (sys.executable, "-m", "tests.acceptance.forking", str(folder))
    subprocess.run(command, cwd=Path(__file__).parents[2], stdin=subprocess.DEVNULL, check=True)
