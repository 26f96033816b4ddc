"""Who vouches for people: Slack and Microsoft Entra, each by OpenID Connect, declared as data."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.base import Secret
from adapters.errors import Refused
from commands.call import Actor

_ID = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)  # no colon: they become parts of a key
_LONGEST_NAME = 100

Claims = Mapping[str, Any]


@dataclass(frozen=True)
class IdentityProvider:
    """Where people of `platform` prove who they are.

    `issuer` is what an id token with these claims must name; `actor` says who they are, or raises Refused.
    """

    platform: str
    title: str
    authorize_url: str
    token_url: str
    keys_url: str
    issuer: Callable[[Claims], str]
    client_id: str
    client_secret: Secret
    actor: Callable[[Claims], Actor]
    scopes: tuple[str, ...] = ("openid", "profile")


def slack(oauth_url: str, client_id: str, client_secret: Secret) -> IdentityProvider:
    """`oauth_url` is https://slack.com/, or a stand-in of it. https://docs.slack.dev/authentication/sign-in-with-slack/"""
    return IdentityProvider(
        platform="slack",
        title="Slack",
        authorize_url=f"{oauth_url}openid/connect/authorize",
        token_url=f"{oauth_url}api/openid.connect.token",
        keys_url=f"{oauth_url}openid/connect/keys",
        issuer=lambda _: oauth_url.rstrip("/"),
        client_id=client_id,
        client_secret=client_secret,
        actor=_slack_actor,
    )


def entra(login_url: str, tenant: str, tenants: Collection[str], client_id: str, client_secret: Secret) -> IdentityProvider:
    """`login_url` is https://login.microsoftonline.com/, or a stand-in of it; `tenant` may be "organizations".

    `tenants` are those whose people may come in. https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
    """
    endpoints = f"{login_url}{tenant}/oauth2/v2.0/"
    return IdentityProvider(
        platform="teams",
        title="Microsoft",
        authorize_url=f"{endpoints}authorize",
        token_url=f"{endpoints}token",
        keys_url=f"{login_url}{tenant}/discovery/v2.0/keys",
        issuer=lambda claims: f"{login_url}{claims.get('tid')}/v2.0",
        client_id=client_id,
        client_secret=client_secret,
        actor=lambda claims: _entra_actor(claims, tenants),
    )


def _slack_actor(claims: Claims) -> Actor:
    return Actor("slack", _id(claims, "https://slack.com/team_id"), _id(claims, "https://slack.com/user_id"), _name(claims))


def _entra_actor(claims: Claims, tenants: Collection[str]) -> Actor:
    """`oid` is the person's id in the tenant, which Teams knows as `aadObjectId`; `sub` differs for each app."""
    tenant = _id(claims, "tid")
    if tenant not in tenants:
        raise Refused("This bot is not for people of your organisation.")
    return Actor("teams", tenant, _id(claims, "oid"), _name(claims))


def _id(claims: Claims, name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise Refused("It was not said who you are.")
    return value


def _name(claims: Claims) -> str:
    name = claims.get("name")
    return name[:_LONGEST_NAME] if isinstance(name, str) else ""
