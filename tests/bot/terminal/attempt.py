"""Commands to try out: they answer in every way that a command can."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from typing import Annotated

from adapters.errors import Refused, Unavailable
from commands.command import command
from commands.option import HIDDEN
from commands.preview import Preview
from commands.reply import Button, Reply
from commands.usage import Meant

TRIED: list[float] = []
"""What `busy` was asked for since this was last cleared."""

CLOSED: list[str] = []
"""What came to its end, by whatever way."""


@command
async def echo(text: str) -> Reply:
    """Say it back."""
    buttons = (Button("Louder", "attempt echo", {"text": f"{text}!"}), Button("Elsewhere", url="https://acme.test/"))
    return Reply(f"echo {text}", buttons=buttons)


@command
async def count(upto: int) -> AsyncIterator[Reply]:
    """Count."""
    for number in range(1, upto + 1):
        yield Reply(str(number))


@command
async def busy(seconds: float, times: int = 1) -> Reply:
    """Be unavailable, so many times."""
    if times > len(TRIED):
        TRIED.append(seconds)
        raise Unavailable("The service is busy.", seconds or None)
    return Reply("done at last")


@command
async def refuse() -> Reply:
    """Be refused."""
    raise Refused("That is not yours.")


@command
async def fail() -> Reply:
    """Fail as nobody foresaw."""
    raise RuntimeError("CANARY-internal")


@command
async def hang() -> Reply:
    """Take for ever; whoever waits loses patience at once."""
    os.kill(os.getpid(), signal.SIGINT)
    await asyncio.Event().wait()
    return Reply("never")


@command
async def grow() -> AsyncIterator[Reply]:
    """Say more and more, until whoever reads has had enough."""
    try:
        yield Reply("Growing:", prose="one ", partial=True)
        yield Reply("Growing:", prose="one two ", partial=True)
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.Event().wait()
    finally:
        CLOSED.append("grow")


@command(undo="attempt mark", example="attempt mark x")
async def mark(text: str, was: Annotated[str, HIDDEN] = "") -> AsyncIterator[Preview | Reply]:
    """Change a mark, and know what it was."""
    if not was:
        raise Meant({"was": "CANARY-was"})
    yield Preview(f"Mark {text}.")
    yield Reply(f"marked {text}, was {was}", undo={"text": was})


@command
async def odd() -> Reply:
    """Offer what is not there."""
    return Reply("odd", buttons=(Button("Gone", "attempt nothing"),))
