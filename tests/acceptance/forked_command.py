"""The real command line as in `tests.bot.command_line`, without the time that a fresh Python takes for its imports."""

import os
import signal
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.acceptance.fork_server import Forked, the_fork_server
from tests.bot import command_line
from tests.bot.command_line import environment, streams, up

_PATIENCE = 60  # seconds: for a loaded machine, not for the bot

Running = command_line.Running[Forked]


def interact(home: Path, *arguments: str, stdin: str = "", **settings: str) -> "subprocess.CompletedProcess[str]":
    """Runs `interact ...` to its end, in `home`."""
    with (
        tempfile.TemporaryFile("w+") as typed,
        tempfile.TemporaryFile("w+") as printed,
        tempfile.TemporaryFile("w+") as complained,
    ):
        typed.write(stdin)
        typed.seek(0)
        files = [each.fileno() for each in (typed, printed, complained)]
        with the_fork_server().ask(arguments, environment(home, **settings), home, files) as connection:
            code = _code(connection)
        printed.seek(0)
        complained.seek(0)
        return subprocess.CompletedProcess(arguments, code, printed.read(), complained.read())


def _code(connection: socket.socket) -> int:
    """Raises TimeoutError; the process is killed then."""
    connection.settimeout(_PATIENCE)
    told = connection.makefile("r")
    process = int(told.readline())
    try:
        return int(told.readline())
    except TimeoutError:
        os.kill(process, signal.SIGKILL)
        raise


@asynccontextmanager
async def running(home: Path, **settings: str) -> AsyncIterator[Running]:
    """`interact run`, once it is up; killed at the end if it is still there."""
    with streams(home) as files:
        process = await the_fork_server().run(("run",), environment(home, **settings), home, files)
    async with up(process, home) as bot:
        yield bot
