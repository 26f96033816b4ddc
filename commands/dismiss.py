"""Call something off that I have shown you first."""

from typing import Annotated

from commands.command import command
from commands.decisions import Decisions
from commands.reply import Reply


@command(by_hand=True, example="dismiss Wq3nX0b7Uy5mZk1c")
async def dismiss(decisions: Decisions, id: Annotated[str, "the id that came with the preview"]) -> Reply:
    """Call off what a preview has shown."""
    return await decisions.dismiss(id)
