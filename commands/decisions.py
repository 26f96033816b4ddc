"""Deciding about what waits for a confirmation."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from commands.command import Given
from commands.reply import Reply


@dataclass(frozen=True)
class Decisions(Given):
    """Both take the id of a proposal and decide as the asker, once. They raise Refused, and Instead for what is to run now."""

    confirm: Callable[[str], Awaitable[Reply]]
    dismiss: Callable[[str], Awaitable[Reply]]
