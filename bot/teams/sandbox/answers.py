"""What the bot answers to an invoke, as Teams takes it. Raises ValueError for what Teams could do nothing with."""

from dataclasses import dataclass
from typing import Any

from bot.teams.sandbox.cards import wrong_in_card
from bot.teams.sandbox.workspace import CARD, Json

_PREVIEWS = ("application/vnd.microsoft.card.hero", "application/vnd.microsoft.card.thumbnail")
_RESULTS = (*_PREVIEWS, CARD)


@dataclass(frozen=True)
class Shown:
    """What the person sees in place of, or above, what they did: a card, or a text; neither: nothing changes."""

    card: Json | None = None
    text: str = ""
    title: str = ""


def pressed(answer: Any) -> Shown:
    """To adaptiveCard/action: https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model#response-format."""
    told = answer if isinstance(answer, dict) else {}
    value = told.get("value")
    match told.get("statusCode"), told.get("type"):
        case 200, "application/vnd.microsoft.card.adaptive":
            return Shown(_card(value))
        case 200, "application/vnd.microsoft.activity.message" if isinstance(value, str):
            return Shown(text=value)
        case 400 | 500, "application/vnd.microsoft.error" if isinstance(value, dict):
            return Shown(text=f"{value.get('code')}: {value.get('message')}")
    raise ValueError("the answer is neither a card nor a message nor an error, with its statusCode and value")


def dialog(answer: Any) -> Shown:
    """To task/fetch and task/submit: the dialog goes on with a card, or says something, or closes.

    https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/task-modules/task-modules-bots
    """
    task = answer.get("task") if isinstance(answer, dict) else None
    if task is None and answer in (None, {}):
        return Shown()
    match task:
        case {"type": "message", "value": str(text)}:
            return Shown(text=text)
        case {"type": "continue", "value": {"title": str(title), "card": {"contentType": str(type), "content": content}}}:
            _check(type == CARD, f"a dialog can't show {type}")
            return Shown(_card(content), title=title)
    raise ValueError("the answer is no task that goes on with a title and a card, or says a message")


def found(answer: Any) -> list[Json]:
    """To composeExtension/query: what was found, each with its preview; nothing where a message is shown in its place.

    https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/how-to/search-commands/respond-to-search
    """
    match answer:
        case {"composeExtension": {"type": "message", "text": str()}}:
            return []
        case {"composeExtension": {"type": "result", "attachmentLayout": "list" | "grid", "attachments": list(attachments)}}:
            return [_result(each) for each in attachments]
    raise ValueError("the answer is no composeExtension with results and their layout, or a message")


def _result(attachment: Any) -> Json:
    match attachment:
        case {"contentType": str(type), "content": dict(content)} if type in _RESULTS:
            preview = attachment.get("preview", attachment if type in _PREVIEWS else None)
            _check(isinstance(preview, dict) and preview.get("contentType") in _PREVIEWS, "a result has a preview")
            if type == CARD:
                _card(content)
            return dict(attachment)
    raise ValueError("a result is a hero, thumbnail or adaptive card")


def _card(card: Any) -> Json:
    wrong = list(wrong_in_card(card))
    _check(not wrong, "; ".join(wrong))
    return dict(card)


def _check(fits: bool, otherwise: str) -> None:
    if not fits:
        raise ValueError(otherwise)
