"""An answer as pydantic-ai streams it, as pieces of ours.

To be imported by `load` alone, as `adapters.pydantic_chat`.
"""

from collections.abc import Iterator

from pydantic_ai.messages import (
    ModelResponse,
    ModelResponseStreamEvent,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ToolCallPart,
)

from adapters.chat import End, Piece, ToolCall, Usage
from adapters.errors import Unavailable
from adapters.pydantic_errors import blocked


def words_of(event: ModelResponseStreamEvent) -> str:
    """The words that an event brings, if any."""
    match event:
        case PartStartEvent(part=TextPart(content=words)) | PartDeltaEvent(delta=TextPartDelta(content_delta=words)):
            return words
    return ""


def last_of(answer: ModelResponse, title: str, dollars: float | None) -> Iterator[Piece]:
    """What comes when all words are said. Tool calls are among it: in an answer that broke off they may not have been meant."""
    known, told = answer.finish_reason, (answer.provider_details or {}).get("finish_reason")
    if known == "error" or not (known or told):  # a reason that pydantic-ai does not know is one nevertheless
        raise Unavailable(f"{title} broke off in the middle of its answer.", acted=True)
    if known == "content_filter":
        raise blocked(title)
    cut = known == "length"
    for part in answer.parts:
        if isinstance(part, ToolCallPart) and not cut:
            yield ToolCall(part.tool_name, part.args_as_dict(raise_if_invalid=True))
    usage = answer.usage
    yield End(Usage(usage.input_tokens, usage.output_tokens, dollars), cut, answer.provider_response_id or "")
