"""The fields of a card, and how a person fills them in.

https://learn.microsoft.com/adaptive-cards/authoring-cards/input-validation
"""

import re
from collections.abc import Mapping

from bot.teams.sandbox.walk import elements
from bot.teams.sandbox.workspace import Json

_FORMS = {"Input.Date": r"\d{4}-\d\d-\d\d", "Input.Time": r"\d\d:\d\d", "Input.Number": r"-?\d+(\.\d+)?"}
_OMITTED = ("Input.Number", "Input.ChoiceSet")  # are not sent while they are empty


def inputs(card: Json) -> list[Json]:
    return [each for each in elements(card) if str(each.get("type", "")).startswith("Input.")]


def filled(card: Json, given: Mapping[str, str]) -> dict[str, str]:
    """What the client sends of a card's fields, by id; what is not given keeps its initial value.

    Raises ValueError where Teams would not let the person send it.
    """
    fields = {field["id"]: field for field in inputs(card)}
    if unknown := set(given) - set(fields):
        raise ValueError(f"the card has no field {', '.join(sorted(unknown))}")
    values = {id: _value(field, given.get(id, str(field.get("value", "")))) for id, field in fields.items()}
    return {id: value for id, value in values.items() if value or fields[id]["type"] not in _OMITTED}


def _value(field: Json, typed: str) -> str:
    label = field.get("label") or field["id"]
    if field["type"] == "Input.Toggle":
        typed = typed or field.get("valueOff", "false")
        _check(typed in (field.get("valueOn", "true"), field.get("valueOff", "false")), f"{label} is switched on or off")
    _check(bool(typed) or not field.get("isRequired"), f"{label} has to be filled in")
    _check_form(field, typed, label)
    return typed


def _check_form(field: Json, typed: str, label: str) -> None:
    """What the person's client refuses before anything is sent."""
    if not typed:
        return
    if field["type"] == "Input.ChoiceSet":
        offered = {choice["value"] for choice in field["choices"]}
        picked = typed.split(",") if field.get("isMultiSelect") else [typed]
        _check(offered.issuperset(picked), f"{typed!r} is not among the choices of {label}")
    pattern = _FORMS.get(field["type"]) or field.get("regex") or ".*"
    _check(re.fullmatch(pattern, typed, re.DOTALL) is not None, f"{label} can't be {typed!r}")
    _check(len(typed) <= field.get("maxLength", len(typed)), f"{label} is too long")


def _check(fits: bool, otherwise: str) -> None:
    if not fits:
        raise ValueError(otherwise)
