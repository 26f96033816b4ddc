"""What somebody, or a channel, has chosen to be the usual."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from commands.command import Given


@dataclass(frozen=True)
class Chosen:
    """By name, like "notion page": `get` gives an empty text where nothing is chosen, and `put` with one forgets it."""

    get: Callable[[str], Awaitable[str]]
    put: Callable[[str, str], Awaitable[None]]


@dataclass(frozen=True)
class Preferences(Given):
    """Those of the conversation where a command is asked, and those of who asks."""

    here: Chosen
    mine: Chosen
