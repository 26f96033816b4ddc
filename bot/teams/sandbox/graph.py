"""The little of Microsoft Graph that a bot reads: https://learn.microsoft.com/graph/api/resources/chatmessage."""

import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from bot.teams.sandbox.errors import ApiError, number_of, worded
from bot.teams.sandbox.login import GRAPH, audience_of
from bot.teams.sandbox.workspace import (
    APP_ID,
    BOT,
    BOT_NAME,
    TEAM,
    TEAM_GROUP,
    Json,
    Posted,
    Workspace,
    with_thread,
)

_PAGE, _MOST = 20, 50
_LAST_MODIFIED, _CREATED = "lastModifiedDateTime desc", "createdDateTime desc"
_REPLIES, _EXPANDED = "replies", 200
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class Graph:
    """`allowed` is whether the app was granted to read messages. `account_of` gives the audience of a request's token."""

    def __init__(self, workspace: Workspace, account_of: Callable[[web.Request], str]) -> None:
        self.allowed = True
        self._workspace = workspace
        self._account_of = account_of

    def add_routes(self, router: web.UrlDispatcher) -> None:
        channel = "/graph/v1.0/teams/{team}/channels/{channel}/messages"
        router.add_get("/graph/v1.0/chats/{chat}/messages", worded(self._chat, self._refused))
        router.add_get(channel, worded(self._channel, self._refused))
        router.add_get(f"{channel}/{{message}}/replies", worded(self._replies, self._refused))
        for messages in ("/graph/v1.0/chats/{chat}/messages", channel, f"{channel}/{{thread}}/replies"):
            router.add_get(f"{messages}/{{message}}", worded(self._one, self._refused))
            router.add_get(f"{messages}/{{message}}/hostedContents/{{id}}/$value", worded(self._hosted, self._refused))

    async def _chat(self, request: web.Request) -> web.Response:
        """https://learn.microsoft.com/graph/api/chat-list-messages"""
        chat = self._chat_of(request)
        order = request.query.get("$orderby", _LAST_MODIFIED)
        if order not in (_LAST_MODIFIED, _CREATED):
            raise ApiError(400, "BadRequest", "QueryOptions to order by 'Desc' direction of the message's times only.")
        return self._page(request, _newest(self._workspace.posts(chat), order))

    async def _channel(self, request: web.Request) -> web.Response:
        """What began a thread: https://learn.microsoft.com/graph/api/channel-list-messages."""
        channel = self._channel_of(request)
        if request.query.get("$expand", _REPLIES) != _REPLIES:
            raise ApiError(400, "BadRequest", "Only 'replies' can be expanded.")
        posts = self._workspace.posts(channel)
        return self._page(request, _newest([posted for posted in posts if posted.thread == posted.id]))

    async def _replies(self, request: web.Request) -> web.Response:
        """https://learn.microsoft.com/graph/api/chatmessage-list-replies"""
        began = request.match_info["message"]
        thread = self._workspace.posts(with_thread(self._channel_of(request), began))
        if not thread:
            raise ApiError(404, "NotFound", "No message was found with this id.")
        return self._page(request, _newest([posted for posted in thread if posted.id != began]))

    async def _one(self, request: web.Request) -> web.Response:
        """https://learn.microsoft.com/graph/api/chatmessage-get"""
        return web.json_response(self._message(self._posted(request)))

    async def _hosted(self, request: web.Request) -> web.Response:
        """https://learn.microsoft.com/graph/api/chatmessagehostedcontent-get"""
        content = self._posted(request).hosted.get(request.match_info["id"])
        if content is None:
            raise ApiError(404, "NotFound", "No hosted content was found with this id.")
        return web.Response(body=content, content_type="image/png")

    def _posted(self, request: web.Request) -> Posted:
        """The message that the path names. A reply is found below what it answers only."""
        told, in_chat = request.match_info, "chat" in request.match_info
        posted = self._workspace.find(self._chat_of(request) if in_chat else self._channel_of(request), told["message"])
        if not posted or posted.thread != ("" if in_chat else told.get("thread", told["message"])):
            raise ApiError(404, "NotFound", "No message was found with this id.")
        return posted

    def _chat_of(self, request: web.Request) -> str:
        self._let_in(request, "ChatMessage.Read.Chat")
        chats = {each.graph_id: each.id for each in self._workspace.chats()}
        if not (chat := chats.get(request.match_info["chat"])):
            raise ApiError(404, "NotFound", "No chat was found with this id.")
        return chat

    def _channel_of(self, request: web.Request) -> str:
        self._let_in(request, "ChannelMessage.Read.Group")
        team, channel = request.match_info["team"], request.match_info["channel"]
        if not _GUID.fullmatch(team):
            raise ApiError(400, "BadRequest", "teamId needs to be a valid GUID.")
        if "$orderby" in request.query:
            raise ApiError(400, "BadRequest", "Query option 'OrderBy' is not allowed.")
        if team != TEAM_GROUP or channel not in [each.id for each in self._workspace.conversations_of(TEAM)]:
            raise ApiError(404, "NotFound", "No team or channel was found with this id.")
        return channel

    def _page(self, request: web.Request, newest: Sequence[Posted]) -> web.Response:
        start, size = number_of(request, "$skiptoken", 0), number_of(request, "$top", _PAGE)
        if not 0 < size <= _MOST:
            raise ApiError(
                400, "BadRequest", f"Invalid page size specified: '{size}'. Must be between 1 and {_MOST} inclusive."
            )
        page = newest[start : start + size]
        body: Json = {
            "@odata.count": len(page),
            "value": [self._message(each) | self._expanded(request, each) for each in page],
        }
        if start + size < len(newest):
            query = urlencode({**request.query, "$skiptoken": start + size}, safe="$")
            body["@odata.nextLink"] = f"{self._workspace.address.rstrip('/')}{_below(request)}?{query}"
        return web.json_response(body)

    def _expanded(self, request: web.Request, began: Posted) -> Json:
        """Its replies, where they are asked for: where there are many, the rest has an address of its own."""
        if request.query.get("$expand") != _REPLIES:
            return {}
        thread = self._workspace.posts(with_thread(began.conversation, began.id))
        replies = [self._message(each) for each in _newest([each for each in thread if each.id != began.id])]
        further = f"{self._workspace.address.rstrip('/')}{_below(request)}/{began.id}/replies?$skiptoken={_EXPANDED}"
        more = {"replies@odata.nextLink": further} if len(replies) > _EXPANDED else {}
        return {"replies@odata.count": len(replies[:_EXPANDED]), "replies": replies[:_EXPANDED], **more}

    def _message(self, posted: Posted) -> Json:
        attachments = [_attachment(posted, number, each) for number, each in enumerate(posted.attachments)]
        tags = "".join(f'<attachment id="{each["id"]}"></attachment>' for each in attachments)
        return {
            "id": posted.id,
            "replyToId": posted.thread if posted.thread != posted.id and posted.thread else None,
            "messageType": "message",
            "createdDateTime": _moment(posted.id),
            "lastModifiedDateTime": _moment(posted.edited or posted.id),
            "lastEditedDateTime": _moment(posted.edited) if posted.edited else None,
            "deletedDateTime": None,
            "subject": None,
            "summary": posted.summary or None,
            "chatId": None if posted.thread else self._workspace.conversation(posted.conversation).graph_id,
            "importance": "normal",
            "locale": "en-us",
            "webUrl": self._workspace.link(posted),
            "from": self._author(posted),
            "body": _body(posted, tags),
            "channelIdentity": {"teamId": TEAM_GROUP, "channelId": posted.conversation} if posted.thread else None,
            "attachments": attachments,
            "mentions": [],
            "reactions": [],
        }

    def _author(self, posted: Posted) -> Json:
        if posted.author == BOT:
            app = {"id": APP_ID, "displayName": BOT_NAME, "applicationIdentityType": "bot"}
            return {"application": app, "device": None, "user": None}
        person = self._workspace.people[posted.author]
        user = {"id": person.object_id, "displayName": person.name, "userIdentityType": "aadUser", "tenantId": person.tenant}
        return {"application": None, "device": None, "user": user}

    def _let_in(self, request: web.Request, permission: str) -> None:
        if audience_of(request, self._account_of) != GRAPH:
            raise ApiError(401, "InvalidAuthenticationToken", "Access token validation failure. Invalid audience.")
        if not self.allowed:
            raise ApiError(403, "Forbidden", f"Missing role permissions on the request. API requires one of '{permission}'.")

    def _refused(self, error: ApiError) -> web.Response:
        """https://learn.microsoft.com/graph/errors"""
        inner = {"date": f"{self._workspace.now():%Y-%m-%dT%H:%M:%S}"}
        body: Any = {"code": error.code, "message": error.message, "innerError": inner}
        return web.json_response({"error": body}, status=error.status)


def _newest(posts: Sequence[Posted], order: str = _LAST_MODIFIED) -> list[Posted]:
    """Newest first."""
    return sorted(posts, key=lambda posted: int((posted.edited if order == _LAST_MODIFIED else "") or posted.id), reverse=True)


def _body(posted: Posted, tags: str) -> Json:
    return {"contentType": "html" if posted.html or tags else "text", "content": posted.html or posted.text or tags}


def _attachment(posted: Posted, number: int, attachment: Json) -> Json:
    """Graph tells a card as text, and of a file where it lies."""
    if "contentUrl" in attachment:
        return {"id": f"{posted.id}{number:04d}", "content": None, "thumbnailUrl": None, "teamsAppId": None, **attachment}
    content = json.dumps(attachment.get("content"), ensure_ascii=False)
    shown = {"id": f"{posted.id}{number:04d}", "contentType": attachment["contentType"], "contentUrl": None}
    return {**shown, "content": content, "name": None, "thumbnailUrl": None, "teamsAppId": None}


def _moment(stamp: str) -> str:
    return datetime.fromtimestamp(int(stamp) / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _below(request: web.Request) -> str:
    """A request's path below the mount."""
    return f"/graph{request.path.partition('/graph')[2]}"
