"""What a person types: a button spelled out as words, and a command line put back into one text."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from commands.catalog import Catalog
from commands.reply import Button, Reply

_QUOTES = (('"', '"'), ("“", "”"), ("«", "»"), ("'", "'"))
_OPENING = "\"'“„‘«"  # what begins a quoted value
_COMMAND = 2  # words, a subject and a verb: what follows them may need its quotes back


def typed(button: Button) -> str:
    """The words that do what the button does."""
    told = {name: value for name, value in button.arguments.items() if value is not None}
    return " ".join((button.command, *(f"{name}={_quoted(_written(value))}" for name, value in told.items())))


def typeable(reply: Reply, catalog: Catalog) -> Reply:
    """The same, its buttons without what the bot fills in itself: nobody can type that."""
    items = tuple(replace(item, buttons=_typeable(item.buttons, catalog)) for item in reply.items)
    return replace(reply, items=items, buttons=_typeable(reply.buttons, catalog))


def joined(words: Sequence[str]) -> str:
    """The words of a command line as one text. The shell took the quotes away; what they grouped stays one value."""
    text = ""
    for word in words:
        part = _regrouped(word) if len(text.split()) >= _COMMAND else word
        text = f"{text} {part}".strip()
    return text


def _typeable(buttons: Iterable[Button], catalog: Catalog) -> tuple[Button, ...]:
    found = ((button, catalog.get(button.command)) for button in buttons)
    return tuple(replace(each, arguments=command.typeable(each.arguments)) if command else each for each, command in found)


def _regrouped(word: str) -> str:
    name, equals, value = word.partition("=")
    if equals and name.isidentifier():
        return f"{name}={_quoted(value)}"
    return _quoted(word)


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _quoted(text: str) -> str:
    """In quotes that do not occur in it, where it is not one bare word already."""
    if text and text[0] not in _OPENING and not any(character.isspace() for character in text):
        return text
    opening, closing = next((pair for pair in _QUOTES if pair[1] not in text), _QUOTES[0])
    return f"{opening}{text}{closing}"
