"""Somebody at a terminal beside the bot, and what they type and read."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from shlex import quote

from tests.acceptance.typing_lines import ENDS
from tests.acceptance.world import Bot


class Terminal:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def tells(self, asked: str, label: str = "") -> Sequence[str]:
        """What was typed and what came of it. Where a button is spelled out, its words are typed."""
        printed = await self._types(asked)
        told = _told(asked, printed)
        if not label:
            return told
        pressed = next(line for line in printed if line.startswith(f"{label} → ")).partition(" → ")[2]
        return [*told, *_told(pressed, await self._types(pressed))]

    async def _types(self, words: str) -> Sequence[str]:
        """The lines of the answer."""
        typed, printed = self._process.stdin, self._process.stdout
        assert typed
        assert printed
        typed.write(f"{words}\n".encode())
        answer = await printed.readuntil(f"{ENDS}\n".encode())
        return answer.decode().removesuffix(f"{ENDS}\n").splitlines()


def _told(asked: str, printed: Sequence[str]) -> Sequence[str]:
    return [f"$ interact say {quote(asked)}", *printed]


@asynccontextmanager
async def at_terminal(bot: Bot, services: str) -> AsyncIterator[Terminal]:
    """With these services alone, separated by commas: each takes its time to load."""
    environment = {name: value for name, value in bot.environment.items() if not name.startswith(("SLACK_", "TEAMS_"))}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.acceptance.typing_lines"),
        cwd=bot.folder,
        env={**environment, "SANDBOX": services, "TIMEZONE": "Europe/London"},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Terminal(process)
    finally:
        assert process.stdin
        process.stdin.close()
        await process.wait()
