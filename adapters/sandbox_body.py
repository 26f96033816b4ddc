"""What a stand-in is sent: a JSON object, or else it complains as its service does."""

import json
from typing import Any

from aiohttp import web


async def json_object(request: web.Request, complaint: str, empty: str = "") -> dict[str, Any]:
    """The body; `empty` is read where there is none. Raises HTTPBadRequest with the complaint."""
    try:
        body = json.loads(await request.read() or empty)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text=complaint)
    return body
