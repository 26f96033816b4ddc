"""Which part of the audit people mean by free words: where, on what day, by whom."""

import re
from collections.abc import Mapping
from typing import NamedTuple

SCOPES = ("here", "mine", "everywhere")
_WORD = re.compile(r"<[^<>]*>|\S+")
_CHANNEL = re.compile(r"<#[^<>]*>|#\S+|[CGD](?=[A-Z]*\d)[A-Z0-9]{5,}|\d+:\S+")  # a mention, a name, an id in Slack or Teams
_PERSON = re.compile(r"<@[^<>]*>|@\S+")
_FILLING = ("in", "by")
_LONGEST = 200  # characters


class Part(NamedTuple):
    """`where` is one of SCOPES, or words for a conversation; `day` and `who` are words as well, empty where none were said."""

    where: str
    day: str
    who: str


def part(words: str) -> Part:
    """What is neither a place nor a person says the day."""
    found: dict[str, list[str]] = {"where": [], "day": [], "who": []}
    for word in _WORD.findall(words[:_LONGEST]):
        found[_kind(word)].append(word)
    where, *others = found["where"] or ["here"]
    day = " ".join(word for word in (*others, *found["day"]) if word.casefold() not in _FILLING)
    return Part(where.casefold() if where.casefold() in SCOPES else where, day, " ".join(found["who"]))


def _kind(word: str) -> str:
    if word.casefold() in SCOPES or _CHANNEL.fullmatch(word):
        return "where"
    return "who" if _PERSON.fullmatch(word) else "day"


def told(part: Part, **instead: str) -> Mapping[str, str]:
    """As options of the command: what was not said is left as it is."""
    return {name: value for name, value in {**part._asdict(), **instead}.items() if value}
