"""Text of any kind: PostgreSQL takes no NUL, neither engine takes half a surrogate pair, and people send both."""

import re
from typing import Any

from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator

_ESCAPE = "\x1a"  # SUBSTITUTE: what control code 26 was made for, and so rare that stored text stays readable
_UNSTORABLE = re.compile("[\x00\x1a\ud800-\udfff]")
_ESCAPED = re.compile("\x1a([0-9a-f]{4})")


class AnyText(TypeDecorator[str]):
    """A text column that gives back exactly what it was given."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return escaped(value) if value else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return unescaped(value) if value else value


def escaped(text: str) -> str:
    """The same text, of characters that every engine stores."""
    if text.isascii() and "\x00" not in text and _ESCAPE not in text:
        return text  # nearly always, and cheaper than a search
    return _UNSTORABLE.sub(lambda match: f"{_ESCAPE}{ord(match[0]):04x}", text)


def unescaped(text: str) -> str:
    """What it was before."""
    if _ESCAPE not in text:
        return text
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
