"""Reads Teams' text back into what the person typed.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/channel-and-group-conversations#work-with-mentions.
Teams calls the text "plain", yet mentions in it are tags, and `&nbsp;` and its like come where the message was written with
formatting. botbuilder's own `remove_mention_text` takes the bot's name for a regular expression, and takes it off everywhere.
"""

import html
import re
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

from commands.mention import mention

# No part may run over the next "<": hostile text would be searched from each of them to its end.
_TAG = re.compile(r"<at(?:\s[^<>]*)?>([^<]*)</at>", re.IGNORECASE)
_AFTER = re.compile(r"^(?:&nbsp;|[\s,:])*")
# Those that end in ";" only: by HTML's own rules, "?a=1&copy=2" would have a © in it.
_ENTITY = re.compile(r"&(?:nbsp|lt|gt|amp|quot|apos|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")

_NOBODY: Mapping[str, str] = MappingProxyType({})
_SIGNS = {"29:": "@", "19:": "#"}  # how the ids of people begin, and those of channels
_ID = re.compile(r"(?:29|19):[^<>|\s]+")
MENTIONED = re.compile(r"<@(29:[^<>|\s]+)\|")
"""How somebody who is mentioned stands in the words, by their id in Teams."""


def mentions(entities: object, id: str) -> list[Mapping[str, Any]]:
    """Those of an activity's entities that mention the account."""
    if not id or not isinstance(entities, list):
        return []
    return [each for each in entities if isinstance(each, dict) and each.get("type") == "mention" and _mentioned(each) == id]


def names(mentions: Collection[Mapping[str, Any]]) -> set[str]:
    """What the account is called in the text. Where the name has an "&", Teams leaves the mention's own text out."""
    called = [_TAG.sub(r"\1", str(each.get("text") or each["mentioned"].get("name") or "")) for each in mentions]
    return {_undone(name) for name in called}


def others(entities: object) -> dict[str, str]:
    """The ids in Teams of people and channels, by what they are called in the text; but not of those who are called alike."""
    called: dict[str, set[str]] = {}
    for each in entities if isinstance(entities, list) else ():
        id = _mentioned(each) if isinstance(each, dict) and each.get("type") == "mention" else None
        for name in names([each]) if isinstance(id, str) else ():
            called.setdefault(name, set()).add(str(id))
    alone = {name: next(iter(ids)) for name, ids in called.items() if name and len(ids) == 1}
    return {name: id for name, id in alone.items() if _ID.fullmatch(id)}


def plain(text: str, bot: Collection[str], others: Mapping[str, str] = _NOBODY) -> str:
    """The first mention of the bot is taken off; entities are undone once.

    Mentions of the `others` become those of `commands.mention`, all else what people see. `bot` is what the bot is called.
    """
    for tag in _TAG.finditer(text):
        if _undone(tag[1]) in bot:
            text = text[: tag.start()] + _AFTER.sub("", text[tag.end() :], count=1)
            break
    return _undone(_TAG.sub(lambda tag: _called(tag[1], others), text)).strip()


def _called(name: str, others: Mapping[str, str]) -> str:
    id = others.get(_undone(name))
    return mention(_SIGNS[id[:3]], id, _undone(name)) if id else name


def _mentioned(entity: Mapping[str, Any]) -> object:
    account = entity.get("mentioned")
    return account.get("id") if isinstance(account, dict) else None


def _undone(text: str) -> str:
    if "&" in text:
        text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    return text.replace("\N{NO-BREAK SPACE}", " ")
