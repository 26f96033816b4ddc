"""Google's models: https://ai.google.dev/gemini-api/docs."""

from typing import Any

from adapters.hosted_chat import HostedChat


class Gemini(HostedChat):
    """As `ChatModel`."""

    @classmethod
    def load(cls, base_url: str) -> Any:
        from adapters.gemini.wire import GeminiChat

        return GeminiChat(base_url).rehearsed()
