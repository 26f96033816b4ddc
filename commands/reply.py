"""What a command answers. Said once, plainly; each platform's renderer dresses it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Button:
    """Something to press: it runs `command` with `arguments` for the person who presses it, or opens `url`.

    With `form`, the options are asked for in a form, with `arguments` filled in already. `typed` says that these are as
    somebody typed them, so that "tomorrow" counts from then. `anybody` who sees it may press it: its command says no.
    """

    label: str
    command: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""
    form: bool = False
    typed: bool = False
    style: str = ""  # "", "primary" or "danger"
    anybody: bool = False


@dataclass(frozen=True)
class Item:
    """One line of a list: a title, where it leads, and what else is worth knowing."""

    title: str
    detail: str = ""
    url: str = ""
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True)
class Field:
    """A named value on a card."""

    name: str
    value: str


@dataclass(frozen=True)
class File:
    """A file that goes with the reply."""

    name: str
    content: bytes
    mime: str


@dataclass(frozen=True)
class Reply:
    """What is said in return. Everything in it is plain text; `text` alone must make sense.

    `text` is the notification, the fallback and the terminal's first line. `private` replies are seen by the asker only.
    `undo` holds the arguments of the command that takes this one back, `record` is the id, at its service, of what was written.
    `prose` is Markdown from outside, as a model wrote it: renderers show it below `text`, with emphasis, lists, code and quotes
    but nothing that leads anywhere, except to the addresses in `links`. A `partial` reply is what there is so far.
    A reply that `settles` takes the place of the card whose button was pressed, for everybody who sees it. `proposal` is the id
    of what the reply asks to be confirmed, `account` as whom services were asked, and a reply that is `repeated` was found
    before: these are for the bot to fill in.
    """

    text: str
    items: tuple[Item, ...] = ()
    fields: tuple[Field, ...] = ()
    buttons: tuple[Button, ...] = ()
    image: str = ""
    file: File | None = None
    private: bool = False
    undo: Mapping[str, Any] | None = None
    record: str = ""
    prose: str = ""
    links: tuple[str, ...] = ()
    partial: bool = False
    settles: bool = False
    proposal: str = ""
    account: str = ""
    repeated: bool = False

    @property
    def pressed(self) -> tuple[Button, ...]:
        """Every button that runs something, in reading order."""
        every = [button for item in self.items for button in item.buttons] + list(self.buttons)
        return tuple(button for button in every if button.command)
