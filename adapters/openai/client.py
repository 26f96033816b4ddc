"""OpenAI's models, asked for words and for pictures: https://developers.openai.com/api/docs."""

from typing import Any

from adapters.chat import Model
from adapters.hosted_chat import HostedChat
from adapters.openai.image import Image, Shape


class OpenAI(HostedChat):
    """As `ChatModel`, and it paints."""

    @classmethod
    def load(cls, base_url: str) -> Any:
        from adapters.openai.wire import OpenAIChat

        return OpenAIChat(base_url).rehearsed()

    async def account(self) -> str:
        """The organization that pays, as OpenAI names it; empty where it does not."""
        name: str = await self._sdk.organization(self._service, self._access)
        return name

    async def image_models(self) -> list[str]:
        """The ids of the models that make pictures, newest first."""
        ids: list[str] = await self._sdk.painters(self._service, self._access)
        return ids

    def painter(self, model: str) -> Model:
        """What is known of a model that makes pictures, without asking anybody; its prices are those of pictures."""
        known: Model = self._sdk.painter(model, self._access.now())
        return known

    async def imagine(self, prompt: str, model: str, shape: Shape = "square") -> Image:
        """A picture of what is asked for, within a hundred seconds.

        Raises Unknown where the answer is lost: it may have been painted, and paid for.
        """
        image: Image = await self._sdk.imagine(self._service, self._access, prompt, model, shape)
        return image
