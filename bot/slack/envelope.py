"""What a verified request from Slack is: its kind, the key that tells it from any other, and whose turn it waits for.

It runs before the acknowledgement, so it looks at little and costs microseconds.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from bot.mark import STOP
from bot.slack.verify import signature_base
from bot.strict_json import Malformed, mended, strict_json

_MOST_FIELDS = 100
_LONGEST_ID = 255
_INTERACTIONS = {
    "block_actions": "action",
    "view_submission": "view",
    "block_suggestion": "suggestion",
    "shortcut": "shortcut",
    "message_action": "message_action",
}
_SPOKEN = {"", "file_share", "me_message", "thread_broadcast"}  # subtypes of a message that a person wrote just now


@dataclass(frozen=True)
class Envelope:
    """A request from Slack. Ids are Slack's own, or empty where the request has none.

    `kind` is "event", "command", "action", "view", "suggestion", "shortcut", "message_action", "url_verification", "ssl_check",
    or "other" for what is acknowledged and dropped. `key` is the same for every delivery of the same thing. Envelopes of one
    `conversation` are answered in order; a press that stops an answer does not wait for that. `payload` holds JSON values: no
    NaN, no lone surrogate, no NUL.
    """

    kind: str
    key: str
    conversation: str
    payload: Mapping[str, Any]
    team: str
    user: str
    channel: str
    thread: str


def read(body: bytes, timestamp: str) -> Envelope:
    """Reads a verified body; `timestamp` is its X-Slack-Request-Timestamp. Raises Malformed, and nothing else."""
    return _envelope(_payload(body), hashlib.sha256(signature_base(timestamp, body)).hexdigest())


def read_socket(payload: Mapping[str, Any]) -> Envelope:
    """Reads the `payload` of a Socket Mode message, which comes unsigned. Raises Malformed, and nothing else."""
    try:
        canonical = json.dumps(payload, sort_keys=True, separators=(",", ":")).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise Malformed(type(error).__name__) from None
    return _envelope(strict_json(canonical), hashlib.sha256(canonical).hexdigest())


def _payload(body: bytes) -> dict[str, Any]:
    """Events are JSON. Commands are a form; interactions are JSON in the one field of a form."""
    if body.lstrip().startswith(b"{"):
        return strict_json(body)
    form = _form(body)
    # A command may well have a field or a text named "payload": only a form without a command is an interaction.
    return strict_json(form["payload"].encode()) if "payload" in form and "command" not in form else form


def _form(body: bytes) -> dict[str, Any]:
    """As `parse_qsl` reads it, twice as fast: most values of a command have nothing to decode."""
    try:
        pairs = body.decode().replace("+", " ").split("&", _MOST_FIELDS)
    except UnicodeDecodeError as error:
        raise Malformed(type(error).__name__) from None
    if len(pairs) > _MOST_FIELDS or b"\0" in body:
        raise Malformed("no form")
    fields = [pair.partition("=") for pair in pairs if pair]
    return {_unquoted(name): _unquoted(value) for name, _, value in fields}


def _unquoted(text: str) -> str:
    return mended(unquote_to_bytes(text).decode("utf-8", "replace")) if "%" in text else text


def _envelope(payload: dict[str, Any], digest: str) -> Envelope:
    kind = _kind(payload)
    team, user, channel, thread = _ids(payload)
    key = f"slack:{digest}"
    if kind == "event":
        key = f"slack:{_needed(team)}:{_needed(_text(payload, 'event_id'))}"
    elif kind in ("command", *_INTERACTIONS.values()):
        _needed(team), _needed(user)
    conversation = f"slack:{team}:{_stops(payload) or f'{channel}:{thread or user}'}"
    return Envelope(kind, key, conversation, payload, team, user, channel, thread)


def _stops(payload: Mapping[str, Any]) -> str:
    """The id of the button that stops an answer, if it is that which was pressed."""
    actions = payload.get("actions")
    action = actions[0] if isinstance(actions, list) and actions else None
    id = _text(action, "value") if isinstance(action, dict) else ""
    return id if id.startswith(STOP) else ""


def _kind(payload: Mapping[str, Any]) -> str:
    if "command" in payload:
        return "command"
    if "ssl_check" in payload:
        return "ssl_check"
    type = _text(payload, "type")
    if type == "event_callback":
        return "event" if _is_for_us(_mapping(payload, "event")) else "other"
    return type if type == "url_verification" else _INTERACTIONS.get(type, "other")


def _is_for_us(event: Mapping[str, Any]) -> bool:
    """Messages count where a person wrote them to the bot alone: elsewhere the bot is mentioned, and an `app_mention` comes.

    Of people's changes, which come whenever somebody has lunch, only the last one counts; of the bot's pages, its Home tab. A
    mention comes once more with each edit of its message: what was done already is not done again.
    """
    type = _text(event, "type")
    if not type or "bot_id" in event or "bot_profile" in event or "edited" in event:
        return False
    if type == "user_change":
        return _mapping(event, "user").get("deleted") is True
    if type == "app_home_opened":
        return _text(event, "tab") == "home"
    if type != "message":
        return True
    return _is_direct(event) and _text(event, "subtype") in _SPOKEN and bool(_text(event, "user"))


def _is_direct(event: Mapping[str, Any]) -> bool:
    """Not every event says what kind of channel it is from, but the ids of direct messages, and theirs only, begin with D."""
    if type := _text(event, "channel_type"):
        return type == "im"
    return _text(event, "channel").startswith("D")


def _ids(payload: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """Team, user, channel and thread, wherever this kind of payload keeps them."""
    if "command" in payload:
        return _text(payload, "team_id"), _text(payload, "user_id"), _text(payload, "channel_id"), ""
    event, container, message = (_mapping(payload, name) for name in ("event", "container", "message"))
    user, channel = _mapping(payload, "user"), _mapping(payload, "channel")
    return (
        _first(_text(payload, "team_id"), _text(_mapping(payload, "team"), "id"), _text(user, "team_id")),
        _first(_text(payload, "user_id"), _text(event, "user"), _text(user, "id")),
        _first(_text(payload, "channel_id"), _text(event, "channel"), _text(channel, "id"), _text(container, "channel_id")),
        _first(_text(event, "thread_ts"), _text(container, "thread_ts"), _text(message, "thread_ts")),
    )


def _first(*texts: str) -> str:
    return next(filter(None, texts), "")


def _mapping(payload: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = payload.get(name)
    return value if isinstance(value, dict) else {}


def _text(payload: Mapping[str, Any], name: str) -> str:
    value = payload.get(name)
    return value if isinstance(value, str) and len(value) <= _LONGEST_ID else ""


def _needed(id: str) -> str:
    if not id:
        raise Malformed("an id is missing")
    return id
