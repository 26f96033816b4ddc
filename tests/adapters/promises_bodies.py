"""Answers that no service should give, and what becomes of good ones when their shape drifts."""

import json
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

Change = Callable[[bytes], bytes]
BODIES = (
    b"",
    b"<html>hello</html>",
    b"null",
    b"[]",
    b"[1]",
    b'"text"',
    b"7",
    b"NaN",
    b"{}",
    b'{"data": null, "items": null, "results": null, "models": null}',
    b'{"data": 7, "items": 7, "results": 7, "models": 7}',
    b'{"data": [7], "items": [7], "results": [7], "models": [7]}',
    b'{"items": [',
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b'{"items": ' + b"9" * 5000 + b"}",
    b'{"items": 1e999}',
    b"\xff\xfe",
    b'\xef\xbb\xbf{"items": []}',
    b'{"items": "\\ud800"}',
    b"data: [DONE]\n\n",
    b"data: null\n\ndata: 7\n\ndata: [1]\n\n",
    b"event: error\ndata: {}\n\n",
    b"data: {\n\n",
    b'event: message_start\ndata: {"type": "message_start"}\n\n',
    b'data: {"type": "response.completed"}\n\n',
    b'data: {"candidates": [7]}\n\n',
    b"data: \xff\n\n",
)


def nulls() -> Iterator[Change]:
    """Each value that has a name is null, one name after another in the order in which they are met."""
    yield from _each(lambda _: None)


def lists() -> Iterator[Change]:
    yield from _each(lambda value: [value])


def kind_of(body: bytes) -> str:
    """The content type under which it makes the most trouble."""
    if body.startswith((b"data:", b"event:")):
        return "text/event-stream"
    return "text/html" if body.startswith(b"<") else "application/json"


def missing() -> Iterator[Change]:
    yield from _each(lambda _: _MISSING)


DRIFTS = (nulls, lists, missing)
_MISSING = object()
_MOST_NAMES = 16


def large(body: bytes) -> bytes:
    """With a megabyte of things that nobody asked for, in its first object."""
    return body.replace(b"{", b'{"padding": ' + _PADDING + b", ", 1)


_PADDING = json.dumps([{"number": number, "words": "lorem ipsum dolor sit amet"} for number in range(18_000)]).encode()


def _each(change: Callable[[Any], Any]) -> Iterator[Change]:
    return (_nth(number, change) for number in range(_MOST_NAMES))


def _nth(number: int, change: Callable[[Any], Any]) -> Change:
    def changed(body: bytes) -> bytes:
        names: list[str] = []
        _mapped(body, lambda told: names.extend(_names(told)))
        wanted = list(dict.fromkeys(names))[number : number + 1]
        return _mapped(body, lambda told: _replaced(told, wanted[0], change)) if wanted else body  # the very same one

    return changed


def _mapped(body: bytes, change: Callable[[Any], Any]) -> bytes:
    """The JSON of a body, or of each of its events, changed."""
    if not body.lstrip().startswith((b"event:", b"data:")):
        return _json(body, change)
    lines = (b"data: " + _json(line[6:], change) if line.startswith(b"data: ") else line for line in body.splitlines())
    return b"\n".join(lines) + b"\n\n"


def _json(text: bytes, change: Callable[[Any], Any]) -> bytes:
    try:
        return json.dumps(change(json.loads(text))).encode()
    except ValueError:
        return text


def _names(told: Any) -> Iterator[str]:
    if isinstance(told, dict):
        yield from told
    inner = told.values() if isinstance(told, dict) else told if isinstance(told, list) else ()
    yield from chain.from_iterable(_names(value) for value in inner)


def _replaced(told: Any, name: str, change: Callable[[Any], Any]) -> Any:
    if isinstance(told, list):
        return [_replaced(value, name, change) for value in told]
    if not isinstance(told, dict):
        return told
    changed = {key: change(value) if key == name else _replaced(value, name, change) for key, value in told.items()}
    return {key: value for key, value in changed.items() if value is not _MISSING}
