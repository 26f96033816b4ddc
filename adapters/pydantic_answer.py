"""An answer as pydantic-ai streams it, as pieces of ours.

To be imported by `load` alone, as `adapters.pydantic_chat`.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator

from pydantic_ai.messages import (
    ModelResponse,
    ModelResponseStreamEvent,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ToolCallPart,
    ToolCallPartDelta,
)
from pydantic_ai.models import StreamedResponse

from adapters.chat import End, Piece, ToolCall, Usage
from adapters.errors import Unavailable
from adapters.pydantic_errors import blocked


async def in_time(answer: StreamedResponse, ends: float, idle: float) -> AsyncIterator[ModelResponseStreamEvent]:
    """What the model says, without what it thinks. Raises TimeoutError where it says nothing for too long."""
    events = aiter(answer)
    while True:
        async with asyncio.timeout_at(ends):
            event = await anext(events, None)
        if event is None:
            return
        if _says_something(event):
            yield event
            ends = asyncio.get_running_loop().time() + idle
        await asyncio.sleep(0)  # hundreds of events come in one packet, and others want to run


def _says_something(event: ModelResponseStreamEvent) -> bool:
    match event:
        case PartStartEvent(part=TextPart() | ToolCallPart()):
            return True
        case PartDeltaEvent(delta=TextPartDelta() | ToolCallPartDelta()):
            return True
    return False


def words_of(event: ModelResponseStreamEvent) -> str:
    """The words that an event brings, if any."""
    match event:
        case PartStartEvent(part=TextPart(content=words)) | PartDeltaEvent(delta=TextPartDelta(content_delta=words)):
            return words
    return ""


def last_of(answer: ModelResponse, title: str) -> Iterator[Piece]:
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
    yield End(Usage(usage.input_tokens, usage.output_tokens), cut, answer.provider_response_id or "")
