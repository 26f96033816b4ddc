"""The Bot Connector as Teams has it: https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference.

What it refuses, and how: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/conversation-messages#status-codes-from-bot-conversational-apis
"""

import json
from typing import Any

from aiohttp import web

from bot.teams.sandbox.content import checked, only
from bot.teams.sandbox.errors import ApiError, connector_error, worded
from bot.teams.sandbox.gate import Gate
from bot.teams.sandbox.streams import Streams, stream_of
from bot.teams.sandbox.workspace import (
    BOT,
    Conversation,
    Json,
    Person,
    Posted,
    Workspace,
    thread_of,
    with_thread,
)

_LARGEST = 28 * 1024  # bytes: https://learn.microsoft.com/microsoftteams/limits-specifications-teams#messages-in-bots
_BASE = "/emea/{tenant}/v3"
_ACTIVITY = f"{_BASE}/conversations/{{conversation}}/activities/{{activity}}"


class Connector:
    """Lets the bot speak, and change what it said."""

    def __init__(self, workspace: Workspace, gate: Gate, streams: Streams) -> None:
        self._workspace = workspace
        self._gate = gate
        self._streams = streams

    def add_routes(self, router: web.UrlDispatcher) -> None:
        conversation = f"{_BASE}/conversations/{{conversation}}"
        for method, path, handler in (
            ("POST", f"{_BASE}/conversations", self._create),
            ("POST", f"{conversation}/activities", self._send),
            ("POST", _ACTIVITY, self._send),
            ("PUT", _ACTIVITY, self._update),
            ("DELETE", _ACTIVITY, self._delete),
        ):
            router.add_route(method, path, worded(handler, connector_error))

    async def _create(self, request: web.Request) -> web.Response:
        """The chat with one person, or a new thread in a channel."""
        self._gate.let_in(request)
        told = await _told(request)
        if channel := _inner(told, "channelData", "channel", "id"):
            return self._begin(request, self._gate.conversation(request, str(channel)), told.get("activity"))
        chat = self._workspace.personal(self._only_member(told))
        self._gate.check(request, chat)
        if told.get("activity"):
            self._post(chat, only(told["activity"]))
        return web.json_response({"id": chat.id}, status=201)

    def _begin(self, request: web.Request, channel: Conversation, activity: Any) -> web.Response:
        if channel.type != "channel" or not activity:
            raise ApiError(400, "BadSyntax", "Incorrect conversation creation parameters.")
        posted = self._post(channel, only(activity))
        answer = {"id": with_thread(channel.id, posted.thread), "activityId": posted.id}
        return web.json_response(answer, status=201)

    async def _send(self, request: web.Request) -> web.Response:
        """Also a reply: what Teams goes by is the thread that the conversation's id names."""
        conversation = self._gate.reached(request)
        activity = await _told(request)
        if stream := stream_of(activity):
            status, answer = self._streams.take(conversation, activity, stream)
            return web.json_response(answer, status=status)
        if activity.get("type") == "typing":
            self._workspace.typing.append(request.match_info["conversation"])
            return web.json_response({"id": self._workspace.stamp()}, status=201)
        thread = thread_of(request.match_info["conversation"])
        if thread and not self._workspace.find(conversation.id, thread):
            raise ApiError(404, "ConversationNotFound", "Conversation not found.")
        posted = [self._post(conversation, content, thread) for content in checked(activity)]
        return web.json_response({"id": posted[0].id} if len(posted) == 1 else {}, status=201)

    async def _update(self, request: web.Request) -> web.Response:
        posted = self._gate.own(request)
        self._streams.check_over(posted)
        content = only(await _told(request))
        posted.text, posted.summary, posted.attachments = content["text"], content["summary"], content["attachments"]
        posted.edited = self._workspace.stamp()
        self._workspace.forget_views(posted)
        return web.json_response({"id": posted.id})

    async def _delete(self, request: web.Request) -> web.Response:
        self._workspace.remove(self._gate.own(request))
        return web.Response()

    def _post(self, conversation: Conversation, content: Json, thread: str = "") -> Posted:
        return self._workspace.post(conversation, BOT, thread=thread, **content)

    def _only_member(self, told: Json) -> Person:
        """https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages"""
        members = told.get("members")
        if told.get("isGroup") or not isinstance(members, list) or len(members) != 1:
            raise ApiError(400, "BadSyntax", "Incorrect conversation creation parameters.")
        person = self._workspace.person(str(_inner({"member": members[0]}, "member", "id")))
        if not person:
            raise ApiError(400, "BadSyntax", "Failed to decrypt pairwise id.")
        if person.tenant not in (told.get("tenantId"), _inner(told, "channelData", "tenant", "id")):
            raise ApiError(400, "BadSyntax", "The tenant is missing, or is not the member's.")
        return person


async def _told(request: web.Request) -> Json:
    body = await request.read()
    if len(body) > _LARGEST:
        raise ApiError(413, "MessageSizeTooBig", "Message size too large.")
    try:
        told = json.loads(body)
    except ValueError:
        told = None
    if not isinstance(told, dict) or request.content_type != "application/json":
        raise ApiError(400, "BadSyntax", "The body is no JSON object.")
    return told


def _inner(holder: Any, *path: str) -> Any:
    for name in path:
        holder = holder.get(name) if isinstance(holder, dict) else None
    return holder
