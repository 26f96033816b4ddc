"""Markdown from outside, as a model writes it, taken apart: what is left is text that leads nowhere it was not given.

HTML is text, a picture is its description. An address is a link only if it is one of those that are allowed.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.text import clean, is_web_address

_BLOCKS = MarkdownIt("commonmark", {"maxNesting": 20}).disable(["html_block", "lheading", "reference", "inline"])
_INLINE = MarkdownIt("commonmark", {"html": False, "maxNesting": 20}).enable("strikethrough").disable(["html_inline"])
_ADDRESS = re.compile(r"(https?://[^\s<>\"')\]]+)")
_MARKUP = re.compile(r"[*_~`<&\[\\\n]")  # where there is none of these, there is nothing to take apart
_STYLES = {"strong": "bold", "em": "italic", "s": "strike"}
_BRACKETS, _SIGNS = 100, 1_000  # in one paragraph
_LINKS = 300_000  # in one paragraph, times its length: for each that is left open, all that follows is looked through


@dataclass(frozen=True)
class Run:
    """Some words in one style. With a `url` they lead there."""

    text: str
    bold: bool = False
    italic: bool = False
    strike: bool = False
    code: bool = False
    url: str = ""


@dataclass(frozen=True)
class Block:
    """One piece of prose. An item of a list has a `marker`, "•" or "3.", and the depth of its list, from 0."""

    kind: Literal["paragraph", "heading", "code", "item", "quote"]
    runs: tuple[Run, ...]
    marker: str = ""
    depth: int = 0

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


def read(markdown: str, links: Collection[str] = ()) -> list[Block]:
    """The blocks in their order; `links` are the addresses that may be led to."""
    allowed = frozenset(filter(is_web_address, links))
    return list(_blocks(_BLOCKS.parse(clean(markdown)), allowed))


def plain(markdown: str, links: Collection[str] = ()) -> str:
    """The same as text alone."""
    return "\n".join(map(line, read(markdown, links)))


def line(block: Block) -> str:
    """A block as text."""
    return f"{'  ' * block.depth}{block.marker} {block.text}" if block.marker else block.text


def _blocks(tokens: Sequence[Token], allowed: frozenset[str]) -> Iterator[Block]:
    lists: list[int | None] = []  # the next number of each list that is open, None for one of bullets
    marker, quotes, heading = "", 0, False
    for token in tokens:
        match token.type:
            case "bullet_list_open":
                lists.append(None)
            case "ordered_list_open":
                lists.append(int(token.attrs.get("start", 1)))
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "list_item_open":
                marker = "•" if lists[-1] is None else f"{lists[-1]}."
                lists[-1] = None if lists[-1] is None else lists[-1] + 1
            case "list_item_close":
                marker = ""  # of an item that says nothing
            case "blockquote_open" | "blockquote_close":
                quotes += token.nesting
            case "heading_open" | "heading_close":
                heading = token.nesting == 1
            case "fence" | "code_block":
                yield Block("code", (Run(token.content.rstrip("\n")),))
            case "inline" if runs := _inline(token.content, allowed):
                kind: Literal["item", "quote", "heading", "paragraph"]
                kind = "item" if marker else "quote" if quotes else "heading" if heading else "paragraph"
                yield Block(kind, runs, marker, max(len(lists) - 1, 0))
                marker = ""


def _inline(text: str, allowed: frozenset[str]) -> tuple[Run, ...]:
    if not _MARKUP.search(text) or not _is_prose(text):
        return tuple(_led(text, Run(""), allowed))
    [inline] = _INLINE.parseInline(text)
    return tuple(_runs(inline.children or (), allowed))


def _is_prose(text: str) -> bool:
    """What is full of signs means nothing, and takes so long to read that others would have to wait."""
    few = text.count("[") <= _BRACKETS and text.count("](") * len(text) <= _LINKS
    return few and sum(map(text.count, "*_~`<&\\\n")) <= _SIGNS


def _runs(children: Iterable[Token], allowed: Collection[str]) -> Iterator[Run]:
    style, href, said = Run(""), "", ""
    for token in children:
        said += token.content
        name = token.type.removesuffix("_open").removesuffix("_close")
        if name in _STYLES:
            on: dict[str, Any] = {_STYLES[name]: token.nesting == 1}
            style = replace(style, **on)
        elif name == "link":
            if href and not style.url and said != href:
                yield replace(style, text=f" ({href})")  # it leads nowhere, but may be read
            href, said = str(token.attrs.get("href", "")), ""
            style = replace(style, url=href if href in allowed else "")
        elif token.type in ("softbreak", "hardbreak"):
            yield replace(style, text="\n")
        elif token.type == "code_inline":
            yield replace(style, text=token.content, code=True)
        elif token.content:
            yield from _led(token.content, style, allowed)


def _led(text: str, style: Run, allowed: Collection[str]) -> Iterator[Run]:
    """Addresses that are allowed lead there, though nobody has marked them as links."""
    for position, part in enumerate(_ADDRESS.split(text)):
        address = part.rstrip(".,;:!?*_") if position % 2 else ""
        if address in allowed and not style.url:
            yield replace(style, text=address, url=address)
        else:
            address = ""
        if rest := part[len(address) :]:
            yield replace(style, text=rest)
