"""Keys that somebody typed into a message: they are taken out before anything is stored, and the person is warned."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from bot.key_shapes import MARKS, SHAPES

_LEFT = re.compile(r"⟦([^⟦⟧]{1,40}) key removed⟧")


def dumped(payload: Mapping[str, Any]) -> str:
    """The payload as JSON, with a word in place of each key; names stay as they are."""
    text = json.dumps(payload, ensure_ascii=False)
    return json.dumps(_cleaned(payload), ensure_ascii=False) if _has_any(MARKS, text) else text


def scrubbed(text: str) -> str:
    """The text, with a word in place of each key."""
    if not _has_any(MARKS, text):  # nearly always
        return text
    for shape in SHAPES:
        if _has_any(shape.marks, text):
            text = shape.pattern.sub(f"⟦{shape.vendor} key removed⟧", text)
    return text


def found(text: str) -> str:
    """Whose key was taken out of a text; empty where none was."""
    left = _LEFT.search(text)
    return left[1] if left else ""


def _cleaned(value: Any) -> Any:
    match value:
        case str():
            return scrubbed(value)
        case list():
            return [_cleaned(each) for each in value]
        case dict():
            return {name: _cleaned(each) for name, each in value.items()}
        case _:
            return value


def _has_any(marks: Iterable[str], text: str) -> bool:
    for mark in marks:  # noqa: SIM110 - `any` takes twice as long, and this is done before each acknowledgement
        if mark in text:
            return True
    return False
