"""How OpenAI, Claude and Gemini are asked: through pydantic-ai and their own SDKs, over our own `Http`.

To be imported by `load` alone: it costs seconds, and fifty megabytes.
"""

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime
from typing import Self

import httpx2
from pydantic_ai.direct import model_request_stream
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
from pydantic_ai.models import Model as Asked
from pydantic_ai.models import StreamedResponse

from adapters.base import Access, Service
from adapters.chat import Delta, End, Model, Piece, Prompt, Tool, ToolCall, Turn, Usage
from adapters.errors import Refused, Unavailable
from adapters.model_card import described
from adapters.pydantic_errors import blocked, in_our_words, turned_down
from adapters.pydantic_prompt import question_of
from adapters.transport import Route, client


class PydanticChat(ABC):
    """One provider. It knows nobody's key: what is kept here is what all calls share."""

    provider: str  # its id in genai-prices
    rehearsal: tuple[str, ...]  # the data of some events of its streams

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._nowhere = httpx2.AsyncClient(transport=httpx2.MockTransport(self._rehearsal))

    @abstractmethod
    def asked(self, model: str, key: str, line: httpx2.AsyncClient) -> Asked:
        """The model, asked with a key, through the provider's own SDK, which sends by `line` and never tries again."""

    @abstractmethod
    async def listed(self, key: str, line: httpx2.AsyncClient) -> list[str]:
        """The ids of the models that can be asked, newest first."""

    def rehearsed(self) -> Self:
        """Itself, having asked nobody: SDKs put work off until the first question, half a second of it, which holds up all."""
        with ThreadPoolExecutor(1) as thread:  # for there may be a loop in this one
            thread.submit(asyncio.run, self._rehearse()).result()
        return self

    def _rehearsal(self, _: httpx2.Request) -> httpx2.Response:
        events = "".join(f"event: {json.loads(data).get('type')}\ndata: {data}\n\n" for data in self.rehearsal)
        return httpx2.Response(200, headers={"Content-Type": "text/event-stream"}, content=events)

    async def _rehearse(self) -> None:
        prompt = Prompt((Turn("user", "?"),), "!", (Tool("t", "t", {"type": "object", "properties": {}}),))
        asked = self.asked("rehearsal", "none", self._nowhere)
        with suppress(Exception):  # it serves its purpose whatever comes of it
            async with model_request_stream(asked, **question_of(prompt, Model(""))) as answer:
                async for _ in answer:
                    pass

    def described(self, model: str, now: datetime) -> Model:
        return described(self.asked(model, "none", self._nowhere), self.provider, now)

    async def models(self, service: Service, access: Access) -> list[Model]:
        async with connected(service, access) as (key, line):
            ids = await self.listed(key, line)
            return [self.described(id, access.now()) for id in ids]

    async def stream(
        self, service: Service, access: Access, model: str, prompt: Prompt, first: float, idle: float
    ) -> AsyncGenerator[Piece, None]:
        """As `ChatModel.stream`; the first words may take `first` seconds, each of the next `idle`."""
        if not model:
            raise Refused(f"Say which model of {service.adapter.title} to ask.")
        ends = _now() + first
        async with connected(service, access, model, first, idle) as (key, line), AsyncExitStack() as stack:
            asked = self.asked(model, key, line)
            question = question_of(prompt, described(asked, self.provider, access.now()))
            async with asyncio.timeout_at(ends):
                answer = await stack.enter_async_context(model_request_stream(asked, **question))
            async for event in _in_time(answer, ends, idle):
                if words := _words(event):
                    yield Delta(words)
            for piece in _last(answer.get(), service.adapter.title):
                yield piece


@asynccontextmanager
async def connected(
    service: Service, access: Access, model: str = "", first: float = 0, idle: float = 0, repeatable: bool = True
) -> AsyncIterator[tuple[str, httpx2.AsyncClient]]:
    """The key, and an HTTP client; what goes wrong within becomes one of the four errors.

    With `idle` answers are streamed. At its end they are closed: left open by an SDK, they would go on at the provider.
    """
    key, title = access.token.reveal(), service.adapter.title
    if not key.isascii() or not key.isprintable():
        raise turned_down(title)
    deadline = first or 10.0
    route = Route(service.adapter.name, title, access.tenant, repeatable, deadline, streams=idle > 0, idle=idle)
    begun: list[httpx2.Response] = []

    async def note(response: httpx2.Response) -> None:
        begun.append(response)

    with in_our_words(title, model):
        try:
            yield key, client(httpx2, service.http, route, event_hooks={"response": [note]})
        finally:
            for response in begun:
                await response.aclose()


async def _in_time(answer: StreamedResponse, ends: float, idle: float) -> AsyncIterator[ModelResponseStreamEvent]:
    """What the model says, without what it thinks. Raises TimeoutError where it says nothing for too long."""
    events = aiter(answer)
    while True:
        async with asyncio.timeout_at(ends):
            event = await anext(events, None)
        if event is None:
            return
        if _says_something(event):
            yield event
            ends = _now() + idle
        await asyncio.sleep(0)  # hundreds of events come in one packet, and others want to run


def _says_something(event: ModelResponseStreamEvent) -> bool:
    match event:
        case PartStartEvent(part=TextPart() | ToolCallPart()):
            return True
        case PartDeltaEvent(delta=TextPartDelta() | ToolCallPartDelta()):
            return True
    return False


def _words(event: ModelResponseStreamEvent) -> str:
    match event:
        case PartStartEvent(part=TextPart(content=words)) | PartDeltaEvent(delta=TextPartDelta(content_delta=words)):
            return words
    return ""


def _last(answer: ModelResponse, title: str) -> Iterator[Piece]:
    """Tool calls come last: what a model asked for in an answer that broke off, it may not have meant."""
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


def _now() -> float:
    return asyncio.get_running_loop().time()
