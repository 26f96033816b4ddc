"""The real command line, in a process of its own that sees no setting but those it is given."""

import asyncio
import os
import re
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

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


def address_in(banner: str) -> str:
    """Where the bot listens; with a slash at its end."""
    return _found(r"listening at (http://\S+)", banner)


def sandboxes_in(banner: str) -> str:
    """Where the services' stand-ins are; with a slash at its end."""
    return _found(r"sandbox, at (http://\S+/)slack/", banner)


def _found(pattern: str, banner: str) -> str:
    match = re.search(pattern, banner)
    assert match, banner
    return match[1]


@dataclass(frozen=True)
class Running:
    """A bot that has told that it is up."""

    process: Process
    banner: str

    @property
    def address(self) -> str:
        return address_in(self.banner)

    @property
    def sandboxes(self) -> str:
        return sandboxes_in(self.banner)

    async def end(self) -> tuple[int, str]:
        """Waits for the end: the exit code, and what was said on stderr."""
        assert self.process.stderr
        async with asyncio.timeout(_PATIENCE):
            said = await self.process.stderr.read()
            return await self.process.wait(), said.decode()


@asynccontextmanager
async def running(home: Path, **settings: str) -> AsyncIterator[Running]:
    """`interact run`, once it is up; killed at the end if it is still there."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", cwd=home, env=environment(home, **settings), stdout=PIPE, stderr=PIPE
    )
    assert process.stdout
    try:
        async with asyncio.timeout(_PATIENCE):
            banner = await process.stdout.readuntil(b"Try:")
        yield Running(process, banner.decode())
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
