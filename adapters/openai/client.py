"""OpenAI's models, asked for words and for pictures: https://developers.openai.com/api/docs."""

from typing import Any

from adapters.hosted_chat import HostedChat
from adapters.openai.image import Image


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

    async def imagine(self, prompt: str, model: str, size: str = "auto") -> Image:
        """A picture of what is asked for, within two minutes. `size` is like "1024x1536", as the model offers it.

        Raises Unknown where the answer is lost: it may have been painted, and paid for.
        """
        image: Image = await self._sdk.imagine(self._service, self._access, prompt, model, size)
        return image
