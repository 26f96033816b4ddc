"""A card's fields as HTML."""

from html import escape

from bot.teams.sandbox.workspace import Json

FIELD = "field:"

_INPUTS = {"Input.Number": "number", "Input.Date": "date", "Input.Time": "time"}


def draw_field(field: Json) -> str:
    """Its label and its control, named by its id after "field:"."""
    label = escape(str(field.get("label") or field["id"]))
    mark = "<span class=attention> *</span>" if field.get("isRequired") else ""
    if field["type"] == "Input.Toggle":
        return f"<fieldset><legend>{label}</legend>{_toggle(field)}</fieldset>"
    return f"<label><span>{label}{mark}</span>{_control(field)}</label>"


def _toggle(field: Json) -> str:
    """A browser sends a switch only where it is on."""
    on, value = field.get("valueOn", "true"), field.get("value", "")
    checked = " checked" if value == on else ""
    switch = f'<input type=checkbox name="{_name(field)}" value="{escape(on)}"{checked}>'
    return f"<label>{switch} {escape(field['title'])}</label>"


def _control(field: Json) -> str:
    value, required = str(field.get("value", "")), " required" if field.get("isRequired") else ""
    if field["type"] == "Input.ChoiceSet":
        many = " multiple" if field.get("isMultiSelect") else ""
        chosen = value.split(",") if many else [value]
        options = "".join(_option(choice, choice["value"] in chosen) for choice in field["choices"])
        empty = "" if many or value else "<option value=''></option>"
        return f'<select name="{_name(field)}"{required}{many}>{empty}{options}</select>'
    most = f" maxlength={int(field['maxLength'])}" if "maxLength" in field else ""
    told = f'name="{_name(field)}" placeholder="{escape(field.get("placeholder", ""))}"{most}{required}'
    if field.get("isMultiline"):
        return f"<textarea {told} rows=4>{escape(value)}</textarea>"
    return f'<input type={_INPUTS.get(field["type"], "text")} {told} value="{escape(value)}">'


def _option(choice: Json, chosen: bool) -> str:
    return f'<option value="{escape(choice["value"])}"{" selected" if chosen else ""}>{escape(choice["title"])}</option>'


def _name(field: Json) -> str:
    return escape(f"{FIELD}{field['id']}")
