"""What a verified activity from Teams is: its kind, the key that tells it from any other, and whose turn it waits for.

It runs before the acknowledgement, so it looks at little and costs microseconds. The activities are described at
https://github.com/microsoft/botframework-sdk/blob/main/specs/botframework-activity/botframework-activity.md.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.mark import STOP
from bot.strict_json import Malformed
from bot.teams.mention import mentions

_LONGEST_ID = 255
_LONGEST_KEY = 500
_BOT = "28:"  # how the id of every bot in Teams begins
_THREAD = ";messageid="
# An invoke counts where it carries what it is about.
_INVOKES = {
    "adaptiveCard/action": ("execute", ("value", "action", "data", "offer")),
    "task/fetch": ("fetch", ("value", "data", "offer")),
    "task/submit": ("form", ("value", "data", "form")),
    "composeExtension/query": ("query", ("value", "commandId")),
    "composeExtension/fetchTask": ("shortcut", ("value", "messagePayload", "id")),
    "composeExtension/submitAction": ("shortcut form", ("value", "data", "form")),
}
_PRESSES = {"execute": _INVOKES["adaptiveCard/action"][1], "submit": ("value", "offer")}
# An upgrade of the app counts where it brings the bot in or takes it out, and Teams tells of no other:
# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/subscribe-to-conversation-events
_INSTALLATIONS = {"add": "installed", "add-upgrade": "installed", "remove": "removed", "remove-upgrade": "removed"}


@dataclass(frozen=True)
class Envelope:
    """An activity from Teams. Ids are Teams' own, or empty where the activity has none.

    `kind` is "message"; "submit" and "execute" for a button that was pressed; "fetch" for one that opens a form, "form" for
    the form filled in; "query" for a search; "shortcut" for a command from a message's menu, "shortcut form" for its form
    filled in; "installed", "removed"; or "other" for what is acknowledged and dropped. `key` is the same for every delivery of
    the same thing. Envelopes of one `conversation` are answered in order; a press that stops an answer does not wait for that.
    `payload` holds JSON values: no NaN, no lone surrogate, no NUL. `user` is the person's id in Entra, else in Teams.
    """

    kind: str
    key: str
    conversation: str
    payload: Mapping[str, Any]
    tenant: str
    user: str


def read(payload: Mapping[str, Any], body: bytes) -> Envelope:
    """Reads a verified activity; `body` is what it was parsed from. Raises Malformed, and nothing else."""
    kind, sender = _kind(payload), _mapping(payload, "from")
    conversation, activity = _text(_mapping(payload, "conversation"), "id"), _text(payload, "id")
    tenant, user = _tenant(payload), _text(sender, "aadObjectId") or _text(sender, "id")
    if kind != "other":
        _needed(conversation)
    if kind not in ("other", "installed", "removed"):  # what people do
        _needed(_text(sender, "id"))
    key = f"teams:{conversation}:{activity}" if conversation and activity else _digest(body)
    turn = f"teams:{tenant}:{conversation}" + ("" if _THREAD in conversation else f":{user}")
    if kind in _PRESSES and (offer := _inside(payload, _PRESSES[kind])).startswith(STOP):
        turn = f"teams:{tenant}:{offer}"
    return Envelope(kind, _fitting(key), _fitting(turn), payload, tenant, user)


def moment(payload: Mapping[str, Any]) -> float:
    """When it was said, in seconds since the epoch; 0 where the activity does not tell."""
    try:
        at = datetime.fromisoformat(_text(payload, "timestamp"))
    except ValueError:
        return 0.0
    return max(0.0, (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())


def _kind(payload: Mapping[str, Any]) -> str:
    type = _text(payload, "type")
    if type == "installationUpdate":
        return _INSTALLATIONS.get(_text(payload, "action"), "other")
    if _from_a_bot(_mapping(payload, "from")):
        return "other"
    return _message(payload) if type == "message" else _invoke(payload) if type == "invoke" else "other"


def _from_a_bot(sender: Mapping[str, Any]) -> bool:
    """Bots are not answered, ourselves least of all: two of them would talk for ever."""
    return _text(sender, "id").startswith(_BOT) or _text(sender, "role") == "bot"


def _message(payload: Mapping[str, Any]) -> str:
    """An `Action.Submit` comes as a message that says nothing and has a value."""
    if payload.get("value") and not payload.get("text"):
        return "submit" if _inside(payload, ("value", "offer")) else "other"
    return "message" if _is_for_us(payload) else "other"


def _is_for_us(payload: Mapping[str, Any]) -> bool:
    """Outside personal chats the bot is mentioned. With resource-specific consent, Teams sends what else is said there too."""
    conversation, bot = _mapping(payload, "conversation"), _mapping(payload, "recipient")
    type = _text(conversation, "conversationType") or ("groupChat" if conversation.get("isGroup") else "personal")
    return type == "personal" or bool(mentions(payload.get("entities"), _text(bot, "id")))


def _invoke(payload: Mapping[str, Any]) -> str:
    kind, carried = _INVOKES.get(_text(payload, "name"), ("other", ()))
    return kind if carried and _inside(payload, carried) else "other"


def _inside(payload: Mapping[str, Any], path: tuple[str, ...]) -> str:
    *outer, last = path
    for name in outer:
        payload = _mapping(payload, name)
    return _text(payload, last)


def _tenant(payload: Mapping[str, Any]) -> str:
    told = _mapping(_mapping(payload, "channelData"), "tenant")
    return _text(told, "id") or _text(_mapping(payload, "conversation"), "tenantId")


def _fitting(key: str) -> str:
    """The inbox takes no longer ones."""
    return key if len(key) <= _LONGEST_KEY else _digest(key.encode())


def _digest(content: bytes) -> str:
    return f"teams:{hashlib.sha256(content).hexdigest()}"


def _mapping(payload: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = payload.get(name)
    return value if isinstance(value, dict) else {}


def _text(payload: Mapping[str, Any], name: str) -> str:
    value = payload.get(name)
    return value if isinstance(value, str) and len(value) <= _LONGEST_ID else ""


def _needed(id: str) -> None:
    if not id:
        raise Malformed("an id is missing")
