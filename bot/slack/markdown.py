"""A message of Slack's as Markdown that reads the same: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bot.slack.mrkdwn import plain
from commands.mention import named

Json = Mapping[str, Any]
Name = Callable[[str], str]
"""What a person, a channel or a group is called, given their id."""

_SPECIAL = re.compile(r"([\\`*_\[\]<>~]|^#(?=#*\s))")
_MARKS = (("code", "`"), ("bold", "**"), ("italic", "*"), ("strike", "~~"))
_ID = re.compile(r"<[@#]([A-Z0-9]+)")


def markdown(message: Json, name: Name) -> str:
    """From its rich text where it has some, else from its text."""
    rich = [block for block in message.get("blocks") or () if block.get("type") == "rich_text"]
    told = "\n\n".join(filter(None, (_block(element, name) for block in rich for element in block.get("elements") or ())))
    return told or _escaped(named(plain(_named(str(message.get("text") or ""), name))))


def mentioned(message: Json) -> set[str]:
    """The ids of people and channels in it, whose names are needed to show it."""
    found = {str(each[key]) for each in _every(message.get("blocks") or ()) for key in ("user_id", "channel_id") if key in each}
    return found | set(_ID.findall(str(message.get("text") or "")))


def _every(elements: Iterable[Any]) -> Iterable[Json]:
    for element in elements:
        if isinstance(element, Mapping):
            yield element
            yield from _every(element.get("elements") or ())


def _block(element: Json, name: Name) -> str:
    inner = element.get("elements") or ()
    match element.get("type"):
        case "rich_text_list":
            return "\n".join(_item(element, number, each, name) for number, each in enumerate(inner))
        case "rich_text_preformatted":
            return f"```\n{''.join(_bare(each, name) for each in inner)}\n```"
        case "rich_text_quote":
            return "\n".join(f"> {line}" for line in _runs(inner, name).split("\n"))
        case _:
            return _runs(inner, name).strip()


def _item(element: Json, number: int, section: Json, name: Name) -> str:
    indent = "   " * int(element.get("indent") or 0)
    mark = f"{int(element.get('offset') or 0) + number + 1}." if element.get("style") == "ordered" else "-"
    return f"{indent}{mark} {_runs(section.get('elements') or (), name)}"


def _runs(elements: Iterable[Json], name: Name) -> str:
    return "".join(_run(element, name) for element in elements)


def _run(element: Json, name: Name) -> str:
    style = element.get("style") or {}
    words = _bare(element, name)
    if element.get("type") == "link":
        return f"[{_escaped(words)}](<{element.get('url', '')}>)"
    told = words if style.get("code") else _escaped(words)
    stripped = told.strip()
    if not stripped:
        return told
    for key, mark in _MARKS:  # marks stand close to the words, or they would be none
        stripped = f"{mark}{stripped}{mark}" if style.get(key) else stripped
    return told.replace(told.strip(), stripped, 1)


def _bare(element: Json, name: Name) -> str:
    """Its words alone."""
    match element.get("type"):
        case "user":
            return f"@{name(str(element.get('user_id', '')))}"
        case "channel":
            return f"#{name(str(element.get('channel_id', '')))}"
        case "usergroup":
            return "@group"
        case "broadcast":
            return f"@{element.get('range', 'channel')}"
        case "emoji":
            return f":{element.get('name', '')}:"
        case "link":
            return str(element.get("text") or element.get("url") or "")
        case _:
            return str(element.get("text") or "")


def _named(text: str, name: Name) -> str:
    """Mentions in Slack's own markup, where they come without a name."""
    return re.sub(r"<([@#])([A-Z0-9]+)>", lambda each: f"{each[1]}{name(each[2])}", text)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
