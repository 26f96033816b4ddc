"""Errors become words here, and nowhere else. Each reply says what happened and what to do."""

from collections.abc import Mapping
from typing import Any

from adapters.errors import NeedsConnection, Refused, Unavailable, Unknown
from commands.command import Command
from commands.reply import Button, Reply
from commands.usage import UsageError


def usage(error: UsageError, command: Command | None, raw: Mapping[str, Any]) -> Reply:
    """What did not fit, how it is used, and a button for each thing that may have been meant."""
    if command is None:
        return Reply(str(error), private=True)
    choices = tuple(Button(choice.label, command.name, {**raw, error.option: choice.value}) for choice in error.choices)
    form = (Button("Fill in a form", command.name, raw, form=True),) if command.options and not choices else ()
    text = str(error) if choices else f"{error}\nUsage: {command.usage}\nExample: {command.example}"
    return Reply(text, buttons=choices + form, private=True)


def needs_connection(error: NeedsConnection) -> Reply:
    return Reply(f"{error} Ask whoever runs this bot to connect it.", private=True)


def refused(error: Refused) -> Reply:
    return Reply(str(error), private=True)


def unknown(error: Unknown, command: Command) -> Reply:
    return Reply(
        f"{error} I don't know whether “{command.name}” went through, so I did not try again. Please check.", private=True
    )


def gave_up(error: Unavailable) -> Reply:
    return Reply(f"{error} I tried several times and gave up; please ask again later.", private=True)


def stale() -> Reply:
    return Reply("This waited too long while I was away, so I did not run it. Please ask again.", private=True)


def expired() -> Reply:
    return Reply("That button is from an older message and no longer works. Please ask again.", private=True)


def not_yours() -> Reply:
    return Reply("Only the person who asked can press that button.", private=True)


def form_gone() -> Reply:
    return Reply("The form could not be opened in time. Please press the button once more.", private=True)


def broke(reference: str) -> Reply:
    return Reply(f"Something broke on my side. It is logged under {reference}; nothing else was done.", private=True)


def stranger() -> Reply:
    return Reply("I only work for members of this workspace. Please ask somebody who is one.", private=True)
