"""Anthropic's models: https://platform.claude.com/docs."""

from typing import Any

from adapters.hosted_chat import HostedChat


class Claude(HostedChat):
    """As `ChatModel`."""

    @classmethod
    def load(cls, base_url: str) -> Any:
        from adapters.anthropic.wire import ClaudeChat

        return ClaudeChat(base_url).rehearsed()
