"""What we send: https://docs.perplexity.ai/api-reference/agent-post."""

from base64 import b64encode
from typing import Any

from adapters.chat import Document, Prompt, Tool, Turn
from adapters.errors import Refused


def question_of(model: str, prompt: Prompt) -> dict[str, Any]:
    """The arguments of `responses.create`. Raises Refused for documents that Perplexity does not take, or that are too large.

    A preset brings its own way to search; to a bare model it is given as a tool.
    """
    prompt.must_be_light()
    preset = "/" not in model
    tools = [] if preset else [{"type": "web_search"}]
    tools += [_tool(tool) for tool in prompt.tools]
    question = {
        "preset" if preset else "model": model,
        "input": [_message(turn) for turn in prompt.turns],
        "instructions": prompt.instructions,
        "max_output_tokens": prompt.most,
        "tools": tools,
    }
    return {name: value for name, value in question.items() if value}


def _message(turn: Turn) -> dict[str, Any]:
    if not turn.documents:
        return {"type": "message", "role": turn.role, "content": turn.text}
    parts = [{"type": "input_text", "text": turn.text}, *map(_picture, turn.documents)]
    return {"type": "message", "role": turn.role, "content": parts}


def _picture(document: Document) -> dict[str, Any]:
    if not document.mime.startswith("image/"):
        raise Refused(f"Perplexity takes pictures only, and “{document.name}” is none.")
    return {"type": "input_image", "image_url": f"data:{document.mime};base64,{b64encode(document.content).decode()}"}


def _tool(tool: Tool) -> dict[str, Any]:
    return {"type": "function", "name": tool.name, "description": tool.about, "parameters": dict(tool.schema)}
