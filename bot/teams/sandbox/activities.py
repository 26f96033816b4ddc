"""What Teams tells the bot, as it tells it.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/conversation-messages,
https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/subscribe-to-conversation-events
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from html import escape
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from bot.teams.sandbox.workspace import (
    BOT,
    BOT_NAME,
    TEAM,
    TEAM_GROUP,
    TEAM_NAME,
    Conversation,
    Json,
    Person,
    Posted,
    Workspace,
    with_thread,
)

_MENTION = f"<at>{BOT_NAME}</at>"
_LOCALE = {"locale": "en-US"}


@dataclass(frozen=True)
class Where:
    """Who does something, and where: `thread` is the message that began it, in channels."""

    person: Person
    conversation: Conversation
    thread: str = ""


class Activities:
    """Builds them, each with an id of its own."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def message(self, where: Where, text: str, id: str) -> Json:
        """What a person writes. In chats of several and in channels the bot is mentioned: else it would not be told."""
        if where.conversation.type == "personal":
            said: Json = {"text": text, "attachments": [_html(escape(text))]}
            return self._activity(where, "message", id) | said | {"textFormat": "plain"}
        span = f'<span itemtype="http://schema.skype.com/Mention" itemscope="" itemid="0">{BOT_NAME}</span>'
        said = {"text": f"{_MENTION} {text}", "attachments": [_html(f"{span}&nbsp;{escape(text)}")]}
        activity = self._activity(where, "message", id) | said | {"textFormat": "plain"}
        mention = {"mentioned": {"id": BOT, "name": BOT_NAME}, "text": _MENTION, "type": "mention"}
        return activity | {"entities": [mention, *activity["entities"]]}

    def submit(self, where: Where, value: Any, pressed: str) -> Json:
        """A press of Action.Submit on the message `pressed`."""
        activity = self._activity(where, "message", self._workspace.stamp()) | {"value": value, "replyToId": pressed}
        return activity | {"channelData": _pressed(activity["channelData"])}

    def execute(self, where: Where, action: Mapping[str, Any], data: Any, pressed: str) -> Json:
        """A press of Action.Execute: https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model."""
        told = {name: action[name] for name in ("type", "id", "title", "verb") if name in action} | {"data": data}
        activity = self._invoke(where, "adaptiveCard/action", {"action": told, "trigger": "manual"})
        return activity | {"replyToId": pressed, "channelData": _pressed(activity["channelData"])}

    def fetch(self, where: Where, data: Any, pressed: str) -> Json:
        """A press of what opens a dialog."""
        activity = self._invoke(where, "task/fetch", {"data": data, "context": {"theme": "default"}})
        return activity | {"replyToId": pressed, "channelData": _pressed(activity["channelData"])}

    def form(self, where: Where, data: Any) -> Json:
        """A dialog that was filled in."""
        return self._invoke(where, "task/submit", {"data": data, "context": {"theme": "default"}})

    def menu(self, where: Where, name: str, command: str, posted: Posted, data: Any = None) -> Json:
        """A command from a message's menu, and with `data` its form filled in.

        https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/how-to/action-commands/create-task-module
        """
        message: Json = {
            "linkToMessage": self._workspace.link(posted),
            "id": posted.id,
            "replyToId": posted.thread if posted.thread not in ("", posted.id) else None,
            "createdDateTime": self._workspace.now().isoformat(),
            "body": {"contentType": "html", "content": posted.html or f"<div>{escape(posted.text)}</div>"},
            "attachments": [],
            "mentions": [],
            "reactions": [],
        }
        told = {"commandId": command, "commandContext": "message", "requestId": uuid4().hex, "messagePayload": message}
        filled = {} if data is None else {"data": data}
        return self._invoke(where, f"composeExtension/{name}", {**told, **filled, "context": {"theme": "default"}})

    def query(self, where: Where, command: str, parameter: str, words: str) -> Json:
        """https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/how-to/search-commands/respond-to-search"""
        told = {"name": parameter, "value": words} if words else {"name": "initialRun", "value": "true"}
        options = {"skip": 0, "count": 25}
        activity = self._invoke(
            where, "composeExtension/query", {"commandId": command, "parameters": [told], "queryOptions": options}
        )
        return activity | {"channelData": {**activity["channelData"], "source": {"name": "compose"}}}

    def installation(self, where: Where, action: str) -> Json:
        """`action` is "add" or "remove"."""
        activity = self._event(where, "installationUpdate") | {"action": action, **_LOCALE}
        told = {"settings": {"selectedChannel": {"id": where.conversation.id}}} if where.conversation.home == TEAM else {}
        return activity | {"channelData": {**activity["channelData"], **told, "source": {"name": "message"}}}

    def members(self, where: Where, change: str) -> Json:
        """The bot was `membersAdded` or `membersRemoved`."""
        told = {"eventType": f"teamMember{change.removeprefix('members')}"} if where.conversation.home == TEAM else {}
        activity = self._event(where, "conversationUpdate") | {change: [{"id": BOT}]}
        return activity | {"channelData": {**activity["channelData"], **told}}

    def reaction(self, where: Where, reaction: str, message: str) -> Json:
        activity = self._event(where, "messageReaction") | {"reactionsAdded": [{"type": reaction}], "replyToId": message}
        return activity | {"legacy": {"replyToId": f"1:{message}"}}

    def edit(self, where: Where, text: str, id: str) -> Json:
        """A message that is written anew keeps its id."""
        activity = self.message(where, text, id) | {"type": "messageUpdate"}
        return activity | {"channelData": {**activity["channelData"], "eventType": "editMessage"}}

    def _invoke(self, where: Where, name: str, value: Json) -> Json:
        return self._activity(where, "invoke", f"f:{uuid4()}") | {"name": name, "value": value}

    def _event(self, where: Where, type: str) -> Json:
        """Events tell less of who caused them, and more of the team."""
        activity = self._activity(Where(where.person, where.conversation), type, f"f:{uuid4()}")
        activity = {
            name: value for name, value in activity.items() if name not in ("localTimestamp", "localTimezone", "locale")
        }
        team = {"team": {"aadGroupId": TEAM_GROUP, "name": TEAM_NAME, "id": TEAM}} if where.conversation.home == TEAM else {}
        causer = {"id": where.person.id, "aadObjectId": where.person.object_id}
        entities = [{"type": "clientInfo", **_LOCALE}]
        return activity | {"from": causer, "entities": entities, "channelData": {**activity["channelData"], **team}}

    def _activity(self, where: Where, type: str, id: str) -> Json:
        person, now = where.person, self._workspace.now()
        local = now.astimezone(ZoneInfo(person.zone)).isoformat(timespec="milliseconds")
        client = {**_LOCALE, "country": "US", "platform": "Web", "timezone": person.zone, "type": "clientInfo"}
        return {
            "type": type,
            "id": id,
            "timestamp": now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "localTimestamp": local,
            "localTimezone": person.zone,
            **_LOCALE,
            "channelId": "msteams",
            "serviceUrl": self._workspace.service_url(where.conversation.tenant),
            "from": {"id": person.id, "name": person.name, "aadObjectId": person.object_id},
            "conversation": _conversation(where),
            "recipient": {"id": BOT, "name": BOT_NAME},
            "entities": [client],
            "channelData": self._channel_data(where.conversation),
        }

    def _channel_data(self, conversation: Conversation) -> Json:
        tenant = {"tenant": {"id": conversation.tenant}}
        if conversation.type != "channel":
            return tenant
        group = {"aadGroupId": TEAM_GROUP} if self._workspace.tells_group else {}
        deprecated = {"teamsChannelId": conversation.id, "teamsTeamId": TEAM}
        return {**deprecated, "channel": {"id": conversation.id}, "team": {"id": TEAM, **group}, **tenant}


def _conversation(where: Where) -> Json:
    """A chat between two is told to be none of several by saying nothing."""
    conversation = where.conversation
    told = {"conversationType": conversation.type, "tenantId": conversation.tenant}
    group = {} if conversation.type == "personal" else {"isGroup": True}
    return {**group, **told, "id": with_thread(conversation.id, where.thread)}


def _pressed(channel_data: Json) -> Json:
    return {**channel_data, "source": {"name": "message"}, "legacy": {"replyToId": f"1:{uuid4().hex}"}}


def _html(text: str) -> Json:
    return {"contentType": "text/html", "content": f"<p>{text}</p>"}
