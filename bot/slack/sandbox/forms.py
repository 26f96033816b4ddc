"""What a person enters into a form: https://docs.slack.dev/reference/views/modal-views#view_submission."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.slack.sandbox.workspace import Json

_CHOSEN = {"static_select": "selected_option", "radio_buttons": "selected_option", "external_select": "selected_option"}
_CHOSEN_MANY = {"multi_static_select": "selected_options", "checkboxes": "selected_options"}
_PICKED = {
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "users_select": "selected_user",
    "channels_select": "selected_channel",
    "conversations_select": "selected_conversation",
}


def inputs(view: Json) -> Iterator[tuple[Json, Json]]:
    """A form's input blocks, each with its element."""
    for block in view["blocks"]:
        if block["type"] == "input":
            yield block, block["element"]


def initial(element: Json) -> str:
    """What the field holds before anybody touches it, as it is typed; several choices are separated by commas."""
    if option := element.get("initial_option"):
        return str(option["value"])
    if options := element.get("initial_options"):
        return ",".join(option["value"] for option in options)
    named = (value for name, value in element.items() if name.startswith("initial_"))
    return str(next(named, ""))


def standing(view: Json, block: Json) -> str:
    """What the field holds now: a form that stays open keeps what was entered."""
    entered: Mapping[str, str] = view.get("entered", {})
    return entered.get(block["block_id"], initial(block["element"]))


def filled(view: Json, given: Mapping[str, str], submitted: bool = True) -> Json:
    """The form's values by block and action. `given` is by block id; what is not in it stays as it stands.

    Raises ValueError for what can't be entered, and where Slack would not let the person submit it.
    """
    if unknown := set(given) - {block["block_id"] for block, _ in inputs(view)}:
        raise ValueError(f"the form has no field {', '.join(sorted(unknown))}")
    fields = [(block, element, given.get(block["block_id"], standing(view, block))) for block, element in inputs(view)]
    return {block["block_id"]: _state(block, element, typed, submitted) for block, element, typed in fields}


def _state(block: Json, element: Json, typed: str, submitted: bool) -> Json:
    if submitted and not typed and not block.get("optional"):
        raise ValueError(f"{block['label']['text']} has to be filled in")
    return {element.get("action_id", "action"): {"type": element["type"], **_value(element, typed)}}


def _value(element: Json, typed: str) -> Json:
    type = element["type"]
    if type in _CHOSEN:
        return {_CHOSEN[type]: _option(element, typed) if typed else None}
    if type in _CHOSEN_MANY:
        return {_CHOSEN_MANY[type]: [_option(element, each) for each in typed.split(",") if each]}
    return {_PICKED.get(type, "value"): typed or None}


def _option(element: Json, value: str) -> Any:
    chosen = next((option for option in element.get("options", ()) if option["value"] == value), None)
    if chosen is None:
        raise ValueError(f"{value!r} is not among the options")
    return chosen
