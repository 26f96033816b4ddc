"""Call something off that I have shown you first."""

from typing import Annotated

from commands.command import command
from commands.decisions import Decisions
from commands.reply import Reply


@command(by_hand=True, pressed=True, example="dismiss k3vq7x2m")
async def dismiss(decisions: Decisions, id: Annotated[str, "the id that came with the preview"]) -> Reply:
    """Call off what a preview has shown."""
    return await decisions.dismiss(id)
