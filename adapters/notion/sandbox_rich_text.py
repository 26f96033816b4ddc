"""Rich text of the stand-in: checked as it comes in, told as Notion tells it, and as Markdown."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from adapters.notion.sandbox_errors import not_in_body

Json = dict[str, Any]
_LONGEST, _MOST = 2000, 100
_MARKS = {"**": "bold", "*": "italic", "~~": "strikethrough"}
_STYLES = ("bold", "italic", "strikethrough", "underline", "code")
_INLINE = re.compile(
    r"\\(?P<escaped>.)|`(?P<code>[^`]+)`|(?P<break><br>)|\[(?P<label>[^\[\]]*)\]\((?P<url>[^()\s]*)\)"
    r"|(?P<mark>\*\*|~~|\*)(?=\S)(?P<inner>.+?)(?<=\S)(?P=mark)"
)
_SPECIAL = re.compile(r"[\\*~`$\[\]<>{}|^]")


def accepted(value: object, where: str, people: Mapping[str, Json]) -> list[Json]:
    """What a request brings, as it is told from then on. Raises a 400."""
    if not isinstance(value, list) or len(value) > _MOST:
        raise not_in_body(where, f"an array of at most {_MOST}", value)
    return [_accepted(each, f"{where}[{number}]", people) for number, each in enumerate(value)]


def plain(pieces: Sequence[Json]) -> str:
    return "".join(each["plain_text"] for each in pieces)


def text(content: str, url: str | None = "", **styles: bool) -> Json:
    """One piece, as Notion tells it."""
    annotations = {**dict.fromkeys(_STYLES, False), "color": "default", **styles}
    inner = {"content": content, "link": {"url": url} if url else None}
    return {"type": "text", "text": inner, "annotations": annotations, "plain_text": content, "href": url or None}


def parsed(markdown: str, url: str = "", **styles: bool) -> list[Json]:
    """A line of Markdown."""
    pieces: list[Json] = []
    plain, end = "", 0
    for found in _INLINE.finditer(markdown):
        plain, end = plain + markdown[end : found.start()], found.end()
        if found["escaped"] or found["break"]:
            plain += found["escaped"] or "\n"
            continue
        pieces += [text(plain, url, **styles)] if plain else []
        pieces, plain = pieces + _marked(found, url, styles), ""
    plain += markdown[end:]
    return pieces + ([text(plain, url, **styles)] if plain else [])


def rendered(pieces: Sequence[Json]) -> str:
    """The same line again."""
    return "".join(map(_rendered, pieces))


def _marked(found: re.Match[str], url: str, styles: Mapping[str, bool]) -> list[Json]:
    if found["code"]:
        return [text(found["code"], url, **{**styles, "code": True})]
    if found["mark"]:
        return parsed(found["inner"], url, **{**styles, _MARKS[found["mark"]]: True})
    return parsed(found["label"], found["url"], **styles)


def _rendered(piece: Json) -> str:
    styles = piece["annotations"]
    said = piece["plain_text"]
    said = f"`{said}`" if styles["code"] else _SPECIAL.sub(r"\\\g<0>", said).replace("\n", "<br>")
    for mark, style in _MARKS.items():
        said = f"{mark}{said}{mark}" if styles[style] else said
    return f"[{said}]({piece['href']})" if piece["href"] else said


def _accepted(piece: object, where: str, people: Mapping[str, Json]) -> Json:
    if not isinstance(piece, dict):
        raise not_in_body(where, "an object", piece)
    styles = {name: bool(value) for name, value in (piece.get("annotations") or {}).items() if name != "color"}
    mention = piece.get("mention")
    if isinstance(mention, dict):
        return _mention(mention, where, people, styles)
    inner = piece.get("text")
    content = inner.get("content") if isinstance(inner, dict) else None
    if not isinstance(content, str):
        raise not_in_body(f"{where}.text", "defined", inner)
    if len(content) > _LONGEST:
        raise not_in_body(f"{where}.text.content.length", f"≤ `{_LONGEST}`", len(content))
    return text(content, ((inner or {}).get("link") or {}).get("url") or "", **styles)


def _mention(mention: Json, where: str, people: Mapping[str, Json], styles: Mapping[str, bool]) -> Json:
    person = people.get((mention.get("user") or {}).get("id", ""))
    if person is None:
        raise not_in_body(f"{where}.mention", "a user of this workspace", mention)
    told = {"type": "user", "user": {"object": "user", "id": person["id"]}}
    piece = text(f"@{person['name']}", "", **styles)
    return {**{name: value for name, value in piece.items() if name != "text"}, "type": "mention", "mention": told}
