"""Google's SDK for Gemini: https://ai.google.dev/api/generate-content."""

import re
import ssl

import httpx2
from google import genai
from google.genai.errors import ClientError
from google.genai.pagers import AsyncPager
from google.genai.types import HttpOptions, HttpRetryOptions, Model
from pydantic_ai.models.google import GoogleModel
from pydantic_ai.providers.google import GoogleProvider
from pydantic_ai.settings import ModelSettings

from adapters.pydantic_chat import PydanticChat
from adapters.pydantic_errors import turned_down

_VERSION = "v1beta"  # where models newest first, and those behind the -latest names, are found
_OTHERS = re.compile(  # what draws, films, speaks, moves and researches for an hour; some of them answer in words too
    r"embedding|image|banana|tts|audio|live|omni|robotics|computer-use|deep-research|aqa"
)
_GENERATION = re.compile(r"gemini-(\d+(?:\.\d+)?)(?:-|$)")


class GeminiChat(PydanticChat):
    """By generateContent."""

    provider = "google"
    rehearsal = ('{"candidates": [{"content": {"parts": [{"text": "a"}]}, "finishReason": "STOP"}]}',)

    def __init__(self, base_url: str) -> None:
        super().__init__(base_url)
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody, and is never used: making others takes 50 ms
        self._never = httpx2.Client(transport=httpx2.MockTransport(lambda _: httpx2.Response(501)))

    def asked(self, model: str, key: str, line: httpx2.AsyncClient) -> GoogleModel:
        """Asked to think little: all that can think do so unasked, which pydantic-ai does not tell of Google's."""
        return GoogleModel(model, provider=GoogleProvider(client=self._sdk(key, line)), settings=ModelSettings(thinking="low"))

    async def listed(self, key: str, line: httpx2.AsyncClient) -> list[str]:
        """Google tells no dates: of Gemini the higher generation is the newer one, and other families come after it."""
        models = await self._page(key, line)
        chatting = [model for model in models.page if "generateContent" in (model.supported_actions or ())]
        ids = [(model.name or "").removeprefix("models/") for model in chatting]
        return sorted((id for id in ids if not _OTHERS.search(id)), key=_generation, reverse=True)

    async def _page(self, key: str, line: httpx2.AsyncClient) -> AsyncPager[Model]:
        try:
            return await self._sdk(key, line).aio.models.list(config={"page_size": 1000})
        except ClientError as error:
            if "API_KEY_INVALID" in str(error.details):  # which Google calls a bad request, as any other
                raise turned_down("Gemini") from None
            raise

    def _sdk(self, key: str, line: httpx2.AsyncClient) -> genai.Client:
        options = HttpOptions(
            base_url=self.base_url,
            api_version=_VERSION,
            httpx_async_client=line,
            httpx_client=self._never,
            client_args={"verify": self._tls},
            async_client_args={"verify": self._tls, "ssl": self._tls},
            retry_options=HttpRetryOptions(attempts=1),
        )
        return genai.Client(vertexai=False, api_key=key, http_options=options)


def _generation(id: str) -> float:
    found = _GENERATION.match(id)
    return float(found[1]) if found else float(id.startswith("gemini-"))
