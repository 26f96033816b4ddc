"""Somebody at a terminal beside the bot, and what they type and read."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from shlex import quote

from tests.acceptance.fork_server import the_fork_server
from tests.acceptance.typing_lines import ENDS
from tests.acceptance.world import Bot


class Terminal:
    def __init__(self, printed: asyncio.StreamReader, typed: asyncio.StreamWriter) -> None:
        self._printed = printed
        self._typed = typed

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
        self._typed.write(f"{words}\n".encode())
        answer = await self._printed.readuntil(f"{ENDS}\n".encode())
        return answer.decode().removesuffix(f"{ENDS}\n").splitlines()


def _told(asked: str, printed: Sequence[str]) -> Sequence[str]:
    return [f"$ interact say {quote(asked)}", *printed]


@asynccontextmanager
async def at_terminal(bot: Bot, services: str) -> AsyncIterator[Terminal]:
    """With these services alone, separated by commas: each takes its time to load."""
    environment = {name: value for name, value in bot.environment.items() if not name.startswith(("SLACK_", "TEAMS_"))}
    environment |= {"SANDBOX": services, "TIMEZONE": "Europe/London"}
    ours, theirs = socket.socketpair()
    with theirs, bot.log.open("a") as log:
        files = [theirs.fileno(), theirs.fileno(), log.fileno()]
        process = await the_fork_server().run(("-",), environment, bot.folder, files)
    printed, typed = await asyncio.open_connection(sock=ours)
    try:
        yield Terminal(printed, typed)
    finally:
        typed.close()
        await typed.wait_closed()
        await process.wait()
