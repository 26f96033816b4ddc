"""Notion's Markdown, in which tabs put blocks into each other and tags say what Markdown has no word for.

https://developers.notion.com/guides/data-apis/enhanced-markdown
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from adapters.errors import Refused
from adapters.notion.page import Content

MOST_LINES, MOST_BYTES = 1000, 500_000  # that Notion takes at once: https://developers.notion.com/reference/request-limits
_MOST_SHOWN = 100_000  # characters
_FENCE = re.compile(r"```")
_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])\s")
_ATTRIBUTES = re.compile(r'\{(?:\s*[a-z_]+="[^"]*")+\s*\}\s*$')
_MARKUP = re.compile(
    r"(?P<kept>`[^`]+`|\\.)"
    r'|<mention-date\s+start="(?P<date>[^"<>]*)"[^<>]*>'
    r'|<(?:page|database)\s[^<>]*?url="(?P<url>https?://[^"<>\s()]*)"[^<>]*>(?P<title>[^<>]*)</(?:page|database)>'
    r"|<summary>(?P<summary>[^<>]*)</summary>"
    r"|(?P<user><mention-user\b[^<>]*>)|(?P<space><br\s*/?>|</td>)|(?P<tag></?[a-z][a-z_-]*(?:\s[^<>]*)?/?>)"
)
_UNSAID = re.compile(r"^[ \t>]*(?:\d{1,9}[.)]\s|[-*+]\s\[[ x]\]\s|```.*$)|\]\([^()\s]*\)", re.MULTILINE)


def content_of(told: Mapping[str, Any]) -> Content:
    """What stands on a page, as Notion tells it."""
    markdown = told["markdown"]
    return Content(readable(markdown[:_MOST_SHOWN]), bool(told["truncated"]) or len(markdown) > _MOST_SHOWN)


def readable(markdown: str) -> str:
    """The same as plain Markdown."""
    return "\n".join(_lines(markdown)).strip("\n")


def letters(markdown: str) -> str:
    """What of it is said in so many letters, whatever it looks like: to tell whether a text is that of some blocks."""
    return plain_letters(_UNSAID.sub("", readable(markdown)))


def plain_letters(text: str) -> str:
    return "".join(each for each in text if each.isalnum())


def must_fit(markdown: str) -> None:
    """Raises Refused for what Notion would not take at once."""
    blocks = sum(bool(line.strip()) for line in markdown.splitlines())
    if blocks > MOST_LINES or len(markdown.encode()) > MOST_BYTES:
        raise Refused(f"That is too long for Notion: it takes {MOST_LINES:,} lines and {MOST_BYTES // 1000} KB at once.")


def _lines(markdown: str) -> Iterator[str]:
    """A block is a line. What is in a quote or a list stays in it; what is in anything else comes below it."""
    parents: list[str] = []
    depth, code, was_item = 0, False, True
    for line in markdown.split("\n"):
        if not code:
            depth = min(len(line) - len(line.lstrip("\t")), len(parents))
            parents = parents[:depth]
        bare = _without_tabs(line, depth)
        prefix = "".join(parents)
        if _FENCE.match(bare):
            code = not code
            yield from (prefix.rstrip(), prefix + bare) if code else (prefix + bare,)
            was_item = False
        elif code:
            yield prefix + bare
        elif text := _plain(bare):
            is_item = bool(_ITEM.match(text))
            yield from (prefix + text,) if is_item and was_item else (prefix.rstrip(), prefix + text)
            was_item = is_item
            parents.append("> " if text.startswith("> ") else "    " if is_item else "")


def _without_tabs(line: str, most: int) -> str:
    tabs = len(line) - len(line.lstrip("\t"))
    return line[min(tabs, most) :]


def _plain(line: str) -> str:
    return _MARKUP.sub(_said, _ATTRIBUTES.sub("", line)).strip()


def _said(found: re.Match[str]) -> str:
    if found["title"] is not None:
        return f"[{found['title']}]({found['url']})"
    if found["summary"] is not None:
        return f"**{found['summary']}**" if found["summary"].strip() else ""
    if found["user"]:
        return "@"
    return found["kept"] or found["date"] or (" " if found["space"] else "")
