"""Anthropic's SDK: https://platform.claude.com/docs/en/api/messages."""

import anthropic
import anthropic.resources.beta.messages  # these two are imported at their first use otherwise, in the middle of a call
import anthropic.resources.models
import httpx2
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.providers.anthropic import AnthropicProvider

from adapters.pydantic_chat import PydanticChat

_ALL = 1000  # the largest page there is


class ClaudeChat(PydanticChat):
    """By the Messages API. The key goes as a bearer token, as Anthropic has it since version 2026-10-21."""

    provider = "anthropic"
    rehearsal = (
        '{"type": "message_start", "message": {"id": "m", "usage": {"input_tokens": 0, "output_tokens": 0}}}',
        '{"type": "message_stop"}',
    )

    def asked(self, model: str, key: str, line: httpx2.AsyncClient) -> AnthropicModel:
        return AnthropicModel(model, provider=AnthropicProvider(anthropic_client=self._sdk(key, line)))

    async def listed(self, key: str, line: httpx2.AsyncClient) -> list[str]:
        """All of them chat, and they come newest first."""
        return [model.id for model in (await self._sdk(key, line).models.list(limit=_ALL)).data]

    def _sdk(self, key: str, line: httpx2.AsyncClient) -> anthropic.AsyncAnthropic:
        return anthropic.AsyncAnthropic(api_key=key, base_url=self.base_url.rstrip("/"), http_client=line, max_retries=0)
