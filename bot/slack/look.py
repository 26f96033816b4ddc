"""Looks for a reply that an earlier attempt may have sent: its messages carry the call's id as metadata."""

from collections.abc import Mapping
from typing import Any

from bot.slack.api import Json, SlackError, WebApi
from bot.slack.outgoing import EVENT_TYPE, Outgoing

_PAGES = 5
_SKEW = 300.0  # seconds by which Slack's clock and ours may differ


async def find(api: WebApi, outgoing: Outgoing) -> dict[int, str]:
    """The timestamps of those of its messages that stand already, by part. Private ones can't be found."""
    found: dict[int, str] = {}
    cursor = ""
    for _ in range(0 if outgoing.private else _PAGES):
        page = await _page(api, outgoing, cursor)
        parts = {_part(message, outgoing.call): str(message["ts"]) for message in page["messages"]}
        found |= {part: ts for part, ts in parts.items() if part is not None}
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if len(found) == len(outgoing.messages) or not cursor:
            break
    return found


async def _page(api: WebApi, outgoing: Outgoing, cursor: str) -> Json:
    fields: dict[str, str | int] = {"channel": outgoing.channel, "limit": 200, "include_all_metadata": 1}
    fields |= {"oldest": f"{outgoing.since - _SKEW:.6f}"} | ({"cursor": cursor} if cursor else {})
    try:
        if outgoing.thread:
            return await api.read("conversations.replies", ts=outgoing.thread, **fields)
        return await api.read("conversations.history", **fields)
    except SlackError:
        return {"messages": []}  # where the bot may not look, once too often is better than never


def _part(message: Mapping[str, Any], call: str) -> int | None:
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    mine = metadata.get("event_type") == EVENT_TYPE and payload.get("call") == call
    return int(payload["part"]) if mine else None
