"""What people type in Slack: a command, a mention, a message to the bot alone."""

import re
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any

from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.platform import Words
from bot.slack.heard import Heard
from bot.slack.interaction import links
from bot.slack.mrkdwn import plain

_OWN = "/interact"
_TYPED = {"app_mention": "mention", "message": "message"}  # events, and by which way somebody wrote
_NO_EVENT: Mapping[str, str] = MappingProxyType({})
_TIMESTAMP = re.compile(r"[0-9]{1,11}\.[0-9]{1,6}")
_MENTION = re.compile(r"^\s*<@[A-Z0-9]+(\|[^>]*)?>[\s,:]*")


class Typed(AsyncMiddleware):
    """Most of what comes is typed, and to find a listener takes Bolt longer than all else about it: this needs none."""

    async def async_process(
        self, *, req: AsyncBoltRequest, resp: BoltResponse, next: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse | None:
        body = req.body
        if "command" in body:
            req.context["heard"] = _command(body)
        elif via := _TYPED.get((body.get("event") or _NO_EVENT).get("type", "")):
            req.context["heard"] = _event(body["event"], body, via)
        else:
            return await next()
        return resp


def _command(body: dict[str, Any]) -> Heard:
    subject = "" if body["command"] == _OWN else body["command"].removeprefix("/")
    words = Words(f"{subject} {plain(body.get('text') or '')}".strip())
    return Heard(words, "slash", body["team_id"], body["user_id"], body["channel_id"], route=links(body))


def _event(event: dict[str, Any], body: dict[str, Any], via: str) -> Heard | None:
    if _from_a_bot(event):
        return None
    said = Words(plain(_MENTION.sub("", event.get("text") or "", count=1)))
    thread = event.get("thread_ts") or ""
    where = (body["team_id"], event["user"], event["channel"], thread)
    return Heard(said, via, *where, message=event["ts"], said=_seconds(event["ts"]))


def _from_a_bot(event: dict[str, Any]) -> bool:
    """Bots are not answered, ourselves least of all: two of them would talk for ever."""
    return bool(event.get("bot_id") or event.get("app_id") or not event.get("user"))


def _seconds(timestamp: str) -> float:
    return float(timestamp) if _TIMESTAMP.fullmatch(timestamp) else 0.0
