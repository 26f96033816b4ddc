"""Whether Teams would take a message: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/conversation-messages."""

from typing import Any

from bot.teams.sandbox.cards import wrong_in_card
from bot.teams.sandbox.errors import ApiError
from bot.teams.sandbox.workspace import CARD, Json

_MOST_ATTACHMENTS = 10


def checked(activity: Any) -> list[Json]:
    """The messages that an activity makes: Teams splits text and attachments apart. Raises ApiError."""
    content = whole(activity)
    together = activity.get("attachmentLayout") == "carousel"
    return _split(content["text"], content["attachments"], content["summary"], together)


def whole(activity: Any) -> Json:
    """What it says, in one message. Raises ApiError."""
    if not isinstance(activity, dict) or activity.get("type") != "message":
        raise ApiError(400, "BadArgument", "Unknown activity type")
    text, summary = (activity.get(name) or "" for name in ("text", "summary"))
    attachments = activity.get("attachments") or []
    if not isinstance(text, str) or not isinstance(summary, str) or not isinstance(attachments, list):
        raise ApiError(400, "BadSyntax", "The activity is malformed.")
    _check(text, attachments)
    return {"text": text, "summary": summary, "attachments": attachments}


def only(activity: Any) -> Json:
    """The one message that an activity makes. Raises ApiError."""
    first, *more = checked(activity)
    if more:
        raise ApiError(400, "BadSyntax", "Activity resulted into multiple skype activities")
    return first


def _split(text: str, attachments: list[Json], summary: str, together: bool) -> list[Json]:
    groups = [attachments] if together else [[attachment] for attachment in attachments]
    parts: list[tuple[str, list[Json]]] = [(text, [])] if text.strip() else []
    parts += [("", group) for group in groups if group]
    return [{"text": said, "summary": summary, "attachments": group} for said, group in parts]


def _check(text: str, attachments: list[Any]) -> None:
    if not text.strip() and not attachments:
        raise ApiError(400, "BadSyntax", "The activity has neither text nor attachments.")
    if len(attachments) > _MOST_ATTACHMENTS:
        raise ApiError(400, "BadArgument", f"There are more than {_MOST_ATTACHMENTS} attachments.")
    for attachment in attachments:
        if not isinstance(attachment, dict) or not isinstance(attachment.get("contentType"), str):
            raise ApiError(400, "BadArgument", "An attachment has a contentType.")
        if attachment["contentType"] == CARD and (wrong := list(wrong_in_card(attachment.get("content")))):
            raise ApiError(400, "BadArgument", f"Invalid card: {'; '.join(wrong)}")
