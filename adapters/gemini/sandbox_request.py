"""What the stand-in for Gemini is asked, read as strictly as Google does."""

from typing import Any

from aiohttp import web

from adapters.sandbox_body import json_object
from adapters.sandbox_chat_script import Attached, Question

_KNOWN = {"contents", "systemInstruction", "tools", "toolConfig", "generationConfig", "safetySettings", "serviceTier"}


async def body_of(request: web.Request) -> dict[str, Any]:
    body = await json_object(request, "Invalid JSON payload received.")
    for name in body.keys() - _KNOWN:
        raise web.HTTPBadRequest(text=f'Invalid JSON payload received. Unknown name "{name}": Cannot find field.')
    if not body.get("contents"):
        raise web.HTTPBadRequest(text="* GenerateContentRequest.contents: contents is not specified")
    return body


def question_of(model: str, body: dict[str, Any]) -> Question:
    turns = [content.get("parts") or [] for content in body["contents"]]
    system = (body.get("systemInstruction") or {}).get("parts") or []
    declared = [each for tool in body.get("tools") or () for each in tool.get("functionDeclarations") or ()]
    return Question(
        model,
        tuple("\n".join(part["text"] for part in turn if "text" in part) for turn in turns),
        "\n".join(part.get("text", "") for part in system),
        tuple(_attached(part["inlineData"]) for turn in turns for part in turn if "inlineData" in part),
        tuple(each.get("name", "") for each in declared),
        (body.get("generationConfig") or {}).get("maxOutputTokens") or 0,
    )


def _attached(data: dict[str, Any]) -> Attached:
    mime = data.get("mimeType") or data.get("mime_type", "")  # Google takes both spellings of every name
    return Attached(mime, len(data.get("data", "")) * 3 // 4)
