"""What a call was told, as it stands in the audit, in words for people: nothing that only the bot filled in, no defaults."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from commands.catalog import Catalog
from commands.days import in_words

_JSON = json.JSONDecoder()
_NAME = re.compile(r'[{,]\s*"([^"\\]+)":\s*')
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
_EMPTY: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True)
class Arguments:
    """`catalog` holds every command there is; `now` is aware, and in the reader's zone."""

    catalog: Catalog
    now: datetime

    def in_words(self, command: str, arguments: str) -> str:
        """They are JSON, but what was long was cut off: then what is left of it. What is no JSON stays as it is."""
        if not arguments.startswith("{"):
            return arguments
        told = ((name, value) for name, value in _members(arguments) if self._says_something(command, name, value))
        return ", ".join(f"{name.replace('_', ' ')}: {self._written(value)}" for name, value in told)

    def _says_something(self, command: str, name: str, value: Any) -> bool:
        """What is nested is for the bot alone: nobody can type it."""
        if value in _EMPTY or isinstance(value, dict):
            return False
        declared = self.catalog.get(command)
        option = next((each for each in (*declared.options, *declared.hidden) if each.name == name), None) if declared else None
        return option is None or not (option.hidden or value == option.default)

    def _written(self, value: Any) -> str:
        match value:
            case bool():
                return "yes" if value else "no"
            case list():
                return ", ".join(map(self._written, value))
            case str() if _MOMENT.fullmatch(value):
                return self._moment(value)
            case _:
                return str(value)

    def _moment(self, text: str) -> str:
        try:
            local = datetime.fromisoformat(text).astimezone(self.now.tzinfo)
        except (ValueError, OverflowError):
            return text
        return f"{in_words(local.date(), self.now.date())}, {local:%H:%M}"


def _members(text: str) -> Iterator[tuple[str, Any]]:
    """Of an object whose end was cut off, those that are whole, and the text that is not."""
    place = 0
    while name := _NAME.match(text, place):
        try:
            value, place = _JSON.raw_decode(text, name.end())
        except ValueError:
            rest = text[name.end() :]
            yield name[1], rest[1:] + "…" if rest.startswith('"') else ""
            return
        yield name[1], value
