"""OpenAI: its models answer in the channel, and paint."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from adapters.base import Adapter, ApiKey
from adapters.openai.client import OpenAI

if TYPE_CHECKING:
    from adapters.sandbox import Sandbox


async def _check(openai: OpenAI) -> None:
    await openai.models()


async def _account(openai: OpenAI) -> str:
    return await openai.account()


def _sandbox(now: Callable[[], datetime]) -> "Sandbox":
    from adapters.openai.sandbox import OpenAISandbox  # a bot that is used for real carries none around

    return OpenAISandbox(now)


ADAPTER = Adapter(
    name="openai",
    title="OpenAI",
    about="Ask, summarize, translate and rewrite with OpenAI’s models, and have them paint.",
    category="AI",
    base_url="https://api.openai.com/",
    auth=ApiKey(found_at="https://platform.openai.com/api-keys"),
    scopes=(),
    client=OpenAI,
    check=_check,
    account=_account,
    webhook=None,
    sandbox=_sandbox,
    env="OPENAI",
)
