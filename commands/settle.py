"""Say what became of something whose outcome I could not find out."""

from typing import Annotated, Literal

from adapters.errors import Refused
from commands.command import command
from commands.reply import Button, Reply
from commands.writes import Writes


@command(by_hand=True, pressed=True, example="settle k3vq7x2m done")
async def settle(
    writes: Writes,
    id: Annotated[str, "which one, by its id"],
    outcome: Annotated[Literal["done", "not-done"], "whether you see that it was done"],
) -> Reply:
    """Say whether something was done whose outcome nobody knows."""
    found = await writes.find(id)
    if found is None or found.state not in ("begun", "unknown"):
        raise Refused("There is nothing of yours under that id whose outcome is open.")
    await writes.close(found, outcome == "done")
    if outcome == "done":
        return Reply(f"Noted: “{found.command}” was done.", settles=True)
    again = Button("Do it now", found.command, found.arguments, style="primary")
    return Reply(f"Noted: “{found.command}” was not done.", buttons=(again,), settles=True)
