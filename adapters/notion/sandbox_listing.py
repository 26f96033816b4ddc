"""Lists as the stand-in gives them, page by page: https://developers.notion.com/reference/intro#pagination."""

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from adapters.notion.sandbox_errors import invalid, not_in_body

Json = dict[str, Any]
_MOST = 100


def listed(entries: Sequence[Json], asked: Mapping[str, Any], type: str) -> web.Response:
    """The page that is asked for. Raises a 400."""
    size, cursor = asked.get("page_size", _MOST), asked.get("start_cursor")
    if not str(size).isdecimal() or not 1 <= int(size) <= _MOST:
        raise not_in_body("page_size", f"≤ `{_MOST}`", size)
    ids = [each["id"] for each in entries]
    if cursor is not None and cursor not in ids:
        raise invalid(f"The start_cursor provided is invalid: {cursor}")
    start = ids.index(cursor) if cursor else 0
    end = start + int(size)
    following = ids[end] if end < len(ids) else None
    told = {"object": "list", "results": entries[start:end], "next_cursor": following, "has_more": following is not None}
    return web.json_response({**told, "type": type, type: {}})
