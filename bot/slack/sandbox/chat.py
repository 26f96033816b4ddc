"""`chat.*` of the Web API: https://docs.slack.dev/reference/methods#chat."""

import re
from typing import Any

from bot.slack.sandbox.arguments import Arguments
from bot.slack.sandbox.blocks import message_blocks
from bot.slack.sandbox.shapes import message_json
from bot.slack.sandbox.workspace import BOT, ApiError, Channel, Json, Posted, Workspace

_LONGEST, _LONGEST_UPDATE = 40_000, 4_000
TS = re.compile(r"\d+\.\d+")


def post_message(workspace: Workspace, told: Arguments) -> Json:
    channel = workspace.channel(told.needed("channel"))
    let_in(channel)
    posted = _post(workspace, told, channel)
    return {"channel": channel.id, "ts": posted.ts, "message": message_json(workspace, posted, with_metadata=True)}


def post_ephemeral(workspace: Workspace, told: Arguments) -> Json:
    channel = workspace.channel(told.needed("channel"))
    user = told.needed("user")
    if BOT not in channel.members:
        raise ApiError("channel_not_found" if channel.kind == "group" else "not_in_channel")
    if user not in channel.members:
        raise ApiError("user_not_in_channel")
    return {"message_ts": _post(workspace, told, channel, only_for=user).ts}


def update(workspace: Workspace, told: Arguments) -> Json:
    channel = workspace.channel(told.needed("channel"))
    posted = own(workspace, channel, told.needed("ts"), "cant_update_message")
    if posted.streaming == "in_progress":
        raise ApiError("streaming_state_conflict")
    posted.text, posted.blocks = content(workspace, told, _LONGEST_UPDATE)
    posted.metadata = metadata_of(told) or posted.metadata
    posted.edited = workspace.ts()
    return {"channel": channel.id, "ts": posted.ts, "text": posted.text, "message": message_json(workspace, posted)}


def delete(workspace: Workspace, told: Arguments) -> Json:
    channel = workspace.channel(told.needed("channel"))
    posted = own(workspace, channel, told.needed("ts"), "cant_delete_message")
    if posted.streaming == "in_progress":
        raise ApiError("cant_delete_message")
    workspace.remove(posted)
    return {"channel": channel.id, "ts": posted.ts}


def get_permalink(workspace: Workspace, told: Arguments) -> Json:
    channel = workspace.channel(told.needed("channel"))
    if not (posted := workspace.find(channel.id, told.needed("message_ts"))):
        raise ApiError("message_not_found")
    link = f"https://sandbox.slack.com/archives/{channel.id}/p{posted.ts.replace('.', '')}"
    return {"channel": channel.id, "permalink": link}


def content(workspace: Workspace, told: Arguments, most: int = _LONGEST) -> tuple[str, list[Json]]:
    """A message's text and blocks. Raises ApiError where Slack would not take them."""
    text, blocks = told.text("text"), message_blocks(workspace, told.value("blocks", "invalid_blocks_format"))
    if len(text) > most:
        raise ApiError("msg_too_long")
    if not text.strip() and not blocks:
        raise ApiError("no_text")
    return text, blocks


def _post(workspace: Workspace, told: Arguments, channel: Channel, **more: Any) -> Posted:
    text, blocks = content(workspace, told)
    thread = told.text("thread_ts")
    if thread and not TS.fullmatch(thread):
        raise ApiError("invalid_thread_ts")
    return workspace.post(channel.id, BOT, text, blocks=blocks, thread_ts=thread, metadata=metadata_of(told), **more)


def let_in(channel: Channel) -> None:
    """The scope chat:write.public lets the bot post in public channels that it is no member of."""
    if channel.kind == "group" and BOT not in channel.members:
        raise ApiError("channel_not_found")
    if channel.archived:
        raise ApiError("is_archived")


def own(workspace: Workspace, channel: Channel, ts: str, otherwise: str) -> Posted:
    posted = workspace.find(channel.id, ts)
    if not posted or posted.only_for:
        raise ApiError("message_not_found")
    if posted.user != BOT:
        raise ApiError(otherwise)
    return posted


def metadata_of(told: Arguments) -> Json | None:
    """https://docs.slack.dev/messaging/message-metadata/"""
    metadata = told.value("metadata", "invalid_metadata_format")
    if metadata is None:
        return None
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type"), str):
        raise ApiError("invalid_metadata_format")
    if not isinstance(metadata.get("event_payload"), dict):
        raise ApiError("invalid_metadata_schema")
    return metadata
