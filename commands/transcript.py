"""What people said to each other, as the body of a page.

Each message is a quote that begins with who said it, when and where. All of its text is indented below that, so that it
ends where the next message begins, whatever is written in it: https://developers.notion.com/guides/data-apis/enhanced-markdown
"""

import re
from collections.abc import Iterator, Sequence
from datetime import tzinfo
from urllib.parse import quote

from adapters.notion.content import MOST_BYTES, MOST_LINES
from commands.excerpt import begins
from commands.talk import Said

_TITLE = 70  # characters
_FENCE = re.compile(r"\s*(?P<marks>`{3,}|~{3,})\s*(?P<language>[\w+#-]*)[^`]*$")
_ITEM = re.compile(r"(\s*)(?:[-*+]|\d{1,9}[.)])\s")
_SPECIAL = re.compile(r"[\\*_~`$\[\]<>{}|^]")
_MARKUP = re.compile(
    r"(?P<kept>(?P<ticks>`{1,9})(?!`).{1,2000}?(?<!`)(?P=ticks)(?!`)|\\.)"
    r"|<(?P<address>https?://[^\s<>|]+)>|(?P<image>!)(?=\[)|(?P<notions>[<{}$^|]|^\s*:{3,})"
)
_MARKS = re.compile(
    r"\\([^\w\s])|[*~`]+(?=\S)|(?<=\S)[*~`]+|(?<!\w)_+(?=\w)|(?<=\w)_+(?!\w)|^\s*(?:#+|>|[-*+]|\d+[.)])\s+", re.MULTILINE
)
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")


def title(said: Sequence[Said]) -> str:
    """The first words of the first message that has any."""
    texts = (begins(_MARKS.sub(r"\1", _LINK.sub(r"\1", each.text)), _TITLE) for each in said)
    return next(filter(None, texts), f"Message from {said[0].author}")


def body(said: Sequence[Said], zone: tzinfo | None) -> str:
    """The messages in their order, as Notion's Markdown, with their times in that zone."""
    return "\n".join(line for each in said for line in _message(each, zone))


def bodies(said: Sequence[Said], zone: tzinfo | None) -> list[str]:
    """The same in parts, each of them no more than Notion takes at once, as far as whole messages go."""
    parts: list[list[str]] = [[]]
    lines, size = 0, 0
    for told in (body([each], zone) for each in said):
        lines, size = lines + told.count("\n") + 1, size + len(told.encode()) + 1
        if parts[-1] and (lines > MOST_LINES or size > MOST_BYTES):
            parts.append([])
            lines, size = told.count("\n") + 1, len(told.encode()) + 1
        parts[-1].append(told)
    return ["\n".join(part) for part in parts]


def _message(said: Said, zone: tzinfo | None) -> Iterator[str]:
    at = said.at.astimezone(zone)
    link = f" · [Open the message]({quote(said.url, safe=_IN_ADDRESSES)})" if said.url else ""
    yield f"> **{_plain(said.author)}** · {at:%A} {at.day} {at:%B %Y, %H:%M %Z}{link}"
    yield from (f"\t{line}" for line in _lines(said.text))
    yield from (f"\tAttached: {_plain(each.name)}" for each in said.attached)


_IN_ADDRESSES = ":/?#@!$&'*+,;=%~-._"  # no brackets: they would end it


def _lines(text: str) -> Iterator[str]:
    """Code stays as it is, and ends at the latest where the message does; of all else, Notion's own signs are only text."""
    fence, depths = "", list[int]()
    for line in text.splitlines():
        found = _FENCE.match(line)
        if fence:
            ends = bool(found and found["marks"].startswith(fence) and not found["language"])
            yield "```" if ends else line.replace("```", "``\u200b`")
            fence = "" if ends else fence
        elif found:
            fence = found["marks"]
            yield f"```{found['language']}"
        elif line.strip():
            yield "\t" * _depth(line, depths) + _MARKUP.sub(_only_markdown, line.strip())
    if fence:
        yield "```"


def _depth(line: str, depths: list[int]) -> int:
    """How deep in a list a line is; `depths` are the indents of the items that it may be in."""
    item = _ITEM.match(line)
    indent = len(item[1].expandtabs(4)) if item else len(line) - len(line.lstrip())
    while depths and depths[-1] >= indent:
        depths.pop()
    depth = len(depths)
    if item:
        depths.append(indent)
    return depth


def _only_markdown(found: re.Match[str]) -> str:
    if found["kept"]:
        return found[0]
    if found["address"]:
        return f"[{_plain(found['address'])}]({quote(found['address'], safe=_IN_ADDRESSES)})"
    return f"\\{found[0]}"


def _plain(text: str) -> str:
    """A text without any formatting, in one line."""
    return _SPECIAL.sub(r"\\\g<0>", " ".join(text.split()))
