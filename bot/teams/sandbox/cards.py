"""Whether Teams would take a card, and what of it would not be shown.

https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference#adaptive-card
"""

from collections import Counter
from itertools import chain
from typing import Any

from bot.teams.sandbox import walk
from bot.teams.sandbox.checks import Wrong, chosen, listed, named, text, type_of, url
from bot.teams.sandbox.elements import ELEMENTS, look
from bot.teams.sandbox.workspace import Json

_VERSIONS = ("1.0", "1.1", "1.2", "1.3", "1.4", "1.5")
_MOST_ACTIONS = 6
_NOT_BEHIND = ("Action.ShowCard",)  # can't be done by a press on an element


def wrong_in_card(card: Any) -> Wrong:
    """What is wrong, in words; nothing where all is well."""
    if type_of(card) != "AdaptiveCard":
        yield "it is no AdaptiveCard"
        return
    if card.get("version") not in _VERSIONS:
        yield f"unsupported version: {card.get('version')}"
    if not (card.get("body") or card.get("actions")):
        yield "there is nothing on it"
    if wrong := list(_body(card)):
        yield from wrong  # what is malformed can't be walked through
    else:
        yield from chain(_unique(card), _mentions(card))


def _body(card: Json) -> Wrong:
    yield from listed(card, "body", _element, needed=False)
    yield from _actions(card)
    yield from _behind(card)


def _element(element: Json) -> Wrong:
    type = type_of(element)
    if type not in ELEMENTS:
        yield f"unsupported element: {type}"
        return
    yield from look(element)
    yield from ELEMENTS[type](element, _element)
    yield from _actions(element, needed=type == "ActionSet")
    yield from _behind(element)


def _actions(holder: Json, needed: bool = False) -> Wrong:
    yield from listed(holder, "actions", _button, needed)
    actions = holder.get("actions")
    if isinstance(actions, list) and len(actions) > _MOST_ACTIONS:
        yield f"{type_of(holder)} has more than {_MOST_ACTIONS} actions"


def _button(action: Json) -> Wrong:
    yield from text(action, "title")
    yield from chosen(action, "style", ("default", "positive", "destructive"))
    yield from _action(action)


def _behind(holder: Json) -> Wrong:
    """What a press on an element, or on a run of its text, does."""
    inlines = holder.get("inlines")
    for part in [holder, *(each for each in inlines if isinstance(each, dict))] if isinstance(inlines, list) else [holder]:
        for name in ("selectAction", "inlineAction"):
            if type_of(part.get(name)) in _NOT_BEHIND:
                yield f"{name} can't be {type_of(part[name])}"
            yield from _action(part[name]) if name in part else ()


def _action(action: Any) -> Wrong:
    yield from named(action)
    match type_of(action):
        case "Action.OpenUrl":
            yield from url(action, "url")
        case "Action.ShowCard":
            yield from (
                _body(action["card"]) if type_of(action.get("card")) == "AdaptiveCard" else ["Action.ShowCard has a card"]
            )
        case "Action.ToggleVisibility":
            yield from () if isinstance(action.get("targetElements"), list) else ["Action.ToggleVisibility has targetElements"]
        case "Action.Submit" | "Action.Execute":
            yield from _data(action)
        case type:
            yield f"unsupported action: {type}"


def _data(action: Json) -> Wrong:
    if not isinstance(action.get("data", {}), dict | str):
        yield f"the data of {action['type']} is an object or a text"
    if action["type"] == "Action.Submit" and "verb" in action:
        yield "Action.Submit has no verb"


def _unique(card: Json) -> Wrong:
    ids = Counter(each["id"] for each in chain(walk.elements(card), walk.actions(card)) if each.get("id"))
    yield from (f"the id {id} is there twice" for id, times in sorted(ids.items()) if times > 1)


def _mentions(card: Json) -> Wrong:
    """https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format#mention-support-within-adaptive-cards"""
    teams = card.get("msteams", {})
    known = teams.get("entities", []) if isinstance(teams, dict) else None
    if not isinstance(known, list) or not all(isinstance(entity, dict) for entity in known):
        yield "msteams is an object, and its entities are a list of objects"
        return
    written = walk.words(card)
    for entity in known:
        yield from _mention(entity, written)


def _mention(entity: Json, written: str) -> Wrong:
    text, mentioned = str(entity.get("text")), entity.get("mentioned")
    if not (text.startswith("<at>") and text.endswith("</at>") and isinstance(mentioned, dict) and mentioned.get("id")):
        yield f"the mention {text!r} is malformed"
    elif text not in written:
        yield f"the mention {text!r} is not in the text"
