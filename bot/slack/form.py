"""A command's options as a modal: https://docs.slack.dev/surfaces/modals/."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from commands.command import Command
from commands.option import Option

CALLBACK = "command_form"
PREVIEW = "preview"
"""The button that shows what a form would do. What is entered so far comes with its press, whole or not."""

_ELEMENT = "value"
_ABOVE = "above:"
_BLOCKS = 100  # at most: https://docs.slack.dev/reference/views/modal-views
_YES_OR_NO = {"true": "Yes", "false": "No"}


@dataclass(frozen=True)
class Form:
    """A submitted form: which command, with what, asked where."""

    command: str
    arguments: Mapping[str, Any]
    channel: str
    thread: str


def form_view(command: Command, arguments: Mapping[str, Any], channel: str, thread: str) -> dict[str, Any]:
    """The modal for a command, with what is known already filled in."""
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": json.dumps({"command": command.name, "channel": channel, "thread": thread}),
        "title": _text(command.name.capitalize()[:24]),
        "submit": _text("Run"),
        "close": _text("Cancel"),
        "blocks": list(_blocks(command, arguments)),
    }


def answered(form: Mapping[str, Any], blocks: Iterable[Mapping[str, Any]], call: str) -> dict[str, Any]:
    """The same form with `blocks` above its fields, in place of what an earlier call said there.

    Slack keeps what is entered into fields that stay: https://docs.slack.dev/surfaces/modals/#updating_views. Buttons that run
    something are left out, for the form has its own.
    """
    own = [block for block in form["blocks"] if not str(block.get("block_id", "")).startswith(_ABOVE)]
    above = [{**block, "block_id": f"{_ABOVE}{call}:{number}"} for number, block in enumerate(_inert(blocks))]
    return {**form, "blocks": [*above[: _BLOCKS - len(own)], *own]}


def read_form(view: Mapping[str, Any]) -> Form:
    """What was filled in. Empty fields are left out, so that defaults hold.

    Raises KeyError, TypeError, ValueError or AttributeError for what is no form of ours.
    """
    told = {name: _string(value) for name, value in json.loads(view["private_metadata"]).items()}
    values = {name: _entered(block[_ELEMENT]) for name, block in view["state"]["values"].items() if _ELEMENT in block}
    arguments = {name: value for name, value in values.items() if value.strip()}
    return Form(told["command"], arguments, told["channel"], told["thread"])


def _blocks(command: Command, arguments: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if not command.options:
        yield {"type": "section", "text": _text(command.about)}
    for option in command.options:
        yield _input(option, option.read(arguments.get(option.name)))
    if command.writes:
        yield {"type": "actions", "elements": [{"type": "button", "action_id": PREVIEW, "text": _text("Preview")}]}


def _inert(blocks: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for block in blocks:
        if block["type"] != "actions":
            yield block
        elif links := [each for each in block["elements"] if "url" in each]:
            yield {**block, "elements": links}


def _input(option: Option, value: Any) -> dict[str, Any]:
    block = {
        "type": "input",
        "block_id": option.name,
        "optional": not option.required,
        "label": _text(option.name.replace("_", " ").capitalize()),
        "element": _element(option, value),
    }
    return block | ({"hint": _text(option.about[:2000])} if option.about else {})


def _element(option: Option, value: Any) -> dict[str, Any]:
    chosen = str(option.default if value is None else value)
    if option.type is bool:
        return _select(_YES_OR_NO, chosen.lower())
    if option.choices:
        return _select({choice: choice for choice in option.choices}, chosen)
    return _line(value)


def _line(value: Any) -> dict[str, Any]:
    element = {"type": "plain_text_input", "action_id": _ELEMENT, "max_length": 3000}
    initial = ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")
    return element | ({"initial_value": initial[:3000]} if initial else {})


def _select(labels: Mapping[str, str], initial: str) -> dict[str, Any]:
    options = {value: {"text": _text(label), "value": value} for value, label in labels.items()}
    element = {"type": "static_select", "action_id": _ELEMENT, "options": list(options.values())}
    return element | ({"initial_option": options[initial]} if initial in options else {})


def _entered(element: Mapping[str, Any]) -> str:
    selected = element.get("selected_option")
    return str(selected["value"] if selected else element.get("value") or "")


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _text(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}
