"""OpenAI's SDK: https://developers.openai.com/api/reference."""

import re
from base64 import b64decode
from datetime import datetime

import httpx2
import openai
import openai.resources.images  # these three are imported at their first use otherwise, in the middle of a call
import openai.resources.models
import openai.resources.responses
from pydantic_ai.models.openai import OpenAIResponsesModel, OpenAIResponsesModelSettings
from pydantic_ai.providers.openai import OpenAIProvider

from adapters.base import Access, Service
from adapters.chat import Model, Usage
from adapters.errors import Refused
from adapters.openai import prices
from adapters.openai.image import Image, Shape, mime_of
from adapters.pydantic_chat import PydanticChat, connected
from adapters.threads import in_thread

_PAINTING = 100.0  # seconds that a picture may take
_SIZES = {"square": "1024x1024", "wide": "1536x1024", "tall": "1024x1536"}  # which every model that paints offers
_FIDELITY = 85  # percent, of a JPEG: a PNG is several times as large, and Slack shows no WebP (slackapi/node-slack-sdk#1482)
_PAINTERS = re.compile(r"image")
_OTHERS = re.compile(  # OpenAI lists what embeds, hears, speaks, films and moderates too, and does not say which is which
    r"dall-e|embedding|whisper|tts|audio|realtime|moderation|transcribe|translate|sora|davinci|babbage|instruct|live"
    r"|search|computer-use|codex|cyber|rosalind|safeguard"  # answers, but is made for something else
    r"|deep-research|-pro\b"  # answers after minutes
    r"|^ft:"  # was trained for something of somebody's
)


class OpenAIChat(PydanticChat):
    """By the Responses API. OpenAI is asked to keep no answer."""

    provider = "openai"
    rehearsal = (
        '{"type": "response.output_text.delta", "item_id": "m", "output_index": 0, "content_index": 0, "delta": "a"}',
        '{"type": "response.completed", "response": {"id": "r", "status": "completed", "tool_choice": "auto", "tools": [], '
        '"output": [{"type": "message", "id": "m", "content": [{"type": "output_text", "text": "a", "annotations": []}]}]}}',
    )

    def asked(self, model: str, key: str, line: httpx2.AsyncClient) -> OpenAIResponsesModel:
        settings = OpenAIResponsesModelSettings(openai_store=False)
        return OpenAIResponsesModel(model, provider=OpenAIProvider(openai_client=self._sdk(key, line)), settings=settings)

    async def listed(self, key: str, line: httpx2.AsyncClient) -> list[str]:
        return [id for id in await self._ids(key, line) if not _PAINTERS.search(id) and not _OTHERS.search(id)]

    async def painters(self, service: Service, access: Access) -> list[str]:
        """The ids of the models that make pictures, newest first."""
        async with connected(service, access) as (key, line):
            return [id for id in await self._ids(key, line) if _PAINTERS.search(id)]

    async def organization(self, service: Service, access: Access) -> str:
        """Whose the key is, as OpenAI names it, or nothing."""
        async with connected(service, access) as (key, line):
            answer = await self._sdk(key, line).models.with_raw_response.list()
            return answer.headers.get("openai-organization", "")

    def painter(self, model: str, now: datetime) -> Model:
        return prices.painter(model, now)

    async def imagine(self, service: Service, access: Access, prompt: str, model: str, shape: Shape) -> Image:
        async with connected(service, access, model, _PAINTING, repeatable=False) as (key, line):
            made = await self._sdk(key, line).images.generate(
                prompt=prompt,
                model=model,
                size=_SIZES[shape],
                quality="medium",  # the best takes minutes, and several times the price
                output_format="jpeg",
                output_compression=_FIDELITY,
                n=1,
            )
            encoded = made.data[0].b64_json if made.data else None
            content = await in_thread(lambda: b64decode(encoded or "", validate=True))
            mime = mime_of(content)
            if not mime:
                raise Refused(f"“{model}” gave no picture that I can show.", acted=True)
            return Image(content, mime, Usage(made.usage.input_tokens, made.usage.output_tokens) if made.usage else Usage())

    async def _ids(self, key: str, line: httpx2.AsyncClient) -> list[str]:
        models = (await self._sdk(key, line).models.list()).data
        return [model.id for model in sorted(models, key=lambda model: model.created, reverse=True)]

    def _sdk(self, key: str, line: httpx2.AsyncClient) -> openai.AsyncOpenAI:
        url = self.base_url.rstrip("/")
        sdk = openai.AsyncOpenAI(
            api_key=key, base_url=url if url.endswith("/v1") else f"{url}/v1", http_client=line, max_retries=0
        )
        sdk.organization = sdk.project = None  # what the environment says of these belongs to other programs
        return sdk
