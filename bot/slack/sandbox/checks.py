"""The small print of Block Kit: how long a text may be, what an address is, how many things a list holds."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Wrong = Iterator[str]
"""What is wrong, in words; nothing where all is well."""


def text(holder: Mapping[str, Any], name: str, most: int) -> Wrong:
    value = holder.get(name)
    if not isinstance(value, str) or not value:
        yield f"must be a text of more than 0 characters: {name}"
    elif len(value) > most:
        yield f"must be less than {most + 1} characters: {name}"


def url(holder: Mapping[str, Any], name: str) -> Wrong:
    yield from text(holder, name, 3000)
    if not re.match(r"https?://[^\s/]", str(holder.get(name)), re.IGNORECASE):
        yield f"invalid url: {name}"


def listed(value: Any, most: int, check: Callable[[Any], Wrong]) -> Wrong:
    if not isinstance(value, list) or not 0 < len(value) <= most:
        yield f"must be a list of 1 to {most} items"
        return
    for each in value:
        yield from check(each)


def text_object(value: Any, most: int, plain: bool = False) -> Wrong:
    """https://docs.slack.dev/reference/block-kit/composition-objects/text-object"""
    type = type_of(value)
    if type != "plain_text" and (plain or type != "mrkdwn"):
        yield f"must be a {'plain_text' if plain else 'text'} object"
        return
    if ("verbatim" if type == "plain_text" else "emoji") in value:
        yield "emoji is for plain_text, verbatim for mrkdwn"
    yield from text(value, "text", most)


def unique(name: str, holders: list[Any]) -> Wrong:
    ids = [holder[name] for holder in holders if isinstance(holder, dict) and name in holder]
    yield from (f"{name} already exists: {id}" for id in sorted({str(id) for id in ids if ids.count(id) > 1}))


def type_of(value: Any) -> str:
    return str(value.get("type")) if isinstance(value, Mapping) else "nothing"
