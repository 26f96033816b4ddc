"""Claude: Anthropic's models answer in the channel."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from adapters.anthropic.client import Claude
from adapters.base import Adapter, ApiKey

if TYPE_CHECKING:
    from adapters.sandbox import Sandbox


async def _check(claude: Claude) -> None:
    await claude.models()


async def _account(_: Claude) -> str:
    return ""  # Anthropic tells the name of an organization to its admins' keys only


def _sandbox(now: Callable[[], datetime]) -> "Sandbox":
    from adapters.anthropic.sandbox import ClaudeSandbox  # a bot that is used for real carries none around

    return ClaudeSandbox(now)


ADAPTER = Adapter(
    name="anthropic",
    title="Claude",
    about="Ask, summarize, translate and rewrite with Claude.",
    category="AI",
    base_url="https://api.anthropic.com/",
    auth=ApiKey(found_at="https://platform.claude.com/settings/keys"),
    scopes=(),
    client=Claude,
    check=_check,
    account=_account,
    webhook=None,
    sandbox=_sandbox,
    env="ANTHROPIC",
)
