"""Typed text becomes options: required ones in order, the last takes the rest, the others are `name=value`, quotes group."""

import re
from collections.abc import Mapping
from typing import Any

from commands.command import Command
from commands.option import Option
from commands.usage import UsageError

_QUOTES = {'"': '"', "'": "'", "“": "”", "„": "“", "‘": "’", "«": "»"}
_WORD = re.compile(r"\S+")
_NAMED = re.compile(r"([A-Za-z_][A-Za-z0-9_-]*)=")


def parse(command: Command, text: str) -> dict[str, Any]:
    """The raw options in `text`, not yet validated. Raises UsageError for words that no option takes."""
    named, rest = _take_named(text, {option.name: option for option in command.options})
    positional = _positional(command, named)
    values: dict[str, Any] = dict(named)
    while len(positional) > 1 and rest:
        option = positional.pop(0)
        word, rest = _first_word(rest)
        values[option.name] = _raw(option, word)
    if rest and not positional:
        raise UsageError(f"I don't know what to do with “{rest}”.", command.name)
    if rest:
        values[positional[0].name] = _raw(positional[0], _unquoted(rest))
    return values


def _positional(command: Command, named: Mapping[str, Any]) -> list[Option]:
    """The required options in order; where a command requires nothing, its first option takes the words."""
    required = [option for option in command.options if option.required] or list(command.options[:1])
    return [option for option in required if option.name not in named]


def _take_named(text: str, options: Mapping[str, Option]) -> tuple[dict[str, Any], str]:
    """Takes `name=value` of known options out of the text, wherever they stand outside quotes."""
    values: dict[str, Any] = {}
    kept, at = [], 0
    while at < len(text):
        match = _NAMED.match(text, at) if at == 0 or text[at - 1].isspace() else None
        name = match[1].lower().replace("-", "_") if match else ""
        if match and name in options:
            value, at = _word_at(text, match.end())
            values[name] = _raw(options[name], value)
        else:
            end = _word_end(text, at)
            kept.append(text[at:end])
            at = end
    return values, "".join(kept).strip()


def _first_word(text: str) -> tuple[str, str]:
    word, end = _word_at(text, 0)
    return word, text[end:].strip()


def _word_at(text: str, at: int) -> tuple[str, int]:
    """The word that begins at `at`, without its quotes, and where it ends."""
    end = _word_end(text, at)
    return _unquoted(text[at:end]), end


def _word_end(text: str, at: int) -> int:
    """Where the quoted group, the run of spaces or the bare word at `at` ends."""
    if at >= len(text):
        return at
    closing = _QUOTES.get(text[at])
    if closing and (end := _closed_at(text, at + 1, closing)) > 0:
        return end + 1
    if text[at].isspace():
        return at + 1
    word = _WORD.match(text, at)
    return word.end() if word else at


def _closed_at(text: str, at: int, closing: str) -> int:
    """A closing quote counts where a word ends, so that an apostrophe inside one does not."""
    end = text.find(closing, at)
    while end > 0 and end + 1 < len(text) and not text[end + 1].isspace():
        end = text.find(closing, end + 1)
    return end


def _unquoted(text: str) -> str:
    closing = _QUOTES.get(text[:1])
    if closing and len(text) > 1 and _closed_at(text, 1, closing) == len(text) - 1:
        return text[1:-1]
    return text


def _raw(option: Option, text: str) -> Any:
    return [part.strip() for part in text.split(",") if part.strip()] if option.many else text
