"""A command's options as the card in a task module.

https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/task-modules/task-modules-bots
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from bot.teams.escape import inert
from bot.text import clean
from commands.command import Command
from commands.option import Option

Json = dict[str, Any]

COMMAND = "form"
"""The field that names the command. It is sent along with the options, so that no option can bear this name."""

MESSAGE = "message"
"""The option that a command from a message's menu is told that message's id by."""

PREVIEW = "dry_run"
"""The field that says that this is only to be seen; the same holds for it."""

_NO_ERRORS: Mapping[str, str] = MappingProxyType({})
_LONGEST = 3_000  # characters of a field


@dataclass(frozen=True)
class Form:
    """A submitted form: which command, with what. With `dry_run`, to see what it would do."""

    command: str
    arguments: Mapping[str, str]
    dry_run: bool = False


def form_card(command: Command, arguments: Mapping[str, Any], errors: Mapping[str, str] = _NO_ERRORS, about: str = "") -> Json:
    """The card for a command, with what is known already filled in. `errors` are told at the options they are named by.

    With `about`, the command is about the message of this id: nobody is asked for that.
    """
    return {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.5",
        "body": list(_body(command, arguments, errors, about)),
        "actions": list(_actions(command, {MESSAGE: about} if about else {})),
    }


def task(title: str, card: Json) -> Json:
    """The answer to `task/fetch` or `task/submit` that shows the card."""
    content = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return {
        "task": {"type": "continue", "value": {"title": title, "height": "medium", "width": "medium", "card": content}},
    }


def read_form(value: Mapping[str, Any]) -> Form:
    """What was filled in. Empty fields are left out, so that defaults hold.

    Raises KeyError, TypeError, ValueError or AttributeError for what is no form of ours.
    """
    command = value[COMMAND]
    if not isinstance(command, str):
        raise TypeError("not a command")
    entered = {name: _entered(each) for name, each in value.items() if name not in (COMMAND, PREVIEW)}
    return Form(command, {name: each for name, each in entered.items() if each.strip()}, value.get(PREVIEW) is True)


def _actions(command: Command, known: Mapping[str, str]) -> Iterator[Json]:
    """Both close the dialog: what it would do is answered to the person alone, as what it did is answered."""
    data = {COMMAND: command.name, **known}
    yield {"type": "Action.Submit", "title": "Run", "style": "positive", "data": data}
    if command.writes:
        yield {"type": "Action.Submit", "title": "Preview", "data": {**data, PREVIEW: True}}


def _body(command: Command, arguments: Mapping[str, Any], errors: Mapping[str, str], about: str) -> Iterator[Json]:
    """What fits no option is told first, so that it is not overlooked."""
    asked = [option for option in command.options if not (about and option.name == MESSAGE)]
    yield from (_error(text) for name, text in errors.items() if name not in {option.name for option in asked})
    if about and not asked:
        yield {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": command.about or command.name}]}
    for option in asked:
        yield _input(option, option.read(arguments.get(option.name)))
        if option.name in errors:
            yield _error(errors[option.name]) | {"spacing": "Small"}


def _input(option: Option, value: Any) -> Json:
    label = option.name.replace("_", " ").capitalize()
    named = {"id": option.name, "label": label}
    needed = {"isRequired": True, "errorMessage": f"{label} is needed."} if option.required else {}
    if option.choices:
        return {"type": "Input.ChoiceSet", **named, **needed, **_choices(option, value)}
    if option.type is bool:
        return {"type": "Input.Toggle", **named, **_toggle(option, value)}
    return {"type": "Input.Text", **named, **needed, **_line(option, value)}


def _choices(option: Option, value: Any) -> Json:
    initial = str(option.default if value is None else value)
    choices = [{"title": choice, "value": choice} for choice in option.choices]
    return {
        "choices": choices,
        "style": "compact",
        **_placeholder(option),
        **({"value": initial} if initial in option.choices else {}),
    }


def _toggle(option: Option, value: Any) -> Json:
    initial = str(bool(option.default) if value is None else value).lower()
    return {"title": option.about.capitalize() or "Yes", "valueOn": "true", "valueOff": "false", "value": initial}


def _line(option: Option, value: Any) -> Json:
    initial = _written(value)[:_LONGEST]
    return {"maxLength": _LONGEST, **_placeholder(option), **({"value": initial} if initial else {})}


def _placeholder(option: Option) -> Json:
    """What it is about, and what holds where nothing is entered."""
    default = _written(option.default)
    hint = "; ".join(filter(None, (option.about, f"{default} if left empty" if default else "")))
    return {"placeholder": hint} if hint else {}


def _error(text: str) -> Json:
    """Foreign words may be in it: nothing of it is parsed, as in `bot.teams.render`."""
    runs = [{"type": "TextRun", "text": part, "color": "Attention"} for part in inert(clean(text))]
    return {"type": "RichTextBlock", "inlines": runs}


def _written(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _entered(value: Any) -> str:
    """Fields come as texts; of what else a client may send along, what is no text and no number is left out."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float) else ""
