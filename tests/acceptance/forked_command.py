"""The real command line as in `tests.bot.command_line`, without the time that a fresh Python takes for its imports."""

import asyncio
import os
import signal
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.acceptance.fork_server import Forked, the_fork_server
from tests.bot.command_line import address_in, environment, sandboxes_in

_PATIENCE = 60  # seconds: for a loaded machine, not for the bot


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


@dataclass(frozen=True)
class Running:
    """A bot that has told that it is up."""

    process: Forked
    folder: Path

    @property
    def banner(self) -> str:
        return (self.folder / "stdout").read_text()

    @property
    def address(self) -> str:
        return address_in(self.banner)

    @property
    def sandboxes(self) -> str:
        return sandboxes_in(self.banner)

    async def end(self) -> tuple[int, str]:
        """Waits for the end: the exit code, and what was said on stderr."""
        async with asyncio.timeout(_PATIENCE):
            return await self.process.wait(), (self.folder / "stderr").read_text()


@asynccontextmanager
async def running(home: Path, **settings: str) -> AsyncIterator[Running]:
    """`interact run`, once it is up; killed at the end if it is still there."""
    with (
        Path(os.devnull).open() as nothing,
        (home / "stdout").open("w") as printed,
        (home / "stderr").open("w") as complained,
    ):
        files = [each.fileno() for each in (nothing, printed, complained)]
        process = await the_fork_server().run(("run",), environment(home, **settings), home, files)
    bot = Running(process, home)
    try:
        async with asyncio.timeout(_PATIENCE):
            while "Try:" not in bot.banner:
                await asyncio.sleep(0.02)
        yield bot
    finally:
        process.send_signal(signal.SIGKILL)
        await process.wait()
