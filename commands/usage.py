"""What was typed does not fit, or fits in more ways than one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Choice:
    """One way to understand what was typed: what its button says, and the value it stands for."""

    label: str
    value: Any


class Ambiguous(ValueError):
    """A value that can be read in more ways than one. Validators raise it; the person gets to choose."""

    def __init__(self, question: str, choices: tuple[Choice, ...]) -> None:
        super().__init__(question)
        self.choices = choices


class UsageError(Exception):
    """The text is for the person. `command` and `option` name what did not fit, `choices` the values that would.

    `missing`: nothing is wrong but that a required option was left out.
    """

    def __init__(
        self, text: str, command: str = "", option: str = "", choices: tuple[Choice, ...] = (), missing: bool = False
    ) -> None:
        super().__init__(text)
        self.command = command
        self.option = option
        self.choices = choices
        self.missing = missing


class Meant(Exception):
    """The words mean exactly this. The command is run again with these arguments, and so is every further attempt."""

    def __init__(self, arguments: Mapping[str, Any]) -> None:
        super().__init__()
        self.arguments = arguments


class Instead(Exception):
    """Another command is run in the place of this one: what `undo` takes back, what `confirm` lets happen.

    What follows the arguments is as in `Call`; without an `id`, it is run under the id of this call.
    """

    def __init__(
        self,
        command: str,
        arguments: Mapping[str, Any],
        id: str = "",
        undoes: str = "",
        confirmed: str = "",
        confirmed_by: str = "",
    ) -> None:
        super().__init__()
        self.command = command
        self.arguments = arguments
        self.id = id
        self.undoes = undoes
        self.confirmed = confirmed
        self.confirmed_by = confirmed_by
