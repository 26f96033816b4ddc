"""The form that a person has open, as HTML."""

from html import escape
from typing import Any

from bot.slack.sandbox.draw import draw_block
from bot.slack.sandbox.forms import standing
from bot.slack.sandbox.workspace import Json

_TYPES = {
    "datepicker": "date",
    "timepicker": "time",
    "number_input": "number",
    "email_text_input": "email",
    "url_text_input": "url",
}
FIELD = "field:"


def draw_form(view: Json, hidden: str) -> str:
    blocks = "".join(_block(view, block, hidden) for block in view["blocks"])
    submit = view.get("submit", {}).get("text", "Submit")
    return (
        f"<form method=post action=submit class=form><h2>{escape(view['title']['text'])}</h2>{hidden}{blocks}"
        f'<p class=buttons><button class="primary">{escape(submit)}</button>'
        f"<button formaction=close formnovalidate>{escape(view.get('close', {}).get('text', 'Cancel'))}</button></p></form>"
    )


def _block(view: Json, block: Json, hidden: str) -> str:
    match block["type"]:
        case "input":
            return _field(view, block)
        case "actions":
            return f"<p class=buttons>{''.join(map(_button, block['elements']))}</p>"
    return draw_block(block, hidden)


def _button(element: Json) -> str:
    """What is pressed sends what is entered so far."""
    label = escape(element["text"]["text"])
    if "url" in element:
        return f'<a class=button href="{escape(element["url"])}" target=_blank rel="noopener noreferrer">{label}</a>'
    return f'<button formaction=press_form formnovalidate name=button value="{escape(element["action_id"])}">{label}</button>'


def _field(view: Json, block: Json) -> str:
    id, errors = block["block_id"], view.get("errors", {})
    name = escape(f"{FIELD}{id}")
    required = "" if block.get("optional") else " required"
    hint = f"<small>{escape(block['hint']['text'])}</small>" if "hint" in block else ""
    error = f"<strong role=alert>{escape(str(errors[id]))}</strong>" if id in errors else ""
    optional = " <small>(optional)</small>" if block.get("optional") else ""
    label = f"<span>{escape(block['label']['text'])}{optional}</span>"
    return f"<label>{label}{_control(block['element'], name, required, standing(view, block))}{hint}{error}</label>"


def _control(element: Json, name: str, required: str, typed: str) -> str:
    if "options" in element:
        chosen = set(typed.split(","))
        many = " multiple" if element["type"].startswith("multi") or element["type"] == "checkboxes" else ""
        options = "".join(_option(option, option["value"] in chosen) for option in element["options"])
        empty = "" if required or many else "<option value=''></option>"
        return f'<select name="{name}"{required}{many}>{empty}{options}</select>'
    most = f" maxlength={int(element['max_length'])}" if "max_length" in element else ""
    if element.get("multiline"):
        return f'<textarea name="{name}" rows=4{most}{required}>{escape(typed)}</textarea>'
    type = _TYPES.get(element["type"], "text")
    return f'<input type={type} name="{name}" value="{escape(typed)}"{most}{required}>'


def _option(option: Any, chosen: bool) -> str:
    selected = " selected" if chosen else ""
    return f'<option value="{escape(option["value"])}"{selected}>{escape(option["text"]["text"])}</option>'
