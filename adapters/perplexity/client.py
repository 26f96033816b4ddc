"""Perplexity's Agent API: https://docs.perplexity.ai/docs/agent-api/quickstart."""

from collections.abc import AsyncGenerator

from adapters.base import Access, Service
from adapters.chat import ChatModel, Model, Piece, Prompt
from adapters.errors import Refused
from adapters.perplexity.answer import pieces_of
from adapters.perplexity.question import question_of
from adapters.perplexity.wire import Library, Wire, load

_NOBODYS = "resp_00000000-0000-0000-0000-000000000000"  # no answer was ever given under this id


class Perplexity(ChatModel):
    """Models that look things up on the web before they answer.

    A model is named as `provider/model`; a name without a slash is one of Perplexity's presets, which `models` does not list.
    """

    def __init__(self, service: Service, access: Access) -> None:
        super().__init__(service, access)
        self._wire = Wire(service, access)

    @classmethod
    def load(cls, base_url: str) -> Library:
        return load(base_url)

    async def check(self) -> None:
        """Asks for an answer that is not there: the list of models is told to anybody, whatever their key."""
        with self._wire.asking():
            try:
                await self._wire.sdk.responses.retrieve(_NOBODYS)
            except self._wire.library.not_found:
                return

    async def models(self) -> list[Model]:
        with self._wire.asking():
            listed = (await self._wire.sdk.models.list()).data
            newest = sorted(listed, key=lambda model: model.created or 0, reverse=True)
            return [self.described(model.id) for model in newest]

    async def stream(self, model: str, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        """As in `ChatModel`. Sources come before the words that cite them as [1], [2] and so on."""
        if not model:
            raise Refused("Say which of Perplexity's models to ask.")
        with self._wire.asking():
            question = question_of(model, prompt)
            async with await self._wire.sdk.responses.create(**question, stream=True) as events:
                async for piece in pieces_of(events, prompt.most):
                    yield piece

    def described(self, model: str) -> Model:
        return Model(model, model.rpartition("/")[2], documents=("image/",))
