"""The services whose accounts people can connect: where each is, and as what this bot is known there."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from adapters.base import Adapter, ApiKey, Secret
from adapters.http import Http
from bot.oauth import OAuthService
from bot.plan import Plan

if TYPE_CHECKING:
    from adapters.oauth import OAuthClient, Registration


def oauth_services(plan: Plan, sandboxes: str, http: Http) -> Mapping[str, OAuthService]:
    """By the service's name. `sandboxes` is the address of the stand-ins that this process serves."""
    return {each.name: _service(each, plan, sandboxes, http) for each in plan.adapters if each.name in plan.connectable}


def oauth_clients(services: Mapping[str, OAuthService]) -> "Mapping[str, OAuthClient]":
    """Those that have an authorization server."""
    return {name: service.client for name, service in services.items() if service.client}


def _service(adapter: Adapter, plan: Plan, sandboxes: str, http: Http) -> OAuthService:
    if isinstance(adapter.auth, ApiKey):
        here = adapter.auth.at(f"{sandboxes}{adapter.name}/") if adapter.name in plan.hosted else adapter.auth
        return OAuthService(replace(adapter, auth=here), None)
    from adapters.oauth import OAuthClient  # it brings a library that a bot without such services does not need

    url = f"{sandboxes}{adapter.name}/" if adapter.name in plan.hosted else _elsewhere(adapter, plan)
    auth = adapter.auth.at(url) if url else adapter.auth
    client = OAuthClient(adapter.name, adapter.title, auth, _registration(adapter, plan), http)
    return OAuthService(replace(adapter, auth=auth), client)


def _elsewhere(adapter: Adapter, plan: Plan) -> str:
    """A stand-in answers for the service and for its authorization server alike."""
    told = plan.services[adapter.name]
    return told.oauth_url or (told.base_url if adapter.name in plan.sandboxed else "")


def _registration(adapter: Adapter, plan: Plan) -> "Registration":
    """Every stand-in knows one client by name."""
    from adapters.oauth import Registration

    if adapter.name in plan.sandboxed:
        return Registration(f"{adapter.name}-client", Secret(f"{adapter.name}-client-secret"))
    told = plan.credentials[adapter.name]
    return Registration(told.client_id, Secret(told.client_secret.get_secret_value()), adapter.env)
