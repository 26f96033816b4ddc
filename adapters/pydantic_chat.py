"""How OpenAI, Claude and Gemini are asked: through pydantic-ai and their own SDKs, over our own `Http`.

To be imported by `load` alone: it costs seconds, and eighty megabytes.
"""

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Self

import httpx2
from pydantic_ai.direct import model_request_stream
from pydantic_ai.models import Model as Asked

from adapters.base import Access, Service
from adapters.chat import Delta, Model, Piece, Prompt, Tool, Turn, Usage
from adapters.errors import Refused
from adapters.model_card import cost, described
from adapters.pydantic_answer import last_of, words_of
from adapters.pydantic_errors import SPENT, in_our_words, turned_down
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
            async with model_request_stream(asked, **question_of(prompt, Model(""), asked.profile)) as answer:
                async for _ in answer:
                    pass

    def described(self, model: str, now: datetime) -> Model:
        return described(self.asked(model, "none", self._nowhere), self.provider, now)

    def cost(self, model: str, usage: Usage, now: datetime) -> float | None:
        return cost(model, self.provider, usage, now)

    async def _described(self, model: str, now: datetime) -> Model:
        await asyncio.sleep(0)  # there are a hundred of them, and others want to run
        return self.described(model, now)

    async def models(self, service: Service, access: Access) -> list[Model]:
        async with connected(service, access) as (key, line):
            ids = await self.listed(key, line)
            return [await self._described(id, access.now()) for id in ids]

    async def stream(
        self, service: Service, access: Access, model: str, prompt: Prompt, first: float, idle: float
    ) -> AsyncGenerator[Piece, None]:
        """As `ChatModel.stream`; the first sign of life may take `first` seconds, any silence after it `idle`.

        Any byte is a sign: of what a model thinks some providers tell nothing, but that they are there.
        """
        if not model:
            raise Refused(f"Say which model of {service.adapter.title} to ask.")
        async with connected(service, access, model, first, idle) as (key, line):
            asked = self.asked(model, key, line)
            question = question_of(prompt, described(asked, self.provider, access.now()), asked.profile)
            async with model_request_stream(asked, **question) as answer:
                async for event in answer:
                    if words := words_of(event):
                        yield Delta(words)
                    await asyncio.sleep(0)  # hundreds of events come in one packet, and others want to run
            whole = answer.get()
            for piece in last_of(whole, service.adapter.title, cost(model, self.provider, whole.usage, access.now())):
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
    route = Route(service.adapter.name, title, access.tenant, repeatable, deadline, streams=idle > 0, idle=idle, spent=SPENT)
    begun: list[httpx2.Response] = []

    async def note(response: httpx2.Response) -> None:
        begun.append(response)

    with in_our_words(title, model):
        try:
            yield key, client(httpx2, service.http, route, event_hooks={"response": [note]})
        finally:
            for response in begun:
                await response.aclose()
