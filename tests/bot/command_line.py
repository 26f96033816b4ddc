"""The real command line, in a process of its own that sees no setting but those it is given."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from tests.acceptance.fork_server import Forked

AnyProcess = TypeVar("AnyProcess", Process, Forked)
_PATIENCE = 60  # seconds: a busy machine is slow to start


def environment(home: Path, **settings: str) -> dict[str, str]:
    """Nothing of this machine's but where programs are. One service alone: to load all takes seconds of computing."""
    given = {"DATABASE_URL": f"sqlite:///{home / 'data/interact.sqlite'}", "PORT": "0", "SANDBOX_PORT": "0"}
    given["SANDBOX"] = "google_calendar"
    return {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONWARNINGS": "error::ResourceWarning", **given, **settings}


def interact(home: Path, *arguments: str, stdin: str = "", **settings: str) -> "subprocess.CompletedProcess[str]":
    """Runs `interact ...` to its end, in `home`."""
    return python(home, "-m", "bot", *arguments, stdin=stdin, **settings)


def python(home: Path, *arguments: str, stdin: str = "", **settings: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=home,
        env=environment(home, **settings),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )


@dataclass(frozen=True)
class Running(Generic[AnyProcess]):
    """A bot that has told that it is up."""

    process: AnyProcess
    folder: Path

    @property
    def banner(self) -> str:
        return (self.folder / "stdout").read_text()

    @property
    def address(self) -> str:
        """Where the bot listens; with a slash at its end."""
        return self._told(r"listening at (http://\S+)")

    @property
    def sandboxes(self) -> str:
        """Where the services' stand-ins are; with a slash at its end."""
        return self._told(r"sandbox, at (http://\S+/)slack/")

    async def end(self) -> tuple[int, str]:
        """Waits for the end: the exit code, and what was said on stderr."""
        async with asyncio.timeout(_PATIENCE):
            return await self.process.wait(), (self.folder / "stderr").read_text()

    def _told(self, pattern: str) -> str:
        match = re.search(pattern, self.banner)
        assert match, self.banner
        return match[1]


@asynccontextmanager
async def running(home: Path, **settings: str) -> AsyncIterator[Running[Process]]:
    """`interact run`, once it is up; killed at the end if it is still there."""
    with streams(home) as (stdin, stdout, stderr):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "run"),
            cwd=home,
            env=environment(home, **settings),
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
        )
    async with up(process, home) as bot:
        yield bot


@contextmanager
def streams(folder: Path) -> Iterator[Sequence[int]]:
    """An empty stdin, and the files in the folder that `Running` reads."""
    with (
        Path(os.devnull).open() as nothing,
        (folder / "stdout").open("w") as printed,
        (folder / "stderr").open("w") as complained,
    ):
        yield [each.fileno() for each in (nothing, printed, complained)]


@asynccontextmanager
async def up(process: AnyProcess, folder: Path) -> AsyncIterator[Running[AnyProcess]]:
    """The bot that was just started, once it is up; killed at the end if it is still there."""
    bot = Running(process, folder)
    try:
        async with asyncio.timeout(_PATIENCE):
            while "Try:" not in bot.banner:
                await asyncio.sleep(0.02)
        yield bot
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await process.wait()
