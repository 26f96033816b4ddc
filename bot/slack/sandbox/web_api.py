"""Slack's Web API: tokens, scopes and methods. https://docs.slack.dev/reference/methods"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from bot.slack.sandbox import chat, conversations, streams
from bot.slack.sandbox.arguments import Arguments
from bot.slack.sandbox.views import Views
from bot.slack.sandbox.workspace import BOT, BOT_ID, BOT_NAME, ApiError, Json, Workspace

_HISTORY = {"channel": "channels:history", "group": "groups:history", "im": "im:history"}
_READ = {"channel": "channels:read", "group": "groups:read", "im": "im:read"}


@dataclass(frozen=True)
class Method:
    """`scope` is what the token must have been granted; where that depends on the kind of channel, it is by kind."""

    run: Callable[[Workspace, Arguments], Json]
    scope: str | Mapping[str, str] = ""


def _auth_test(workspace: Workspace, _: Arguments) -> Json:
    url = f"https://{workspace.name.lower()}.slack.com/"
    known = {"url": url, "team": workspace.name, "user": BOT_NAME, "team_id": workspace.team, "user_id": BOT}
    return known | {"bot_id": BOT_ID, "is_enterprise_install": False}


_METHODS: Mapping[str, Method] = {
    "auth.test": Method(_auth_test),
    "chat.postMessage": Method(chat.post_message, "chat:write"),
    "chat.postEphemeral": Method(chat.post_ephemeral, "chat:write"),
    "chat.update": Method(chat.update, "chat:write"),
    "chat.delete": Method(chat.delete, "chat:write"),
    "chat.getPermalink": Method(chat.get_permalink),
    "chat.startStream": Method(streams.start, "chat:write"),
    "chat.appendStream": Method(streams.append, "chat:write"),
    "chat.stopStream": Method(streams.stop, "chat:write"),
    "conversations.history": Method(conversations.history, _HISTORY),
    "conversations.replies": Method(conversations.replies, _HISTORY),
    "conversations.info": Method(conversations.info, _READ),
    "conversations.members": Method(conversations.members, _READ),
    "conversations.list": Method(conversations.list_, "channels:read"),
    "conversations.open": Method(conversations.open_, "im:write"),
    "users.info": Method(conversations.users_info, "users:read"),
    "users.list": Method(conversations.users_list, "users:read"),
}


class WebApi:
    """All methods, for a token with these scopes. Each raises ApiError for what Slack would answer with `"ok": false`."""

    def __init__(self, workspace: Workspace, views: Views, scopes: Collection[str]) -> None:
        self.scopes = set(scopes)
        self._workspace = workspace
        self._views: Mapping[str, Callable[[Arguments], Json]] = {
            "views.open": views.open,
            "views.push": views.push,
            "views.update": views.update,
            "views.publish": views.publish,
        }

    def call(self, name: str, told: Arguments) -> Json:
        if name in self._views:
            return self._views[name](told)
        if not (method := _METHODS.get(name)):
            raise ApiError("unknown_method", req_method=name)
        self._check_scope(method, told)
        return method.run(self._workspace, told)

    def _check_scope(self, method: Method, told: Arguments) -> None:
        scope = method.scope
        if not isinstance(scope, str):
            scope = scope[self._workspace.channel(told.needed("channel")).kind]
        if scope and scope not in self.scopes:
            raise ApiError("missing_scope", needed=scope, provided=",".join(sorted(self.scopes)))
