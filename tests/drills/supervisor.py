"""Starts a bot as systemd or Docker do: again and again, where it ends by itself."""

import asyncio
import time

from tests.acceptance.world import Bot

_PATIENCE = 90.0  # seconds: for a loaded machine, not for the bot
_PAUSE = 0.3  # seconds between two starts
_LOOK = 0.05


async def bring_up(bot: Bot) -> None:
    """Returns when it is ready."""
    end = time.monotonic() + _PATIENCE
    while not await _came_up(bot):
        assert time.monotonic() < end, f"it does not start: see {bot.log}"
        await asyncio.sleep(_PAUSE)


async def _came_up(bot: Bot) -> bool:
    """False where it has ended by itself instead."""
    await bot.start(ready=False)
    ended = asyncio.create_task(bot.wait())
    try:
        while not ended.done():
            if await bot.get("readyz") == 200:
                return True
            await asyncio.sleep(_LOOK)
        return False
    finally:
        ended.cancel()
        await asyncio.gather(ended, return_exceptions=True)
