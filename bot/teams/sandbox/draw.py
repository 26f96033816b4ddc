"""Adaptive Cards as HTML, drawn simply. Whatever was said is escaped; only links to the web lead anywhere."""

from collections.abc import Iterable
from html import escape
from typing import Any

from bot.teams.sandbox.draw_field import draw_field
from bot.teams.sandbox.walk import actions
from bot.teams.sandbox.workspace import Json
from bot.text import is_web_address

_COLOURS = ("accent", "good", "warning", "attention")


def draw_card(card: Json, hidden: str = "", submit: str = "press") -> str:
    """The card as one form, for in Teams whatever is filled in goes along with any button.

    `hidden` is HTML for the form, `submit` where it is sent. A button is sent as `button`, its number among
    `walk.actions(card)`; a field under its id, after "field:".
    """
    numbers = {id(action): number for number, action in enumerate(actions(card))}
    wide = " wide" if (card.get("msteams") or {}).get("width") == "Full" else ""
    drawn = _all(card.get("body", ()), numbers) + _row(card, numbers)
    return f'<form method=post action="{escape(submit)}" class="card{wide}">{hidden}{drawn}</form>'


def _all(elements: Iterable[Json], numbers: dict[int, int]) -> str:
    return "".join(_element(each, numbers) for each in elements)


def _element(element: Json, numbers: dict[int, int]) -> str:
    match element["type"]:
        case "RichTextBlock":
            return f"<p{_spacing(element)}>{''.join(map(_run, element['inlines']))}</p>"
        case "TextBlock":
            return f"<p{_spacing(element)}>{_styled(element)}</p>"
        case "ActionSet":
            return _row(element, numbers)
        case "Image":
            return f'<img src="{escape(element["url"])}" alt="{escape(element.get("altText", ""))}" loading=lazy>'
        case "FactSet":
            facts = (f"<dt>{escape(fact['title'])}</dt><dd>{escape(fact['value'])}</dd>" for fact in element["facts"])
            return f"<dl>{''.join(facts)}</dl>"
        case "Container" | "Column":
            return f"<div>{_all(element.get('items', ()), numbers)}</div>"
        case "ColumnSet":
            return f"<div class=columns>{_all(({'type': 'Column', **each} for each in element['columns']), numbers)}</div>"
        case str(type) if type.startswith("Input."):
            return draw_field(element)
    return f"<p>{escape(str(element.get('text', '')))}</p>"


def _run(run: Any) -> str:
    if isinstance(run, str):
        return escape(run)
    url = (run.get("selectAction") or {}).get("url", "")
    if is_web_address(url):
        return f'<a href="{escape(url)}" target=_blank rel="noopener noreferrer">{_styled(run)}</a>'
    return _styled(run)


def _styled(text: Json) -> str:
    said = escape(text["text"])
    colour = str(text.get("color", "")).lower()
    for tag, wanted in (
        ("code", text.get("fontType") == "Monospace"),
        ("s", text.get("strikethrough")),
        ("i", text.get("italic")),
        ("b", text.get("weight") == "Bolder"),
        ("small", text.get("isSubtle")),
        (f"span class={colour}", colour in _COLOURS),
    ):
        said = f"<{tag}>{said}</{tag.split()[0]}>" if wanted else said
    return said


def _row(holder: Json, numbers: dict[int, int]) -> str:
    buttons = "".join(_button(each, numbers[id(each)]) for each in holder.get("actions", ()))
    return f"<div class=buttons>{buttons}</div>" if buttons else ""


def _button(action: Json, number: int) -> str:
    label, style = escape(action.get("title", "")), escape(action.get("style", ""))
    url = action.get("url", "")
    if is_web_address(url):
        return f'<a class="button {style}" href="{escape(url)}" target=_blank rel="noopener noreferrer">{label}</a>'
    return f'<button class="{style}" name=button value={number}>{label}</button>'


def _spacing(element: Json) -> str:
    return " class=close" if str(element.get("spacing", "")).lower() in ("none", "small") else ""
