"""A message of Teams' as Markdown that reads the same. What Graph gives is HTML, of which anything may be hostile.

https://learn.microsoft.com/graph/api/resources/chatmessage. Python's own `html.parser` takes minutes for 100 KB of tags that
never end; here each sign is looked at once.
"""

import re
from collections.abc import Iterator, Mapping
from html import unescape

from bot.teams.html_pieces import Element, Piece, joined
from bot.text import clean

_LONGEST = 100_000  # characters of HTML: Teams takes some 28 KB
_LONGEST_TAG = 4_000
_DEEPEST = 40  # elements inside each other: what is deeper still is text without a form
_ALONE = ("br", "hr", "img", "emoji", "attachment")  # have nothing inside that would be read
_UNSEEN = ("script", "style", "head", "title", "template", "systemeventmessage")
_TAG = re.compile(r"""<(/?)([A-Za-z][A-Za-z0-9:]{0,30})((?:"[^"<]*"|'[^'<]*'|[^<>"'])*)>|<!--[^<>]*-->""")
_TOLD = re.compile(r"""([A-Za-z][\w:-]{0,40})\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)')""")
_SPECIAL = re.compile(r"([\\`*_\[\]<>~]|(?:^|(?<=^ )|(?<=^  )|(?<=^   ))#(?=#*(?:\s|$)))", re.MULTILINE)
_HOSTED = re.compile(r"/hostedContents/([\w=-]{1,1000})/\$value$")


def markdown(html: str, attachments: Mapping[str, str]) -> str:
    """`attachments` are what stands for each attachment in the text, as Markdown, by its id."""
    reader = _Reader(attachments)
    rest = 0
    for tag in _TAG.finditer(told := html[:_LONGEST]):
        reader.text(told[rest : tag.start()])
        rest = tag.end()
        if tag[2]:
            (reader.end if tag[1] else reader.begin)(tag[2].lower(), tag[3])
    reader.text(told[rest:])
    return reader.ended()


def pictures(html: str) -> list[str]:
    """The ids of the pictures in it that Graph keeps, in their order."""
    return list(dict.fromkeys(_hosted(html[:_LONGEST])))


def escaped(text: str) -> str:
    """A text whose signs are only signs."""
    return _SPECIAL.sub(r"\\\1", clean(text))


def _hosted(html: str) -> Iterator[str]:
    for tag in _TAG.finditer(html):
        if not tag[1] and (tag[2] or "").lower() == "img" and (found := _HOSTED.search(_told(tag[3]).get("src", ""))):
            yield found[1]


def _told(attributes: str) -> dict[str, str]:
    found = _TOLD.findall(attributes[:_LONGEST_TAG])
    return {name.lower(): unescape(double or single) for name, double, single in found}


class _Reader:
    """Never deeper than `_DEEPEST`, and nothing here calls itself: whatever is nested, it ends."""

    def __init__(self, attachments: Mapping[str, str]) -> None:
        self._attachments = attachments
        self._open = [Element("body", {})]

    def begin(self, tag: str, attributes: str) -> None:
        if tag in _ALONE:
            self._add(self._alone(tag, _told(attributes)))
        elif len(self._open) < _DEEPEST:
            self._open.append(Element(tag, _told(attributes)))

    def end(self, tag: str, _: str = "") -> None:
        if tag not in [each.tag for each in self._open[1:]]:
            return
        while self._close() != tag:
            pass

    def text(self, html: str) -> None:
        if not html or any(each.tag in _UNSEEN for each in self._open):
            return
        said = clean(unescape(html))
        if any(each.is_code for each in self._open):
            self._add(Piece(said))
        else:
            self._add(Piece(escaped(re.sub(r"\s+", " ", said))))

    def ended(self) -> str:
        while len(self._open) > 1:
            self._close()
        return joined(self._open[0].pieces)

    def _close(self) -> str:
        ended = self._open.pop()
        self._add(*ended.pieces_in(self._open[-1]))
        return ended.tag

    def _add(self, *pieces: Piece) -> None:
        self._open[-1].pieces.extend(pieces)

    def _alone(self, tag: str, told: Mapping[str, str]) -> Piece:
        """What has nothing inside. A picture that Graph keeps is an attachment, and of others there is what they show."""
        match tag:
            case "br":
                return Piece("\n")
            case "hr":
                return Piece("---", block=True)
            case "attachment":
                return Piece(self._attachments.get(told.get("id", ""), ""), block=True)
            case "img" if _HOSTED.search(told.get("src", "")):
                return Piece("")
            case _:
                return Piece(escaped(told.get("alt", "")))
