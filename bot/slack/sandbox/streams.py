"""Messages that grow: https://docs.slack.dev/reference/methods/chat.startStream.

Slack documents no lifetime; developers report that a stream is over after five minutes.
"""

from typing import Any

from bot.slack.sandbox.arguments import Arguments
from bot.slack.sandbox.blocks import message_blocks
from bot.slack.sandbox.chat import TS, let_in, metadata_of, own
from bot.slack.sandbox.shapes import message_json
from bot.slack.sandbox.workspace import BOT, ApiError, Json, Posted, Workspace

_LONGEST, _LIFE = 12_000, 300.0
_CHUNKS = ("markdown_text", "task_update", "plan_update", "blocks")


def start(workspace: Workspace, told: Arguments) -> Json:
    """A reply to somebody; in channels it has to be said to whom."""
    channel, thread = workspace.channel(told.needed("channel")), told.needed("thread_ts")
    let_in(channel)
    if not TS.fullmatch(thread) or not workspace.find(channel.id, thread):
        raise ApiError("invalid_thread_ts")
    for name in ("recipient_team_id", "recipient_user_id") if channel.kind != "im" else ():
        if not told.text(name):
            raise ApiError(f"missing_{name}")
    posted = Posted("", channel.id, BOT, "")
    _grow(workspace, posted, told)
    posted = workspace.post(channel.id, BOT, posted.text, blocks=posted.blocks, thread_ts=thread, streaming="in_progress")
    return {"channel": channel.id, "ts": posted.ts}


def append(workspace: Workspace, told: Arguments) -> Json:
    posted = _open(workspace, told)
    if not told.text("markdown_text") and not told.value("chunks", "invalid_chunks"):
        raise ApiError("no_text")
    _grow(workspace, posted, told)
    return {"channel": posted.channel, "ts": posted.ts}


def stop(workspace: Workspace, told: Arguments) -> Json:
    """What is told with it stands at the end."""
    posted = _open(workspace, told)
    _grow(workspace, posted, told)
    posted.blocks = [*posted.blocks, *message_blocks(workspace, told.value("blocks", "invalid_blocks_format"))]
    posted.metadata = metadata_of(told) or posted.metadata
    posted.streaming = "completed"
    return {"channel": posted.channel, "ts": posted.ts, "message": message_json(workspace, posted)}


def _open(workspace: Workspace, told: Arguments) -> Posted:
    channel = workspace.channel(told.needed("channel"))
    posted = own(workspace, channel, told.needed("ts"), "message_not_owned_by_app")
    if posted.streaming == "in_progress" and workspace.now().timestamp() - float(posted.ts) > _LIFE:
        posted.streaming = "completed"
    if posted.streaming != "in_progress":
        raise ApiError("stopped_by_user" if posted.streaming == "stopped" else "message_not_in_streaming_state")
    return posted


def _grow(workspace: Workspace, posted: Posted, told: Arguments) -> None:
    """Nothing of it is taken where something in it is wrong."""
    chunks = told.value("chunks", "invalid_chunks") or []
    if not isinstance(chunks, list) or not all(_is_chunk(chunk) for chunk in chunks):
        raise ApiError("invalid_chunks")
    texts = [told.text("markdown_text"), *(chunk["text"] for chunk in chunks if chunk["type"] == "markdown_text")]
    if any(len(text) > _LONGEST for text in texts):
        raise ApiError("msg_too_long")
    blocks = [block for chunk in chunks if chunk["type"] == "blocks" for block in chunk["blocks"]]
    posted.blocks = [*posted.blocks, *message_blocks(workspace, blocks)]
    posted.text += "".join(texts)


def _is_chunk(chunk: Any) -> bool:
    """https://docs.slack.dev/reference/methods/chat.appendStream#using-chunks"""
    if not isinstance(chunk, dict) or chunk.get("type") not in _CHUNKS:
        return False
    needed = {"markdown_text": str, "blocks": list}.get(chunk["type"])
    return needed is None or isinstance(chunk.get("text" if needed is str else "blocks"), needed)
