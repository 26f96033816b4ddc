"""Prose as Slack's rich text, where nothing is parsed any more: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block."""

from collections.abc import Collection, Iterator

from bot.prose import Block, Run, read
from bot.slack.runs import Json, link, rich_text, sections, text

_STYLES = ("bold", "italic", "strike", "code")
_KINDS = {"code": "rich_text_preformatted", "quote": "rich_text_quote"}
_DEEPEST = 8


def prose(markdown: str, links: Collection[str]) -> Iterator[Json]:
    """A block of Slack's for each block of the prose, or several where it is long."""
    for block in read(markdown, links):
        for section in sections(_elements(block), _KINDS.get(block.kind, "rich_text_section")):
            yield rich_text(_listed(block, section) if block.marker else section)


def _listed(block: Block, section: Json) -> Json:
    """A list of one: numbers go on from the one before, which Slack is told by their offset."""
    depth = {"indent": min(block.depth, _DEEPEST)} if block.depth else {}
    number = block.marker.rstrip(".")
    if number.isdecimal():
        offset = {"offset": int(number) - 1} if int(number) > 1 else {}
        return {"type": "rich_text_list", "style": "ordered", **offset, **depth, "elements": [section]}
    return {"type": "rich_text_list", "style": "bullet", **depth, "elements": [section]}


def _elements(block: Block) -> Iterator[Json]:
    for run in block.runs:
        yield from text(run.text) if block.kind == "code" else _run(run, block.kind == "heading")


def _run(run: Run, heading: bool) -> Iterator[Json]:
    style = {name: True for name in _STYLES if getattr(run, name)} | ({"bold": True} if heading else {})
    return link(run.text, run.url, **style) if run.url else text(run.text, **style)
