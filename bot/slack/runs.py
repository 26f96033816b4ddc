"""Runs of text in Slack's rich text: elements that Slack does not parse, so that each reads as it was written.

https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from bot.split import packed, pieces
from bot.text import clean

Json = dict[str, Any]
BLOCK = 3_000  # bytes of a block of text
ELEMENTS = 100  # that are in it
_PIECE = 2_500  # characters of one run
# Slack's clients turn addresses in a text into links, unless it is set as code.
_ADDRESS = re.compile(r"((?:[a-z][a-z0-9+.-]{0,30}://|\bwww\.|\bmailto:)\S*)", re.IGNORECASE)


def text(words: str, **style: bool) -> Iterator[Json]:
    """Runs of text, none of them empty. What looks like an address is set as code, so that it leads nowhere."""
    for position, part in enumerate(_ADDRESS.split(clean(words))):
        styled = {**style, "code": True} if position % 2 else style
        for piece in pieces(part, _PIECE):
            yield {"type": "text", "text": piece, **({"style": styled} if styled else {})}


def link(words: str, url: str, **style: bool) -> Iterator[Json]:
    """Words that lead there, bold unless told otherwise."""
    for piece in pieces(clean(words), _PIECE):
        yield {"type": "link", "url": url, "text": piece, "style": style or {"bold": True}}


def sections(elements: Iterable[Json], type: str = "rich_text_section") -> Iterator[Json]:
    """As many as it takes to hold the elements."""
    for group in packed(elements, BLOCK, ELEMENTS):
        yield {"type": type, "elements": group}


def rich_text(element: Json) -> Json:
    return {"type": "rich_text", "elements": [element]}
