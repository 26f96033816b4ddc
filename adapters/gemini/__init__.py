"""Gemini: Google's models answer in the channel."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from adapters.base import Adapter, ApiKey
from adapters.gemini.client import Gemini

if TYPE_CHECKING:
    from adapters.sandbox import Sandbox


async def _check(gemini: Gemini) -> None:
    await gemini.models()


async def _account(_: Gemini) -> str:
    return ""  # Google does not tell whose a key is


def _sandbox(now: Callable[[], datetime]) -> "Sandbox":
    from adapters.gemini.sandbox import GeminiSandbox  # a bot that is used for real carries none around

    return GeminiSandbox(now)


ADAPTER = Adapter(
    name="gemini",
    title="Gemini",
    about="Ask, summarize, translate and rewrite with Google’s Gemini.",
    category="AI",
    base_url="https://generativelanguage.googleapis.com/",
    auth=ApiKey(found_at="https://aistudio.google.com/api-keys"),
    scopes=(),
    client=Gemini,
    check=_check,
    account=_account,
    webhook=None,
    sandbox=_sandbox,
    env="GEMINI",
)
