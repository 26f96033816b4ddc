"""What each element of a card has to have: https://adaptivecards.io/explorer/. Media are not shown by Teams."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.teams.sandbox.checks import Check, Wrong, chosen, listed, named, text, type_of, url
from bot.teams.sandbox.workspace import Json

_COLORS = ("default", "dark", "light", "accent", "good", "warning", "attention")
_SIZES = ("default", "small", "medium", "large", "extralarge")
_IMAGE_SIZES = ("auto", "stretch", "small", "medium", "large")
_SPACINGS = ("default", "none", "small", "medium", "large", "extralarge", "padding")
_STYLES = ("default", "emphasis", "good", "attention", "warning", "accent")
_INPUT_STYLES = ("text", "tel", "url", "email", "password")


def look(element: Json) -> Wrong:
    """What all elements have in common."""
    yield from chosen(element, "spacing", _SPACINGS)
    yield from chosen(element, "horizontalAlignment", ("left", "center", "right"))
    yield from named(element)


def _text_block(element: Json, _: Check) -> Wrong:
    yield from text(element, "text")
    yield from _font(element)
    yield from chosen(element, "style", ("default", "heading", "columnheader"))


def _font(element: Json) -> Wrong:
    yield from chosen(element, "color", _COLORS)
    yield from chosen(element, "size", _SIZES)
    yield from chosen(element, "weight", ("default", "lighter", "bolder"))
    yield from chosen(element, "fontType", ("default", "monospace"))


def _rich_text_block(element: Json, _: Check) -> Wrong:
    inlines = element.get("inlines")
    if not isinstance(inlines, list) or not inlines:
        yield "RichTextBlock needs the list inlines"
        return
    for each in inlines:
        yield from _run(each) if not isinstance(each, str) else ()


def _run(run: Any) -> Wrong:
    if type_of(run) != "TextRun":
        yield f"unsupported inline: {type_of(run)}"
        return
    yield from text(run, "text")
    yield from _font(run)


def _image(element: Json, _: Check) -> Wrong:
    yield from url(element, "url", ("https", "http", "data"))
    yield from chosen(element, "size", _IMAGE_SIZES)
    yield from chosen(element, "style", ("default", "person"))


def _holder(name: str, needed: bool = True) -> Callable[[Json, Check], Wrong]:
    """An element that holds others."""

    def check(element: Json, inner: Check) -> Wrong:
        yield from chosen(element, "style", _STYLES)
        yield from listed(element, name, inner, needed)

    return check


def _column_set(element: Json, inner: Check) -> Wrong:
    yield from chosen(element, "style", _STYLES)
    yield from listed(element, "columns", lambda each: _only("Column", each, inner))


def _table(element: Json, inner: Check) -> Wrong:
    yield from listed(element, "columns", lambda _: iter(()))
    yield from listed(element, "rows", lambda each: _only("TableRow", each, inner))


def _row(element: Json, inner: Check) -> Wrong:
    yield from listed(element, "cells", lambda each: _only("TableCell", each, inner))


def _only(type: str, element: Json, inner: Check) -> Wrong:
    return inner({"type": type, **element}) if element.get("type", type) == type else iter([f"only {type} can stand here"])


def _image_set(element: Json, inner: Check) -> Wrong:
    yield from listed(element, "images", lambda each: _only("Image", each, inner))


def _fact_set(element: Json, _: Check) -> Wrong:
    yield from listed(element, "facts", lambda fact: _titled("a fact", fact))


def _titled(what: str, pair: Json) -> Wrong:
    for name in ("title", "value"):
        if not isinstance(pair.get(name), str):
            yield f"{what} needs the text {name}"


def _input(element: Json, _: Check) -> Wrong:
    """https://learn.microsoft.com/adaptive-cards/authoring-cards/input-validation"""
    yield from text(element, "id")
    if element["type"] == "Input.Text":
        yield from chosen(element, "style", _INPUT_STYLES)
    if element["type"] == "Input.Toggle":
        yield from text(element, "title")
    if element["type"] == "Input.ChoiceSet":
        yield from chosen(element, "style", ("compact", "expanded", "filtered"))
        yield from listed(element, "choices", lambda choice: _titled("a choice", choice), "choices.data" not in element)


def _nothing(_: Json, _inner: Check) -> Wrong:
    yield from ()


ELEMENTS: Mapping[str, Callable[[Json, Check], Wrong]] = {
    "TextBlock": _text_block,
    "RichTextBlock": _rich_text_block,
    "Image": _image,
    "ImageSet": _image_set,
    "Container": _holder("items"),
    "Column": _holder("items", needed=False),
    "ColumnSet": _column_set,
    "Table": _table,
    "TableRow": _row,
    "TableCell": _holder("items"),
    "FactSet": _fact_set,
    "ActionSet": _nothing,  # its actions are checked as those of any element
    **dict.fromkeys(
        ("Input.Text", "Input.Number", "Input.Date", "Input.Time", "Input.Toggle", "Input.ChoiceSet"),
        _input,
    ),
}
