"""What is wrong with a form that somebody filled in, and at which of its fields they are told."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.validation import validate
from commands.command import Command
from commands.usage import UsageError


async def faults(command: Command, arguments: Mapping[str, Any], now: datetime) -> Mapping[str, str]:
    """What does not fit, by option; nothing where all does. `now` is in the person's own zone.

    What is about none of the options is told at the first, which may be named "" where the form has no fields.
    """
    try:
        await validate(command, arguments, now)
    except UsageError as error:
        fields = [option.name for option in command.options]
        return {error.option if error.option in fields else next(iter(fields), ""): str(error)}
    return {}
