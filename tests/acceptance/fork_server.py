"""Starts bots quickly: a process that has imported what they need forks, and the child runs `interact run`.

Importing takes a second or two of computing, and so most of the time that a start takes. Whatever a bot does it does after the
fork, in a process of its own, which ends as a Python process ends. `tests/bot/test_run.py` starts bots as people do.
"""

import asyncio
import atexit
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
from contextlib import ExitStack, contextmanager, suppress
from importlib import import_module
from pathlib import Path

from adapters import ADAPTERS

_IMPORTED = (
    *("bot.__main__", "bot.run", "bot.web.providers", "bot.web.site"),
    *("bot.slack.app", "bot.slack.install", "bot.slack.listen", "bot.teams.app", "bot.teams.listen"),
    *("googleapiclient.discovery", "httplib2", "sqlalchemy.dialects.sqlite.aiosqlite", "uvloop"),
)


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


@contextmanager
def _fork_server() -> Iterator[ForkServer]:
    with tempfile.TemporaryDirectory(prefix="fork") as folder:  # short: it holds a socket
        path = Path(folder) / "socket"
        command = (sys.executable, "-m", "tests.acceptance.fork_server", str(path))
        root = Path(__file__).parents[2]
        with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdin
            assert process.stdout
            assert process.stdout.readline() == b"READY\n"
            yield ForkServer(path)
            process.stdin.close()


@functools.cache
def the_fork_server() -> ForkServer:
    """One for each process of the test run, started when the first test asks for it."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(_fork_server())


def _serve(path: str) -> None:
    """Returns in each bot's process, and once nobody is at the other end of stdin any more."""
    for name in _IMPORTED:
        import_module(name)
    for adapter in ADAPTERS:
        adapter.client.load("http://127.0.0.1:9/")
    gc.freeze()  # so that no child copies it for a look
    signal.signal(signal.SIGCHLD, _reap)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(16)
        print("READY", flush=True)  # noqa: T201
        while listener in select.select([listener, sys.stdin], [], [])[0]:
            connection, _ = listener.accept()
            with connection:
                if os.fork() == 0:
                    listener.close()
                    _keep(connection)
                    return


def _reap(*_: object) -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _keep(connection: socket.socket) -> None:
    """Forks the bot, tells its number, and tells how it ended. Returns in the bot's process."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    request = json.loads(connection.makefile("rb").readline())
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


if __name__ == "__main__":
    _serve(sys.argv[1])
    if sys.argv[1:] == ["run"]:
        from bot.__main__ import main

        main()
