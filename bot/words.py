"""Errors become words here, and nowhere else. Each reply says what happened and what to do."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from adapters.errors import NeedsConnection, Refused, Unavailable
from commands.catalog import Catalog
from commands.command import Command
from commands.parse import parse
from commands.reply import Button, Item, Reply
from commands.usage import UsageError


@dataclass(frozen=True)
class Sorry(Reply):
    """A reply that says why there is no better one. `outcome` is the same in a word or two."""

    outcome: str = "refused"


def usage(error: UsageError, command: Command | None, raw: Mapping[str, Any]) -> Sorry:
    """What did not fit, how it is used, and a button for each thing that may have been meant."""
    if command is None:
        return Sorry(str(error), private=True, outcome="asked back")
    raw = command.typeable(raw)
    choices = tuple(
        Button(choice.label, command.name, {**raw, error.option: choice.value}, typed=True) for choice in error.choices
    )
    form = (Button("Fill in a form", command.name, raw, form=True),) if command.options and not choices else ()
    text = str(error) if choices else f"{error}\nUsage: {command.usage}\nExample: {command.example}"
    return Sorry(text, buttons=choices + form, private=True, outcome="asked back")


def form(command: Command, raw: Mapping[str, Any]) -> Sorry:
    """Where it can't be shown at once, a button does."""
    if not command.options:
        return Sorry(f"“{command.name}” has no options to fill in.", private=True, outcome="asked back")
    said = f"{command.about}\nUsage: {command.usage}"
    return Sorry(said, buttons=(Button("Fill in a form", command.name, raw, form=True),), private=True, outcome="asked back")


def nothing_to_preview(command: Command) -> Sorry:
    said = f"“{command.name}” changes nothing, so there is nothing to preview. Ask without --dry-run."
    return Sorry(said, private=True, outcome="asked back")


def needs_connection(error: NeedsConnection, link: str) -> Sorry:
    """`link` is the page where this person connects it; empty where they can't."""
    if not link:
        return Sorry(f"{error} Ask whoever runs this bot to set it up.", private=True, outcome="not connected")
    said = f"{error} Connect your account, and I will go on by myself."
    button = Button(f"Connect {error.service}", url=link, style="primary")
    return Sorry(said, buttons=(button,), private=True, outcome="not connected")


def welcome(catalog: Catalog) -> Reply:
    """For people who have never seen the bot: what there is, and some of it to try."""
    return Reply(
        "Hello! I am Interact: write me a command, and it is done as you. In a channel, mention me first. To begin with:",
        items=tuple(
            Item(each.name, each.about, buttons=_to_try(catalog, each.commands[0]))
            for each in catalog.subjects
            if not each.pressed
        ),
    )


def _to_try(catalog: Catalog, command: Command) -> tuple[Button, ...]:
    """Nobody shall change anything by trying what there is."""
    _, rest = catalog.find(command.example)
    return () if command.writes else (Button(command.example, command.name, parse(command, rest)),)


def refused(error: Refused) -> Sorry:
    return Sorry(str(error), private=True)


def unknown(error: Exception, command: str, effect: str = "") -> Sorry:
    """Of a write that is kept as `effect`, the person says what became of it."""
    buttons = (
        Button("It was done", "settle", {"id": effect, "outcome": "done"}),
        Button("It was not done", "settle", {"id": effect, "outcome": "not-done"}),
    )
    return Sorry(
        f"{error} I don't know whether “{command}” went through, so I did not try again. Please check.",
        buttons=buttons if effect else (),
        private=True,
        outcome="unknown",
    )


def switched_off(command: str) -> Sorry:
    return Sorry(f"“{command}” is not switched on here any more.", private=True)


def repeated(reply: Reply) -> Sorry:
    """It was asked for by the same button before: everybody has seen the answer then."""
    text = f"That was done already: {reply.text}"
    return Sorry(text, reply.items, reply.fields, reply.buttons, private=True, outcome="done before")


def stopped(command: str, effect: str) -> Sorry:
    """By hand. Of a write that was begun, the person says what became of it."""
    told = unknown(Exception("Stopped."), command, effect) if effect else Sorry("Stopped.", private=True)
    return replace(told, outcome="stopped")


def gave_up(error: Unavailable) -> Sorry:
    minutes = math.ceil((error.retry_after or 0.0) / 60)
    when = f"in {minutes} minutes" if minutes > 1 else "later"
    return Sorry(f"{error} I gave up; please ask again {when}.", private=True, outcome="gave up")


def stale() -> Sorry:
    return Sorry(
        "This waited too long while I was away, so I did not run it. Please ask again.", private=True, outcome="too old"
    )


def expired() -> Sorry:
    return Sorry("That button is from an older message and no longer works. Please ask again.", private=True)


def not_yours() -> Sorry:
    return Sorry("Only the person who asked can press that button.", private=True)


def form_gone() -> Sorry:
    return Sorry("The form could not be opened in time. Please press the button once more.", private=True)


def broke(reference: str, command: str = "", effect: str = "") -> Sorry:
    """Of a write that was begun, the person is asked what became of it."""
    said = f"Something broke on my side; it is logged under {reference}."
    if effect:
        return replace(unknown(Exception(said), command, effect), outcome="broke")
    return Sorry(f"{said} Please check whether it was done before you ask again.", private=True, outcome="broke")


def leaked(vendor: str) -> Sorry:
    said = f"That looked like a secret key ({vendor}), so I did not read it and kept nothing of it."
    todo = (
        "Others may have seen it: delete your message, and replace the key where you got it. Keys are connected with “connect”."
    )
    return Sorry(f"{said} {todo}", private=True, outcome="a key in a message")


def stranger() -> Sorry:
    return Sorry("I only work for members of this workspace. Please ask somebody who is one.", private=True)
