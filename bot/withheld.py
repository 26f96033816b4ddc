"""What people say to AI models is nobody else's business: of it, nothing is noted but how long it was."""

import re
from collections.abc import Mapping

from bot.leaked import dumped
from commands.call import Call
from commands.catalog import Catalog
from commands.command import Command
from commands.parse import take_flags
from commands.usage import UsageError

_WORD = 32  # characters: no command's name is longer


def arguments_of(call: Call, catalog: Catalog) -> str:
    """The arguments as they are noted."""
    return dumped({**call.arguments, **{name: _length(text) for name, text in _private(call, catalog).items()}})


def said_of(call: Call, text: str, catalog: Catalog) -> str:
    """An answer to the call, which may quote what was asked."""
    for private in _private(call, catalog).values():
        text = re.sub(rf"(?<!\w){re.escape(private)}(?!\w)", _length(private), text)
    return text


def may_be_noted(words: str, catalog: Catalog) -> bool:
    """Of words that are no call: whether they were clearly meant for a command, and not for a model to hear."""
    meant = [command for command in _meant(words, catalog) if command.name != "help"]
    return bool(meant) and not any(option.private for command in meant for option in command.options)


def begins(words: str) -> str:
    """The first of the words, which may be a command's name, and how much came after it."""
    first, rest = (*words.split(maxsplit=1), "", "")[:2]
    if len(first) > _WORD:
        return _length(words)
    return f"{first} ({_length(rest)})" if rest else first


def _meant(words: str, catalog: Catalog) -> list[Command]:
    try:
        return [catalog.find(take_flags(words)[0])[0]]
    except UsageError as error:
        return [catalog.find(choice.value)[0] for choice in error.choices]


def _private(call: Call, catalog: Catalog) -> Mapping[str, str]:
    """What was said to a model, by its option; in a command that is gone since, that may be any."""
    command = catalog.get(call.command)
    names = call.arguments if command is None else [option.name for option in command.options if option.private]
    given = {name: call.arguments.get(name) for name in names}
    return {name: text for name, text in given.items() if isinstance(text, str) and text}


def _length(text: str) -> str:
    return "1 character" if len(text) == 1 else f"{len(text)} characters"
