"""The real bot in sandbox mode, with what its made-up people see and do."""

import asyncio
import time
from typing import Any

import aiohttp

from tests.acceptance.forked_command import Running

_PATIENCE = 30.0  # seconds: for a loaded machine, not for the bot
_ADA = {"slack": "U0ADA", "teams": "ada00000-1815-4210-8000-00000000000a"}


class MadeUp:
    """`bot` runs with its sandboxes; Ada is in both platforms."""

    def __init__(self, bot: Running, session: aiohttp.ClientSession) -> None:
        self.bot = bot
        self._session = session

    async def type(self, words: str) -> None:
        """Ada types a slash command in #general."""
        command, _, text = words.partition(" ")
        await self.post("slack", "command", {"command": command, "text": text})

    async def post(self, platform: str, deed: str, told: Any) -> None:
        async with self._session.post(f"{self.bot.sandboxes}{platform}/_sandbox/{deed}", json=told) as answer:
            assert answer.status == 200, await answer.text()

    async def said(self, words: str, number: int = 1) -> list[dict[str, Any]]:
        """The messages in Slack with these words in them, once there are so many."""

        async def look() -> list[dict[str, Any]]:
            return [each for each in await self._get("slack/_sandbox/messages") if words.casefold() in each["text"].casefold()]

        deadline = time.monotonic() + _PATIENCE
        while len(found := await look()) < number:
            assert time.monotonic() < deadline, await self._get("slack/_sandbox/messages")
            await asyncio.sleep(0.05)
        return found

    async def authorization(self) -> dict[str, int]:
        """How often Calendar's authorization server did what."""
        counts: dict[str, int] = await self._get("google_calendar/_sandbox/authorization")
        return counts

    async def _get(self, path: str) -> Any:
        async with self._session.get(f"{self.bot.sandboxes}{path}") as answer:
            assert answer.status == 200
            return await answer.json()


def link_in(message: dict[str, Any]) -> str:
    """Where the message's button leads."""
    elements = [element for block in message["blocks"] for element in block.get("elements", [])]
    return next(str(element["url"]) for element in elements if "url" in element)
