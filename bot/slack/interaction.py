"""Where in an interaction's body Slack keeps what: https://docs.slack.dev/reference/interaction-payloads."""

import json
from typing import Any

Json = dict[str, Any]

_MADE = ("type", "callback_id", "private_metadata", "title", "submit", "close", "blocks")  # what a view is made of, by us


def team_of(body: Json) -> str:
    """An organisation's own interactions name their team with the person."""
    return str((body.get("team") or {}).get("id") or body["user"]["team_id"])


def where(body: Json) -> tuple[str, str]:
    """The channel and the thread (if any) of the message whose button was pressed."""
    container = body.get("container") or {}
    channel = container.get("channel_id") or (body.get("channel") or {}).get("id") or ""
    return channel, container.get("thread_ts") or (body.get("message") or {}).get("thread_ts") or ""


def links(body: Json) -> dict[str, str]:
    """What Slack gives to answer by, and to open a form with; a slash command has them too."""
    return {name: body.get(name) or "" for name in ("response_url", "trigger_id")}


def opened(body: Json) -> dict[str, str]:
    """The form in which a button was pressed, as it is to be made again; it stays open."""
    view = body.get("view") or {}
    made = {name: view[name] for name in _MADE if view.get(name)}
    return {"view": str(view["id"]), "form": json.dumps(made, ensure_ascii=False)} if view.get("id") else {}


def pressed(body: Json) -> dict[str, str]:
    """The timestamp of the message that has the button, and whether only one person sees that message."""
    container = body.get("container") or {}
    timestamp = {"pressed": container.get("message_ts") or ""}
    return timestamp | ({"ephemeral": "yes"} if container.get("is_ephemeral") else {})
