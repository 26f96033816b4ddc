"""Long things in pieces that a platform takes. Nothing is lost: put together, the pieces are what they were."""

import json
import unicodedata
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

_JOINER = "\u200d"
_encoded = json.JSONEncoder(ensure_ascii=False).encode


def pieces(text: str, most: int) -> Iterator[str]:
    """Cuts after a line, else after a word, else where no accent or emoji would fall apart."""
    while len(text) > most:
        end = _end(text, most)
        yield text[:end]
        text = text[end:]
    if text:
        yield text


def packed(things: Iterable[T], room: int, most: int) -> Iterator[list[T]]:
    """Groups in order, each of at most `most` things and `room` bytes of JSON. What is larger stands alone."""
    group: list[T] = []
    taken = 0
    for thing in things:
        needed = len(_encoded(thing).encode())
        if group and (len(group) == most or taken + needed > room):
            yield group
            group, taken = [], 0
        group.append(thing)
        taken += needed
    if group:
        yield group


def _end(text: str, most: int) -> int:
    """Where to cut, in the second half of what fits."""
    for mark in ("\n", " "):
        if (cut := text.rfind(mark, most // 2, most) + 1) > 0:
            return cut
    return next((end for end in range(most, most // 2, -1) if not _is_joined(text, end)), most)


def _is_joined(text: str, at: int) -> bool:
    after = text[at]
    return (
        _JOINER in text[at - 1 : at + 1] or unicodedata.category(after).startswith("M") or "\U0001f3fb" <= after <= "\U0001f3ff"
    )
