"""Whether Slack would take what stands in a block: https://docs.slack.dev/reference/block-kit/block-elements."""

from collections.abc import Mapping
from typing import Any

from bot.slack.sandbox.checks import Wrong, listed, text, text_object, type_of, url
from bot.slack.sandbox.workspace import Json

_LONG = 13_200  # no limit of its own is documented for a run of rich text
_RUNS = {"user", "channel", "usergroup", "broadcast", "emoji", "date", "color", "team"}
_INPUTS = {
    *("plain_text_input", "static_select", "multi_static_select", "external_select", "multi_external_select", "checkboxes"),
    *("radio_buttons", "datepicker", "timepicker", "datetimepicker", "number_input", "email_text_input", "url_text_input"),
    *("users_select", "multi_users_select", "conversations_select", "channels_select", "rich_text_input", "file_input"),
}


def element(value: Any) -> Wrong:
    """A button, or something to enter or choose."""
    type = type_of(value)
    if type == "button":
        yield from _button(value)
    elif type not in _INPUTS and type != "overflow":
        yield f"unsupported element: {type}"
    else:
        yield from _choices(value)


def rich(value: Any) -> Wrong:
    """A paragraph, list, quote or preformatted text of a rich text block."""
    type = type_of(value)
    if type == "rich_text_list":
        if value.get("style") not in ("bullet", "ordered"):
            yield f"invalid list style: {value.get('style')}"
        yield from listed(value.get("elements"), 1000, rich)
    elif type in ("rich_text_section", "rich_text_preformatted", "rich_text_quote"):
        yield from listed(value.get("elements"), 1000, _run)
    else:
        yield f"unsupported rich text element: {type}"


def _run(value: Any) -> Wrong:
    type = type_of(value)
    if type == "text":
        yield from text(value, "text", _LONG)
    elif type == "link":
        yield from url(value, "url")
        yield from text(value, "text", _LONG) if "text" in value else ()
    elif type not in _RUNS:
        yield f"unsupported rich text element: {type}"


def _button(value: Json) -> Wrong:
    yield from text_object(value.get("text"), 75, plain=True)
    for name, most in (("action_id", 255), ("value", 2000)):
        yield from text(value, name, most) if name in value else ()
    yield from url(value, "url") if "url" in value else ()
    if value.get("style", "primary") not in ("primary", "danger"):
        yield f"invalid button style: {value['style']}"


def _choices(value: Json) -> Wrong:
    if "options" in value:
        yield from listed(value["options"], 100, _option)
    elif value["type"] == "static_select" and not value.get("option_groups"):
        yield "a static_select has options"
    if "initial_option" in value and value["initial_option"] not in value.get("options", ()):
        yield "initial_option is none of the options"


def _option(value: Any) -> Wrong:
    if not isinstance(value, Mapping):
        yield "an option is an object"
        return
    yield from text_object(value.get("text"), 75)
    yield from text(value, "value", 150)
