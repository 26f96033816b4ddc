"""Notion: pages found, read and written, and databases queried and filled."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from adapters.base import Adapter, OAuth2
from adapters.notion.client import Notion
from adapters.notion.webhook import WEBHOOK

if TYPE_CHECKING:
    from adapters.sandbox import Sandbox

AUTH = OAuth2(
    authorize_url="https://api.notion.com/v1/oauth/authorize",
    token_url="https://api.notion.com/v1/oauth/token",  # noqa: S106 - an address
    revoke_url="https://api.notion.com/v1/oauth/revoke",
    extra={"owner": "user"},
    client_auth="client_secret_basic",
    json_body=True,
    pkce=False,  # Notion documents none
)


async def _check(notion: Notion) -> None:
    await notion.account()


async def _account(notion: Notion) -> str:
    return await notion.account()


def _sandbox(now: Callable[[], datetime]) -> "Sandbox":
    from adapters.notion.sandbox import NotionSandbox  # a bot that is used for real carries none around

    return NotionSandbox(now)


ADAPTER = Adapter(
    name="notion",
    title="Notion",
    about="Find, read and write pages, and query and fill databases.",
    category="Productivity",
    base_url="https://api.notion.com/",
    auth=AUTH,
    scopes=(),  # what a bot may do is set in Notion, where it is registered; which pages it sees, the person chooses
    client=Notion,
    check=_check,
    account=_account,
    webhook=WEBHOOK,
    sandbox=_sandbox,
    env="NOTION",
)
