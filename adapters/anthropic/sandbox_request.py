"""What the stand-in for Claude is asked, read as strictly as Anthropic does."""

from typing import Any

from aiohttp import web

from adapters.sandbox_body import json_object
from adapters.sandbox_chat_script import Attached, Question

_GONE = ("temperature", "top_p", "top_k")  # since version 2026-10-21
_VERSIONS = ("2023-06-01", "2026-10-21")


async def body_of(request: web.Request) -> dict[str, Any]:
    version = request.headers.get("anthropic-version", "")
    if version not in _VERSIONS:
        raise web.HTTPBadRequest(text=f'anthropic-version: "{version}" is not a valid version')
    body = await json_object(request, "The request body is not valid JSON")
    for name in ("model", "max_tokens", "messages"):
        if not body.get(name):
            raise web.HTTPBadRequest(text=f"{name}: Field required")
    for name in _GONE:
        if version == _VERSIONS[-1] and name in body:
            raise web.HTTPBadRequest(text=f"{name}: Extra inputs are not permitted")
    return body


def question_of(body: dict[str, Any]) -> Question:
    turns = [_blocks(message.get("content")) for message in body["messages"]]
    return Question(
        body["model"],
        tuple("\n".join(_text(block) for block in turn if block.get("type") == "text") for turn in turns),
        "\n".join(_text(block) for block in _blocks(body.get("system"))),
        tuple(_attached(block) for turn in turns for block in turn if block.get("type") in ("image", "document")),
        tuple(tool.get("name", "") for tool in body.get("tools") or ()),
        body["max_tokens"],
    )


def _blocks(content: Any) -> list[dict[str, Any]]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content or []


def _text(block: dict[str, Any]) -> str:
    text = str(block.get("text", ""))
    if not text.strip():
        raise web.HTTPBadRequest(text="messages: text content blocks must be non-empty")
    return text


def _attached(block: dict[str, Any]) -> Attached:
    source = block.get("source") or {}
    data = source.get("data", "")
    size = len(data) * 3 // 4 if source.get("type") == "base64" else len(data)
    return Attached(source.get("media_type", ""), size)
