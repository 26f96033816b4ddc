"""See whether the bot is there."""

from typing import Annotated

from commands.command import command
from commands.reply import Reply


@command(example="ping hello")
async def ping(text: Annotated[str, "anything: it comes back"] = "") -> Reply:
    """Answer “pong”, and whatever you said."""
    return Reply(f"pong {text}".strip())
