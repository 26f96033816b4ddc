"""Take back what you did."""

from typing import Annotated

from adapters.errors import Refused
from commands.command import command
from commands.reply import Reply
from commands.usage import Instead
from commands.writes import Write, Writes


@command(by_hand=True, leads=True, example="undo")
async def undo(
    writes: Writes, id: Annotated[str, "which one, by its id; if left out, your last one here that can be taken back"] = ""
) -> Reply:
    """Take back what you did last here, or what you name by its id."""
    found = await writes.find(id)
    if found is None:
        raise Refused(f"You have done nothing called “{id}”." if id else "You have done nothing here that I could take back.")
    if reason := _kept(found):
        raise Refused(reason)
    raise Instead(found.undo, found.undo_arguments, undoes=found.id)


def _kept(found: Write) -> str:
    """Why it can't be taken back; empty where it can."""
    if found.state == "undone":
        return f"“{found.command}” was taken back already."
    if found.state != "done":
        return f"“{found.command}” did not come to its end, so there is nothing that I could take back."
    return "" if found.undo else f"“{found.command}” can't be taken back, or not any more."
