"""Let something happen that I have shown you first."""

from typing import Annotated

from commands.command import command
from commands.decisions import Decisions
from commands.reply import Reply


@command(by_hand=True, pressed=True, example="confirm k3vq7x2m")
async def confirm(decisions: Decisions, id: Annotated[str, "the id that came with the preview"]) -> Reply:
    """Let happen what a preview has shown."""
    return await decisions.confirm(id)
