"""Perplexity: answers from the web, with footnotes that say where they were found."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from adapters.base import Adapter, ApiKey
from adapters.perplexity.client import Perplexity

if TYPE_CHECKING:
    from adapters.sandbox import Sandbox


async def _check(perplexity: Perplexity) -> None:
    await perplexity.check()


async def _account(_: Perplexity) -> str:
    return ""  # Perplexity does not tell whose a key is


def _sandbox(now: Callable[[], datetime]) -> "Sandbox":
    from adapters.perplexity.sandbox import PerplexitySandbox  # a bot that is used for real carries none around

    return PerplexitySandbox(now)


ADAPTER = Adapter(
    name="perplexity",
    title="Perplexity",
    about="Ask the web, and see where the answer was found.",
    category="AI",
    base_url="https://api.perplexity.ai/",
    auth=ApiKey(found_at="https://console.perplexity.ai/group/keys"),
    scopes=(),
    client=Perplexity,
    check=_check,
    account=_account,
    webhook=None,
    sandbox=_sandbox,
    env="PERPLEXITY",
)
