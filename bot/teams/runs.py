"""Runs of text in Adaptive Cards: elements that Teams does not parse, so that each reads as it was written.

https://learn.microsoft.com/adaptive-cards/schema-explorer/rich-text-block
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from bot.split import packed, pieces
from bot.teams.escape import inert
from bot.text import clean

Json = dict[str, Any]
_PIECE = 2_500  # characters of one run
_BLOCK, _RUNS = 8_000, 200  # bytes of a block, and runs in it
_LINKED = 8  # runs of some words that lead to their address, each of which holds it


def text(words: str, **style: Any) -> Iterator[Json]:
    """Runs of text, none of them empty."""
    for piece in pieces(clean(words), _PIECE):
        yield from (run(part, **style) for part in inert(piece))


def link(words: str, url: str, **style: Any) -> Iterator[Json]:
    """Words that lead there, bold unless told otherwise."""
    leads = {"color": "Accent", "selectAction": {"type": "Action.OpenUrl", "url": url}}
    for position, each in enumerate(text(words, **(style or {"weight": "Bolder"}))):
        yield each | (leads if position < _LINKED else {})


def run(words: str, **style: Any) -> Json:
    return {"type": "TextRun", "text": words, **style}


def paragraph(runs: Iterable[Json], **more: Any) -> Iterator[Json]:
    """As many blocks as it takes to hold the runs; `more` is said of each."""
    for group in packed(runs, _BLOCK, _RUNS):
        yield rich_text(group) | more


def rich_text(runs: Sequence[Json]) -> Json:
    return {"type": "RichTextBlock", "inlines": runs}
