"""Starts bots quickly: a process that has imported what they need forks, and the child runs `interact run`.

Importing takes a second or two of computing, and so most of the time that a start takes. Whatever a bot does it does after the
fork, in a process of its own, which ends as a Python process ends. `tests/bot/test_run.py` starts bots as people do.
"""

import asyncio
import atexit
import fcntl
import functools
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from adapters import ADAPTERS

_IMPORTED = (
    *("bot.__main__", "bot.run", "bot.web.providers", "bot.web.site"),
    *("bot.slack.app", "bot.slack.install", "bot.slack.listen", "bot.teams.app", "bot.teams.listen"),
    *("googleapiclient.discovery", "httplib2", "sqlalchemy.dialects.sqlite.aiosqlite", "uvloop"),
)
_SOCKET = "socket"
_HOLD = b"HOLD\n"  # from a process of the test run, as long as it lasts


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
        reader, writer = await asyncio.open_unix_connection(self._path)
        request = {"environment": dict(environment), "folder": str(folder), "log": str(log)}
        writer.write(json.dumps(request).encode() + b"\n")
        return Forked(int(await reader.readline()), reader, writer)


@functools.cache
def the_fork_server() -> ForkServer:
    """One for all processes of a test run, started by the first that asks for it; it ends when the last of them has ended."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    folder = Path(tempfile.gettempdir()) / f"fork{run[:12]}"  # short: it holds a socket
    folder.mkdir(mode=0o700, exist_ok=True)
    with _alone(folder):
        if not (folder / _SOCKET).exists():
            _start(folder)
        held = socket.socket(socket.AF_UNIX)
        held.connect(str(folder / _SOCKET))
        held.sendall(_HOLD)
    atexit.register(held.close)
    return ForkServer(folder / _SOCKET)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _start(folder: Path) -> None:
    """Returns once it listens: then the process that was started has left itself to a child."""
    command = (sys.executable, "-m", "tests.acceptance.fork_server", str(folder))
    subprocess.run(command, cwd=Path(__file__).parents[2], stdin=subprocess.DEVNULL, check=True)


def _serve(folder: Path) -> None:
    """Returns in each bot's process, and once nobody holds the server any more."""
    for name in _IMPORTED:
        import_module(name)
    for adapter in ADAPTERS:
        adapter.client.load("http://127.0.0.1:9/")
    gc.freeze()  # so that no child copies it for a look
    signal.signal(signal.SIGCHLD, _reap)
    holders: set[socket.socket] = set()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / _SOCKET))
        listener.listen(64)
        if os.fork():
            os._exit(0)
        os.setsid()
        while not _is_over(folder, holders):
            if listener not in select.select([listener, *holders], [], [])[0]:
                continue
            connection, _ = listener.accept()
            request = connection.makefile("rb").readline()
            if request == _HOLD:
                holders.add(connection)
            elif _has_forked(connection):
                listener.close()
                for each in holders:
                    each.close()
                _keep(connection, json.loads(request))
                return


def _is_over(folder: Path, holders: set[socket.socket]) -> bool:
    """Whoever comes in the next moment finds no socket, and starts another."""
    ended = set(select.select(list(holders), [], [], 0)[0])  # a holder says nothing more until it ends
    holders -= ended
    if not ended or holders:
        return False
    with _alone(folder):
        (folder / _SOCKET).unlink()
    return True


def _has_forked(connection: socket.socket) -> bool:
    """True in the child; in the server the connection is closed."""
    if os.fork() == 0:
        return True
    connection.close()
    return False


def _reap(*_: object) -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _keep(connection: socket.socket, request: Mapping[str, Any]) -> None:
    """Forks the bot, tells its number, and tells how it ended. Returns in the bot's process."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if (bot := os.fork()) == 0:
        connection.close()
        _become_bot(Path(request["folder"]), Path(request["log"]), request["environment"])
        return
    connection.sendall(f"{bot}\n".encode())
    code = os.waitstatus_to_exitcode(os.waitpid(bot, 0)[1])
    with suppress(OSError):  # the test is over
        connection.sendall(f"{code}\n".encode())
    os._exit(0)


def _become_bot(folder: Path, log: Path, environment: Mapping[str, str]) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, source in ((0, nothing), (1, output), (2, output)):
        os.dup2(source, number)
    os.close(output)
    os.close(nothing)
    sys.argv = ["interact", "run"]
    if drill := environment.get("DRILL"):
        import_module("tests.drills.inside").change(drill)


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
    if sys.argv[1:] == ["run"]:
        from bot.__main__ import main

        main()
