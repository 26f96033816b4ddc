"""What the clients of OpenAI, Claude and Gemini share: each is asked through pydantic-ai, with its vendor's own SDK."""

from collections.abc import AsyncGenerator
from typing import Any

from adapters.base import Access, Service
from adapters.chat import FIRST, IDLE, ChatModel, Model, Piece, Prompt, Usage


class HostedChat(ChatModel):
    """A `ChatModel` whose `service.sdk` is an `adapters.pydantic_chat.PydanticChat`, which only `load` may import.

    `first` and `idle` are how many seconds the first sign of life may take, and any silence after it.
    """

    first = FIRST
    idle = IDLE

    def __init__(self, service: Service, access: Access) -> None:
        super().__init__(service, access)
        self._sdk: Any = service.sdk

    async def models(self) -> list[Model]:
        listed: list[Model] = await self._sdk.models(self._service, self._access)
        return listed

    async def stream(self, model: str, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        pieces = self._sdk.stream(self._service, self._access, model, prompt, self.first, self.idle)
        try:
            async for piece in pieces:
                yield piece
        finally:
            await pieces.aclose()

    def described(self, model: str) -> Model:
        known: Model = self._sdk.described(model, self._access.now())
        return known

    def cost(self, model: str, usage: Usage) -> float | None:
        dollars: float | None = self._sdk.cost(model, usage, self._access.now())
        return dollars if usage.dollars is None else usage.dollars
