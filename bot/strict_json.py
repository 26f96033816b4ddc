"""JSON from outside, as plain as a database wants it: no NaN, no bottomless nesting, no number that is a bomb."""

import json
import math
import re
from typing import Any, NoReturn

_DEEPEST = 64
_LONGEST_INTEGER = 19  # digits and sign: what fits into 64 bits, give or take
_BROKEN = re.compile("[\x00\ud800-\udfff]")
_ESCAPED = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")


class Malformed(Exception):
    """The sender is genuine, the content is not what it may be. The text never holds any of it."""


def strict_json(text: bytes) -> dict[str, Any]:
    """The JSON object in `text`. A name that comes twice counts the last time; NULs and lone surrogates become U+FFFD.

    Raises Malformed, and nothing else.
    """
    try:
        decoded = text.decode()
        value = _DECODER.decode(decoded)
    except (ValueError, RecursionError) as error:
        raise Malformed(type(error).__name__) from None
    if not isinstance(value, dict):
        raise Malformed("not an object")
    if decoded.count("{") + decoded.count("[") > _DEEPEST and not _is_shallow(value):
        raise Malformed("nested too deeply")
    return {mended(name): _mended(each) for name, each in value.items()} if _ESCAPED.search(decoded) else value


def mended(text: str) -> str:
    """The text without what no database takes: each NUL and lone surrogate becomes U+FFFD."""
    return _BROKEN.sub("\ufffd", text)


def _mended(value: Any) -> Any:
    match value:
        case str():
            return mended(value)
        case list():
            return [_mended(each) for each in value]
        case dict():
            return {mended(name): _mended(each) for name, each in value.items()}
        case _:
            return value


def _is_shallow(value: Any) -> bool:
    level = [value]
    for _ in range(_DEEPEST):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return True
    return False


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _integer(digits: str) -> int:
    if len(digits) > _LONGEST_INTEGER:
        raise Malformed("an integer too long")
    return int(digits)


def _number(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise Malformed("a number too large")
    return value


def _constant(_: str) -> NoReturn:
    raise Malformed("not a number")


_DECODER = json.JSONDecoder(parse_int=_integer, parse_float=_number, parse_constant=_constant)
