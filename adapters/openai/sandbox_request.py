"""What the stand-in for OpenAI is asked, read as strictly as OpenAI does."""

from collections.abc import Iterator
from typing import Any

from aiohttp import web

from adapters.sandbox_body import json_object
from adapters.sandbox_chat_script import Attached, Question

_PARTS = {"input_text", "output_text", "input_image", "input_file"}


async def body_of(request: web.Request, *required: str) -> dict[str, Any]:
    body = await json_object(request, "We could not parse the JSON body of your request.")
    for name in required:
        if not body.get(name):
            raise web.HTTPBadRequest(text=f"Missing required parameter: '{name}'.")
    return body


def question_of(body: dict[str, Any]) -> Question:
    items = body["input"] if isinstance(body["input"], list) else [{"role": "user", "content": body["input"]}]
    parts = [list(_parts(item)) for item in items]
    return Question(
        body["model"],
        tuple("\n".join(part["text"] for part in turn if "text" in part) for turn in parts),
        body.get("instructions") or "",
        tuple(_attached(part) for turn in parts for part in turn if "text" not in part),
        tuple(tool.get("name", "") for tool in body.get("tools") or ()),
        body.get("max_output_tokens") or 0,
    )


def _parts(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    content = item.get("content")
    for part in [{"type": "input_text", "text": content}] if isinstance(content, str) else content or ():
        if part.get("type") not in _PARTS:
            raise web.HTTPBadRequest(text=f"Invalid value: '{part.get('type')}'. Supported values are: {sorted(_PARTS)}.")
        yield part


def _attached(part: dict[str, Any]) -> Attached:
    head, _, data = (part.get("image_url") or part.get("file_data") or "").partition(";base64,")
    if not data:
        raise web.HTTPBadRequest(text="Invalid file: expected a data URL.")
    return Attached(head.removeprefix("data:"), len(data) * 3 // 4)
