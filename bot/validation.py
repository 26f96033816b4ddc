"""Validates options off the event loop's back: what some dates need takes long to load."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from commands.command import Command
from commands.days import NotLoadedError, load_dateparser


async def validate(command: Command, raw: Mapping[str, Any], now: datetime, typed: bool = True) -> dict[str, Any]:
    """As `Command.validate`. Raises UsageError."""
    try:
        return command.validate(raw, now, typed)
    except NotLoadedError:
        await asyncio.to_thread(load_dateparser)
        return command.validate(raw, now, typed)
