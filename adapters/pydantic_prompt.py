"""A prompt of ours as pydantic-ai's messages.

To be imported by `load` alone, as `adapters.pydantic_chat`.
"""

from collections.abc import Iterator
from typing import TypedDict

from pydantic_ai.messages import ModelMessage, ModelRequest, ModelResponse, TextPart, UserContent, UserPromptPart
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.profiles import ModelProfile
from pydantic_ai.settings import ModelSettings
from pydantic_ai.tools import ToolDefinition

from adapters.chat import Model, Prompt, Tool, Turn
from adapters.model_card import sendable


class Asking(TypedDict):
    """The arguments of `pydantic_ai.direct.model_request_stream`, but for the model."""

    messages: list[ModelMessage]
    model_settings: ModelSettings
    model_request_parameters: ModelRequestParameters
    instrument: bool


def question_of(prompt: Prompt, model: Model, profile: ModelProfile) -> Asking:
    """Raises Refused for documents that the model does not take, or that are too large."""
    prompt.must_be_light()
    said = [turn for turn in prompt.turns if turn.text.strip() or turn.documents]
    return Asking(
        messages=[_message(turn, prompt.instructions, model) for turn in said],
        model_settings=_settings(prompt, profile),
        model_request_parameters=ModelRequestParameters(function_tools=[_definition(tool) for tool in prompt.tools]),
        instrument=False,
    )


def _settings(prompt: Prompt, profile: ModelProfile) -> ModelSettings:
    """Who thinks unasked is asked to think little: it takes of the tokens of the answer, and people wait."""
    thinks = profile.get("thinking_always_enabled") or profile.get("thinking_enabled_by_default")
    return ModelSettings(max_tokens=prompt.most, thinking="low") if thinks else ModelSettings(max_tokens=prompt.most)


def _message(turn: Turn, instructions: str, model: Model) -> ModelMessage:
    if turn.role == "assistant":
        return ModelResponse(parts=[TextPart(turn.text)])
    content = list(_content(turn, model))
    return ModelRequest(parts=[UserPromptPart(content)], instructions=instructions or None)


def _content(turn: Turn, model: Model) -> Iterator[UserContent]:
    """Each document after its name, by which people speak of it: not all providers are told it otherwise."""
    for document in turn.documents:
        yield f"File “{document.name}”:"
        yield sendable(document, model)
    if turn.text.strip():
        yield turn.text


def _definition(tool: Tool) -> ToolDefinition:
    return ToolDefinition(name=tool.name, description=tool.about, parameters_json_schema=dict(tool.schema))
