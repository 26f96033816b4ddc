"""Looks for a reply that an earlier attempt may have sent: its messages carry the call's id, as metadata or on buttons."""

from collections.abc import Mapping
from typing import Any

from bot.slack.api import Json, SlackError, WebApi
from bot.slack.outgoing import EVENT_TYPE, Outgoing

_PAGES = 5
_SKEW = 300.0  # seconds by which Slack's clock and ours may differ


async def find(api: WebApi, outgoing: Outgoing) -> dict[int, str]:
    """The timestamps of those of its messages that stand already, by part. Private ones can't be found.

    What was streamed stands below the message that asked, wherever the answer goes now.
    """
    threads = () if outgoing.private else dict.fromkeys((outgoing.thread, outgoing.asking or outgoing.thread))
    found: dict[int, str] = {}
    for thread in threads:
        found = await _found(api, outgoing, thread) | found
    return found


def stream_mark(call: str) -> str:
    """The id of the block that has a stream's buttons."""
    return f"stream:{call}"


async def _found(api: WebApi, outgoing: Outgoing, thread: str) -> dict[int, str]:
    found: dict[int, str] = {}
    cursor = ""
    for _ in range(_PAGES):
        page = await _page(api, outgoing, thread, cursor)
        parts = {_part(message, outgoing.call): str(message["ts"]) for message in page["messages"]}
        found |= {part: ts for part, ts in parts.items() if part is not None}
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if len(found) == len(outgoing.messages) or not cursor:
            break
    return found


async def _page(api: WebApi, outgoing: Outgoing, thread: str, cursor: str) -> Json:
    fields: dict[str, str | int] = {"channel": outgoing.channel, "limit": 200, "include_all_metadata": 1}
    fields |= {"oldest": f"{outgoing.since - _SKEW:.6f}"} | ({"cursor": cursor} if cursor else {})
    try:
        if thread:
            return await api.read("conversations.replies", ts=thread, **fields)
        return await api.read("conversations.history", **fields)
    except SlackError:
        return {"messages": []}  # where the bot may not look, once too often is better than never


def _part(message: Mapping[str, Any], call: str) -> int | None:
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    if metadata.get("event_type") == EVENT_TYPE and payload.get("call") == call:
        return int(payload["part"])
    blocks = message.get("blocks") or ()
    return 0 if any(block.get("block_id") == stream_mark(call) for block in blocks) else None
