"""What an element of HTML is in Markdown, once all that is inside it is known."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.text import is_web_address

_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*", "s": "~~", "strike": "~~", "del": "~~"}
_CODE = ("code", "pre", "codeblock")
_BLOCKS = ("p", "div", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article")
_LINES = ("li", "tr")  # stand close together
_CELLS = ("td", "th")
_TICKS = re.compile("`+")


@dataclass(frozen=True)
class Piece:
    """Some Markdown. A `block` stands apart from what is around it; `tight`, it still begins a line of its own."""

    text: str
    block: bool = False
    tight: bool = False


@dataclass
class Element:
    """One that is still open."""

    tag: str
    told: Mapping[str, str]
    pieces: list[Piece] = field(default_factory=list)
    items: int = 0  # of a list, those that have ended

    @property
    def is_code(self) -> bool:
        return self.tag in _CODE

    def pieces_in(self, outer: "Element") -> Sequence[Piece]:
        """What the element is where it stands."""
        if self.is_code:
            return [self._code(outer)]
        if self.tag in _LINES:
            return [Piece(self._line(outer), block=True, tight=True)]
        if self.tag == "blockquote":
            return [Piece(_indented(joined(self.pieces), "> ", "> "), block=True)] if joined(self.pieces) else []
        if self.tag in _BLOCKS:
            return [Piece(self._headed(joined(self.pieces)), block=True)]
        if any(piece.block for piece in self.pieces):
            return self.pieces
        return [Piece(self._inline("".join(piece.text for piece in self.pieces)))]

    def _code(self, outer: "Element") -> Piece:
        """In a fence, or between signs, longer than any in it."""
        text = "".join(piece.text for piece in self.pieces)
        if outer.is_code:
            return Piece(text)
        longest = max((len(ticks) for ticks in _TICKS.findall(text)), default=0)
        if self.tag != "code" or "\n" in text.strip("\n"):
            fence = "`" * max(3, longest + 1)
            return Piece(f"{fence}\n{text.strip(chr(10))}\n{fence}", block=True)
        if not text.strip():
            return Piece(text)
        ticks = "`" * (longest + 1)
        space = " " if longest else ""
        return Piece(f"{ticks}{space}{text}{space}{ticks}")

    def _line(self, outer: "Element") -> str:
        if self.tag == "tr":
            return joined(self.pieces).removesuffix(" |")
        outer.items += 1
        mark = f"{_begins(outer) + outer.items - 1}." if outer.tag == "ol" else "-"
        return _indented(joined(self.pieces), f"{mark} ", " " * (len(mark) + 1))

    def _headed(self, text: str) -> str:
        return f"{'#' * int(self.tag[1])} {text}" if re.fullmatch("h[1-6]", self.tag) and text else text

    def _inline(self, text: str) -> str:
        match self.tag:
            case "at":
                return f"@{text.strip().removeprefix('@')}" if text.strip() else ""
            case "a":
                href = self.told.get("href", "")
                return f"[{text.strip()}](<{href}>)" if text.strip() and is_web_address(href) else text
            case tag if tag in _CELLS:
                return f"{text.strip()} | "
            case tag:
                return _marked(text, _MARKS.get(tag, ""))


def joined(pieces: Iterable[Piece]) -> str:
    """Pieces in their order: those that are in a line, and blocks, which stand apart."""
    told, run = "", ""
    for piece in [*pieces, Piece("", block=True)]:
        if not piece.block:
            run += piece.text
            continue
        if line := re.sub(r"[ \xa0]*\n[ \xa0]*", "\n", run).strip():
            told = f"{told}\n\n{line}" if told else line
        if piece.text:
            told = f"{told}{chr(10) if piece.tight else chr(10) * 2}{piece.text}" if told else piece.text
        run = ""
    return told


def _indented(text: str, first: str, further: str) -> str:
    head, *rest = text.split("\n")
    return "\n".join([f"{first}{head}".rstrip(), *(f"{further}{line}".rstrip() for line in rest)])


def _begins(outer: Element) -> int:
    start = outer.told.get("start", "")
    return int(start) if re.fullmatch("[0-9]{1,6}", start) else 1


def _marked(text: str, mark: str) -> str:
    """Marks stand close to the words, or they would be none."""
    words = text.strip()
    return text.replace(words, f"{mark}{words}{mark}", 1) if mark and words else text
