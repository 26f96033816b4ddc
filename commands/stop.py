"""Stop an answer that is being given."""

from typing import Annotated

from commands.assistant import Stopping
from commands.command import command
from commands.reply import Reply


@command(pressed=True, by_hand=True, example="stop")
async def stop(stopping: Stopping, call: Annotated[str, "which answer"] = "") -> Reply:
    """Stop the answer that is being given."""
    if call and await stopping.stop(call):
        return Reply("It stops.", private=True)
    return Reply("That answer had ended already.", private=True)
