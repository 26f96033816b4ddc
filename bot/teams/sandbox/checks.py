"""The small print of Adaptive Cards: what a text, a list, an address and a choice have to be."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

Wrong = Iterator[str]
"""What is wrong, in words; nothing where all is well."""
Check = Callable[[Any], Wrong]


def text(holder: Mapping[str, Any], name: str) -> Wrong:
    """It is there and says something."""
    if not isinstance(holder.get(name), str) or not holder[name]:
        yield f"{type_of(holder)} needs the text {name}"


def listed(holder: Mapping[str, Any], name: str, check: Check, needed: bool = True) -> Wrong:
    """A list of objects, each of which passes the check."""
    value = holder.get(name)
    if value is None and not needed:
        return
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        yield f"{type_of(holder)} needs the list {name}"
        return
    for each in value:
        yield from check(each)


def chosen(holder: Mapping[str, Any], name: str, choices: tuple[str, ...]) -> Wrong:
    """Where it is given, it is one of these, whatever its case."""
    value = holder.get(name)
    if value is not None and str(value).lower() not in choices:
        yield f"{type_of(holder)} can't have the {name} {value!r}"


def named(holder: Any) -> Wrong:
    """Where it has an id, that is a text."""
    if isinstance(holder, Mapping) and not isinstance(holder.get("id", ""), str):
        yield f"the id of {type_of(holder)} is a text"


def url(holder: Mapping[str, Any], name: str, schemes: tuple[str, ...] = ("https", "http", "mailto", "tel")) -> Wrong:
    if not _is_url(str(holder.get(name) or ""), schemes):
        yield f"{type_of(holder)} needs an address as its {name}"


def type_of(value: Any) -> str:
    return str(value.get("type", "an object without a type")) if isinstance(value, Mapping) else "something"


def _is_url(text: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in schemes and bool(parts.netloc or parts.path)
