"""The bot's registration with Teams: who it is there, and where everything is."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapters.base import Secret
from adapters.http import Http
from bot.clock import Clock
from bot.settings import Settings
from bot.teams.credentials import MULTI_TENANT, ClientCredentials, Credentials, ManagedIdentity
from bot.teams.hosts import Hosts

if TYPE_CHECKING:
    from bot.teams.sandbox import TeamsSandbox


@dataclass(frozen=True)
class Account:
    """As in Azure: https://learn.microsoft.com/azure/bot-service/bot-service-quickstart-registration.

    `tenants` are those whose people may ask, `hosts` those that Teams is answered at. `tokenless` lets a local emulator in
    without a token: in sandbox mode only.
    """

    app_id: str
    app_type: str
    tenant: str
    password: Secret
    tenants: frozenset[str]
    hosts: Hosts
    metadata_url: str
    login_url: str
    graph_url: str
    identity_endpoint: str
    identity_header: Secret
    tokenless: bool = False


def account_of(settings: Settings) -> Account:
    return Account(
        app_id=settings.teams_app_id,
        app_type=settings.teams_app_type,
        tenant=settings.teams_tenant_id,
        password=Secret(settings.teams_app_password.get_secret_value()),
        tenants=settings.tenants,
        hosts=Hosts(settings.teams_service_hosts),
        metadata_url=settings.teams_openid_metadata_url,
        login_url=settings.teams_login_url,
        graph_url=settings.teams_graph_url,
        identity_endpoint=settings.identity_endpoint,
        identity_header=Secret(settings.identity_header.get_secret_value()),
    )


def made_up(sandbox: "TeamsSandbox") -> Account:
    """The one of sandbox mode, where everything is on loopback."""
    return Account(
        app_id=sandbox.app_id,
        app_type="SingleTenant",
        tenant=sandbox.tenant,
        password=sandbox.app_password,
        tenants=frozenset({sandbox.tenant}),
        hosts=Hosts.loopback(),
        metadata_url=sandbox.openid_url,
        login_url=sandbox.login_url,
        graph_url=sandbox.graph_url,
        identity_endpoint="",
        identity_header=Secret(""),
        tokenless=True,
    )


def credentials_of(account: Account, http: Http, clock: Clock) -> Credentials:
    """What this bot proves itself with."""
    if account.app_type == "UserAssignedMSI":
        return ManagedIdentity(http, account.identity_endpoint, account.identity_header, account.app_id, clock)
    tenant = MULTI_TENANT if account.app_type == "MultiTenant" else account.tenant
    return ClientCredentials(http, account.login_url, tenant, account.app_id, account.password, clock)
