"""The bodies with which Teams wants its invokes answered."""

from typing import Any

Json = dict[str, Any]


def in_place(card: Json) -> Json:
    """Shows the card to whoever pressed, in place of the one that they pressed.

    https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model#response-format
    """
    return {"statusCode": 200, "type": "application/vnd.microsoft.card.adaptive", "value": card}


def in_passing(text: str) -> Json:
    """Says something to whoever pressed, and leaves the card as it is."""
    return {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": text}


def in_dialog(text: str) -> Json:
    """Says something where a form would have been.

    https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/task-modules/task-modules-bots#responds-to-the-tasksubmit-messages
    """
    return {"task": {"type": "message", "value": text}}
