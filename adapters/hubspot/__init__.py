"""HubSpot: contacts, companies, deals and tickets found, made, moved on, and written about."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from adapters.base import Adapter, OAuth2
from adapters.hubspot.client import HubSpot
from adapters.hubspot.webhook import WEBHOOK

if TYPE_CHECKING:
    from adapters.sandbox import Sandbox

AUTH = OAuth2(
    authorize_url="https://app.hubspot.com/oauth/authorize",
    token_url="https://api.hubapi.com/oauth/2026-03/token",  # noqa: S106 - an address
    revoke_url="https://api.hubapi.com/oauth/2026-03/token/revoke",
)


async def _check(hubspot: HubSpot) -> None:
    await hubspot.check()


async def _account(hubspot: HubSpot) -> str:
    """HubSpot tells an account's domain only to who shows the app's secret, but its number to anybody connected."""
    return f"Hub {(await hubspot.account()).portal}"


def _sandbox(now: Callable[[], datetime]) -> "Sandbox":
    from adapters.hubspot.sandbox import HubSpotSandbox  # a bot that is used for real carries none around

    return HubSpotSandbox(now)


ADAPTER = Adapter(
    name="hubspot",
    title="HubSpot",
    about="Find contacts, companies, deals and tickets, make and move them, and keep notes and tasks on them.",
    category="CRM",
    base_url="https://api.hubapi.com/",
    auth=AUTH,
    scopes=(
        "oauth",
        "crm.objects.contacts.read",
        "crm.objects.contacts.write",
        "crm.objects.companies.read",
        "crm.objects.companies.write",
        "crm.objects.deals.read",
        "crm.objects.deals.write",
        "crm.objects.owners.read",
        "tickets",
    ),
    client=HubSpot,
    check=_check,
    account=_account,
    webhook=WEBHOOK,
    sandbox=_sandbox,
    env="HUBSPOT",
)
