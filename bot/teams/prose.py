"""Prose as elements of an Adaptive Card, none of which Teams parses."""

from collections.abc import Collection, Iterator
from typing import Any

from bot.prose import Block, Run, read
from bot.teams.runs import Json, link, paragraph, text

_INDENT = "\u2003"  # a wide space: Teams swallows others at the beginning of a line
_SHADED = {"code": "emphasis", "quote": "default"}  # https://learn.microsoft.com/adaptive-cards/schema-explorer/container


def prose(markdown: str, links: Collection[str]) -> Iterator[Json]:
    """An element for each block of the prose, or several where it is long. Cards know no lists: their signs are text."""
    for block in read(markdown, links):
        for element in paragraph(_runs(block), **({"spacing": "Small"} if block.marker else {})):
            style = _SHADED.get(block.kind)
            yield {"type": "Container", "style": style, "items": [element]} if style else element


def _runs(block: Block) -> Iterator[Json]:
    if block.marker:
        yield from text(f"{_INDENT * block.depth}{block.marker} ")
    for each in block.runs:
        yield from _run(each, block.kind)


def _run(run: Run, kind: str) -> Iterator[Json]:
    style: dict[str, Any] = {}
    if run.bold or kind == "heading":
        style["weight"] = "Bolder"
    if run.italic or kind == "quote":
        style["italic"] = True
    if run.strike:
        style["strikethrough"] = True
    if run.code or kind == "code":
        style["fontType"] = "Monospace"
    return link(run.text, run.url, **style) if run.url else text(run.text, **style)
