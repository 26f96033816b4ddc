"""Typed text becomes options: required ones in order, the last takes the rest, the others are `name=value`, quotes group."""

import re
from collections.abc import Collection, Iterator, Mapping

from commands.command import Command
from commands.option import Option
from commands.usage import UsageError

_QUOTES = {'"': '"', "'": "'", "“": "”", "„": "“", "‘": "’", "«": "»"}
_CLOSING = {closing: re.compile(rf"{closing}(?!\S)") for closing in _QUOTES.values()}  # where a word ends: don't is no end
_WORD = re.compile(r"\S+")
_NAMED = re.compile(r"([A-Za-z_][A-Za-z0-9_-]*)=")
DRY_RUN, FORM = "--dry-run", "--form"
_FLAG = re.compile(r"(?:--|[–—]-?)(?:(form)|dry\S*)", re.IGNORECASE)  # phones write a dash for two hyphens
_DASHES = frozenset("-–—")
_NONE = frozenset[str]()
_SHOWN = 60  # characters of what was typed, in an error


def parse(command: Command, text: str) -> dict[str, str]:
    """The raw options in `text`, not yet validated. Raises UsageError for words that no option takes."""
    values, rest = _take_named(command, text)
    positional = _positional(command, values)
    while len(positional) > 1 and rest:
        values[positional.pop(0).name], rest = _first_word(rest)
    if rest and not positional:
        raise UsageError(f"I don't know what to do with “{rest[:_SHOWN]}”.", command.name)
    if rest:
        values[positional[0].name] = _unquoted(rest)
    return values


def take_flags(text: str) -> tuple[str, frozenset[str]]:
    """The text without `--dry-run` and `--form`, wherever they stand outside quotes, and which of them were there.

    Whatever nearly is a dry run is one: to take it for text would be to do what was only to be seen.
    """
    if not _DASHES.intersection(text):  # nearly always
        return text.strip(), _NONE
    flags, rest, kept = set[str](), "", 0
    for start, _, end in _words(text):
        if written := _FLAG.fullmatch(text[start:end]):
            flags.add(FORM if written[1] else DRY_RUN)
            rest, kept = rest + text[kept:start], end
    return (rest + text[kept:]).strip(), frozenset(flags)


def _positional(command: Command, named: Mapping[str, str]) -> list[Option]:
    """The required options in order; where a command requires nothing, its first option takes the words."""
    required = [option for option in command.options if option.required] or list(command.options[:1])
    return [option for option in required if option.name not in named]


def _take_named(command: Command, text: str) -> tuple[dict[str, str], str]:
    """Takes `name=value` of known options out of the text, wherever they stand outside quotes."""
    values: dict[str, str] = {}
    if "=" not in text:  # nearly always
        return values, text.strip()
    names = {option.name for option in command.options}
    rest, kept = "", 0
    for start, value, end in _words(text, names):
        if value > start:
            name = _name(text[start : value - 1])
            if name in values:
                raise UsageError(f"{name}: was given twice.", command.name, name)
            values[name] = _unquoted(text[value:end])
            rest, kept = rest + text[kept:start], end
    return values, (rest + text[kept:]).strip()


def _first_word(text: str) -> tuple[str, str]:
    _, start, end = next(_words(text))
    return _unquoted(text[start:end]), text[end:].strip()


def _words(text: str, names: Collection[str] = ()) -> Iterator[tuple[int, int, int]]:
    """Where each word begins, where the value in it begins (further on in `name=value`), and where it ends.

    What quotes group is one word. A quote that nothing closes is a character like any other.
    """
    at, open_ended = 0, set[str]()
    while word := _WORD.search(text, at):
        named = _NAMED.match(text, word.start())
        value = named.end() if named and _name(named[1]) in names else word.start()
        closing = _QUOTES.get(text[value : value + 1], "")
        closed = _CLOSING[closing].search(text, value + 1) if closing and closing not in open_ended else None
        if closing and not closed:
            open_ended.add(closing)  # no need to look again: keeps hostile text from taking quadratic time
        at = closed.end() if closed else word.end()
        yield word.start(), value, at


def _name(written: str) -> str:
    return written.lower().replace("-", "_")


def _unquoted(text: str) -> str:
    closing = _QUOTES.get(text[:1], "")
    closed = _CLOSING[closing].search(text, 1) if closing else None
    return text[1:-1] if closed and closed.end() == len(text) else text
