"""A few lines of Python in a process beside the test, without the time that a fresh one takes for its imports."""

import asyncio
import os
import signal
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.acceptance.fork_server import Forked, the_fork_server

_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Beside:
    """`printed` is its stdout, `typed` its stdin."""

    process: Forked
    printed: asyncio.StreamReader
    typed: asyncio.StreamWriter
    _stderr: IO[str]

    def kill(self) -> None:
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGKILL)

    async def end(self) -> tuple[int, bytes]:
        """Waits until it ends by itself, or was killed: the exit code, and what else it printed."""
        printed = await self.printed.read()
        return await self.process.wait(), printed

    def complained(self) -> str:
        """What it has said on stderr until now."""
        self._stderr.seek(0)
        return self._stderr.read()


@asynccontextmanager
async def beside(code: str, *arguments: str) -> AsyncIterator[Beside]:
    """Runs the code, to which `sys.argv[1:]` are the arguments; what still runs at the end of the block is killed."""
    ours, theirs = socket.socketpair()
    with tempfile.TemporaryFile("w+") as stderr:
        with theirs:
            files = [theirs.fileno(), theirs.fileno(), stderr.fileno()]
            process = await the_fork_server().run(("-c", code, *arguments), os.environ, _ROOT, files)
        printed, typed = await asyncio.open_connection(sock=ours)
        running = Beside(process, printed, typed, stderr)
        try:
            yield running
        finally:
            running.kill()
            await process.wait()
            typed.close()
            await typed.wait_closed()
