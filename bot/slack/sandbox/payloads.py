"""What Slack tells the bot: https://docs.slack.dev/interactivity and https://docs.slack.dev/apis/events-api."""

from collections.abc import Mapping
from typing import Any

from bot.slack.sandbox.shapes import message_json
from bot.slack.sandbox.workspace import APP, BOT, Channel, Json, Posted, Workspace

_TOKEN = "sandbox-verification-token"  # noqa: S105 - Slack's deprecated way to tell where a request is from


def event(workspace: Workspace, inner: Mapping[str, Any]) -> Json:
    authorization = {"enterprise_id": None, "team_id": workspace.team, "user_id": BOT, "is_bot": True}
    return {
        "token": _TOKEN,
        "team_id": workspace.team,
        "context_team_id": workspace.team,
        "api_app_id": APP,
        "event": dict(inner),
        "type": "event_callback",
        "event_id": workspace.fresh("Ev"),
        "event_time": int(workspace.now().timestamp()),
        "authorizations": [authorization | {"is_enterprise_install": False}],
        "is_ext_shared_channel": False,
    }


def said(workspace: Workspace, posted: Posted, type: str) -> Json:
    """A message, as a `message` or an `app_mention` event."""
    channel = workspace.channels[posted.channel]
    shown = {**message_json(workspace, posted), "type": type, "channel": channel.id, "event_ts": posted.ts}
    return shown | ({"channel_type": channel.kind} if type == "message" else {})


def command(
    workspace: Workspace, name: str, text: str, user: str, channel: Channel, links: Mapping[str, str]
) -> dict[str, str]:
    """`links` holds the response URL and the trigger id."""
    return {
        "token": _TOKEN,
        "team_id": workspace.team,
        "team_domain": workspace.name.lower(),
        "channel_id": channel.id,
        "channel_name": "directmessage" if channel.kind == "im" else channel.name,
        "user_id": user,
        "user_name": workspace.people[user].name,
        "command": name,
        "text": text,
        "api_app_id": APP,
        "is_enterprise_install": "false",
        **links,
    }


def press(workspace: Workspace, posted: Posted, element: Json, user: str, links: Mapping[str, str]) -> Json:
    """A press of one of a message's buttons. What is ephemeral is not told again."""
    channel = workspace.channels[posted.channel]
    where = {"type": "message", "message_ts": posted.ts, "channel_id": channel.id, "is_ephemeral": bool(posted.only_for)}
    thread = {"thread_ts": posted.thread_ts} if posted.thread_ts else {}
    message = {} if posted.only_for else {"message": message_json(workspace, posted)}
    return {
        **_interaction(workspace, "block_actions", user),
        **links,
        **message,
        "container": where | thread,
        "channel": {"id": channel.id, "name": "directmessage" if channel.kind == "im" else channel.name},
        "state": {"values": {}},
        "actions": [_action(workspace, element)],
    }


def shortcut(workspace: Workspace, posted: Posted, name: str, user: str, links: Mapping[str, str]) -> Json:
    """A command from a message's menu: https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload."""
    channel = workspace.channels[posted.channel]
    return {
        **_interaction(workspace, "message_action", user),
        **links,
        "callback_id": name,
        "action_ts": workspace.ts(),
        "message_ts": posted.ts,
        "message": message_json(workspace, posted),
        "channel": {"id": channel.id, "name": "directmessage" if channel.kind == "im" else channel.name},
    }


def press_in_view(workspace: Workspace, view: Json, values: Json, element: Json, user: str, trigger: str) -> Json:
    """A press of a button in the Home tab or in a form: nothing can be answered there, so there is no response URL.

    What is entered so far is told too: https://docs.slack.dev/reference/interaction-payloads/block_actions-payload.
    """
    return {
        **_interaction(workspace, "block_actions", user),
        "trigger_id": trigger,
        "container": {"type": "view", "view_id": view["id"]},
        "view": {**_as_made(view), "state": {"values": values}},
        "actions": [_action(workspace, element)],
    }


def submission(workspace: Workspace, view: Json, values: Json, user: str, trigger: str) -> Json:
    """A form that was filled in; `values` are by block and action."""
    state = {**_as_made(view), "state": {"values": values}}
    return {**_interaction(workspace, "view_submission", user), "trigger_id": trigger, "view": state, "response_urls": []}


def _as_made(view: Json) -> Json:
    """Without what has happened to it since."""
    return {name: value for name, value in view.items() if name not in ("errors", "entered")}


def _action(workspace: Workspace, element: Json) -> Json:
    told = ("action_id", "block_id", "text", "value", "type", "style")
    return {name: value for name, value in element.items() if name in told} | {"action_ts": workspace.ts()}


def _interaction(workspace: Workspace, type: str, user: str) -> Json:
    name = workspace.people[user].name
    return {
        "type": type,
        "token": _TOKEN,
        "api_app_id": APP,
        "team": {"id": workspace.team, "domain": workspace.name.lower()},
        "user": {"id": user, "username": name, "name": name, "team_id": workspace.team},
        "enterprise": None,
        "is_enterprise_install": False,
    }
