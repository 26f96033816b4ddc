"""Stop an answer that is being given."""

from typing import Annotated

from commands.assistant import Stopping
from commands.command import command
from commands.option import HIDDEN
from commands.reply import Reply


@command(pressed=True, by_hand=True, example="stop")
async def stop(stopping: Stopping, call: Annotated[str, HIDDEN] = "") -> Reply:
    """Stop the answer that is being given."""
    if not call:  # typed, where nobody knows which one is meant; and nobody is to stop what others asked
        return Reply("Press “Stop” under the answer that is to stop: it is there while the answer grows.", private=True)
    if await stopping.stop(call):
        return Reply("It stops.", private=True)
    return Reply("That answer had ended already.", private=True)
