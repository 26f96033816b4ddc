"""A message of Slack's as what was said: https://docs.slack.dev/reference/events/message."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.slack.api import Json
from bot.slack.markdown import markdown
from commands.talk import Attached, Said

_SPOKEN = ("", "bot_message", "file_share", "me_message", "thread_broadcast")  # subtypes; the others tell who came, and so on


def is_said(message: Json) -> bool:
    """Whether somebody wrote it."""
    return message.get("subtype", "") in _SPOKEN


def said(message: Json, channel: str, names: Mapping[str, str], known: Json) -> Said:
    """`names` are those of the people in it, by id; `known` is as whom the bot is known (`WebApi.identity`)."""
    user, ts = str(message.get("user") or ""), str(message["ts"])
    profile = message.get("bot_profile") or {}
    author = names.get(user) or message.get("username") or profile.get("name") or user or "somebody"
    return Said(
        id=ts,
        author=str(author),
        at=datetime.fromtimestamp(float(ts), UTC),
        text=markdown(message, lambda who: names.get(who) or who),
        url=_permalink(str(known.get("url") or ""), channel, message),
        attached=tuple(_attached(file) for file in message.get("files") or () if file.get("url_private")),
        own=user == known.get("user_id"),
    )


def _permalink(workspace: str, channel: str, message: Json) -> str:
    """As Slack makes them: https://docs.slack.dev/reference/methods/chat.getPermalink, without asking for each."""
    ts, thread = str(message["ts"]), str(message.get("thread_ts") or "")
    inside = f"?thread_ts={thread}&cid={channel}" if thread and thread != ts else ""
    return f"{workspace}archives/{channel}/p{ts.replace('.', '')}{inside}" if workspace else ""


def _attached(file: Mapping[str, Any]) -> Attached:
    name = str(file.get("name") or file.get("title") or "file")
    return Attached(name, str(file.get("mimetype") or ""), int(file.get("size") or 0), str(file["url_private"]))
