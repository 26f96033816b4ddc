"""What the bot keeps of each write, for commands that go back to one."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from commands.command import Given


@dataclass(frozen=True)
class Write:
    """`state` is "begun", "done", "unknown", "failed" or "undone"; `undo` the command that takes it back, empty for none."""

    id: str
    command: str
    arguments: Mapping[str, Any]
    state: str
    undo: str
    undo_arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Writes(Given):
    """The asker's own. `find` gives one by its id, or without one their last here that can be taken back; None for none.

    `close` notes of one whose outcome nobody knows whether it was done.
    """

    find: Callable[[str], Awaitable[Write | None]]
    close: Callable[[Write, bool], Awaitable[None]]
