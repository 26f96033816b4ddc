"""What a card holds, at any depth: https://adaptivecards.io/explorer/."""

from collections.abc import Iterator
from typing import Any

from bot.teams.sandbox.workspace import Json

_INSIDE = ("body", "items", "columns", "rows", "cells", "images")


def elements(holder: Json) -> Iterator[Json]:
    """A card's elements, in the order in which they are read; those that a button reveals come last."""
    for name in _INSIDE:
        for each in _objects(holder.get(name)):
            yield each
            yield from elements(each)
    for action in _objects(holder.get("actions")):
        yield from elements(action.get("card") or {})


def actions(holder: Json) -> Iterator[Json]:
    """A card's actions: its buttons, and what is behind a press of an element."""
    yield from _own_actions(holder)
    for element in elements(holder):
        yield from _own_actions(element)


def words(card: Json) -> str:
    """What is written on a card, line by line, without its buttons."""
    return "\n".join(line for element in elements(card) for line in _lines(element) if line)


def _own_actions(holder: Json) -> Iterator[Json]:
    runs = [holder, *_objects(holder.get("inlines"))]
    behind = [run[name] for run in runs for name in ("selectAction", "inlineAction") if isinstance(run.get(name), dict)]
    for action in [*behind, *_objects(holder.get("actions"))]:
        yield action
        if "card" in action:
            yield from _own_actions(action["card"])


def _lines(element: Json) -> list[str]:
    match element.get("type"):
        case "TextBlock":
            return [str(element["text"])]
        case "RichTextBlock":
            return ["".join(each if isinstance(each, str) else str(each.get("text", "")) for each in element["inlines"])]
        case "FactSet":
            return [f"{fact['title']}: {fact['value']}" for fact in element["facts"]]
        case "Input.Toggle":
            return [str(element.get("label", "")), str(element["title"])]
    return [str(element.get("label", ""))]


def _objects(value: Any) -> list[Json]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
