"""Blocks of the stand-in as Notion's Markdown, and back: https://developers.notion.com/guides/data-apis/enhanced-markdown."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from adapters.notion.sandbox_rich_text import parsed, plain, rendered, text

Json = dict[str, Any]
_EMPTY = "<empty-block/>"
_CHILDLESS = ("heading_1", "heading_2", "heading_3", "heading_4", "code", "divider")
_KINDS = (
    (re.compile(r"(#{1,6})\s+(?P<text>.*)"), "heading"),
    (re.compile(r"[-*]\s+\[(?P<done>[ x])\]\s+(?P<text>.*)"), "to_do"),
    (re.compile(r"[-*+]\s+(?P<text>.*)"), "bulleted_list_item"),
    (re.compile(r"\d{1,9}[.)]\s+(?P<text>.*)"), "numbered_list_item"),
    (re.compile(r">\s*(?P<text>.*)"), "quote"),
    (re.compile(r"(?:-{3,}|\*{3,})"), "divider"),
)


@dataclass
class Draft:
    """A block before it has an id."""

    type: str
    body: Json
    children: list["Draft"] = field(default_factory=list)


def drafts(markdown: str) -> list[Draft]:
    """The blocks of the top level; a tab puts a line into the block above."""
    top: list[Draft] = []
    above: list[Draft] = []
    lines = iter(markdown.split("\n"))
    for line in lines:
        if not line.strip():
            continue
        depth = min(len(line) - len(line.lstrip("\t")), len(above))
        draft = _draft(line.strip(), lines, depth)
        (above[depth - 1].children if depth else top).append(draft)
        above = above[:depth] if draft.type in _CHILDLESS else [*above[:depth], draft]
    return top


def lines(type: str, body: Json, inside: Iterable[str], number: int = 1) -> Iterator[str]:
    """A block again, with the lines of what is in it; of a numbered list it is that item."""
    if type == "code":
        yield from (f"```{body['language']}", *plain(body["rich_text"]).split("\n"), "```")
    else:
        yield f"{_marker(type, body, number)}{rendered(body.get('rich_text', []))}" or _EMPTY
    yield from (f"\t{line}" for line in inside)


def count(found: Sequence[Draft]) -> int:
    return sum(1 + count(each.children) for each in found)


def _draft(line: str, lines: Iterator[str], depth: int) -> Draft:
    if line.startswith("```"):
        return Draft("code", {"rich_text": _code(lines, depth), "language": line[3:].strip() or "plain text", "caption": []})
    if line == _EMPTY:
        return Draft("paragraph", {"rich_text": []})
    for pattern, type in _KINDS:
        if found := pattern.fullmatch(line):
            return _of_kind(type, found)
    return Draft("paragraph", {"rich_text": parsed(line)})


def _of_kind(type: str, found: re.Match[str]) -> Draft:
    if type == "divider":
        return Draft(type, {})
    body: Json = {"rich_text": parsed(found["text"])}
    if type == "heading":
        return Draft(f"heading_{min(len(found[1]), 4)}", body)
    return Draft(type, {**body, "checked": found["done"] == "x"} if type == "to_do" else body)


def _code(lines: Iterator[str], depth: int) -> list[Json]:
    code: list[str] = []
    for line in lines:
        bare = line.removeprefix("\t" * depth)
        if bare.strip() == "```":
            break
        code.append(bare)
    return [text("\n".join(code))] if code else []


def _marker(type: str, body: Json, number: int) -> str:
    if type.startswith("heading_"):
        return f"{'#' * int(type[-1])} "
    to_do = f"- [{'x' if body.get('checked') else ' '}] "
    markers = {"bulleted_list_item": "- ", "numbered_list_item": f"{number}. ", "quote": "> ", "divider": "---", "to_do": to_do}
    return markers.get(type, "")
