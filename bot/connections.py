"""Whose token a call runs with: the asker's own, never somebody else's."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from adapters.base import Secret, Service
from adapters.errors import NeedsConnection, Unavailable
from adapters.http import Http, Request
from commands.call import Actor


@dataclass(frozen=True)
class _Grant:
    token: Secret
    until: float


class Connections:
    """Finds the token of a person for a service.

    `sandboxed` names the services that run as sandboxes: there everybody has an account, made at the first call.
    `trial` holds the deployment's trial tokens. They are one person's, so they serve that person's terminal and sandbox
    mode, and nobody in a real workspace.
    """

    def __init__(self, http: Http, sandboxed: frozenset[str], trial: Mapping[str, Secret], trust: frozenset[str]) -> None:
        self._http = http
        self._sandboxed = sandboxed
        self._trial = trial
        self._trust = trust
        self._grants: dict[tuple[str, str], _Grant] = {}

    async def token(self, service: Service, actor: Actor, now: float) -> Secret:
        """The token to call `service` with as `actor`. Raises NeedsConnection, Unavailable."""
        name = service.adapter.name
        trial = self._trial.get(name)
        if trial and actor.platform in self._trust:
            return trial
        if name not in self._sandboxed:
            raise NeedsConnection(service.adapter.title)
        known = self._grants.get((name, actor.key))
        if known and now < known.until:
            return known.token
        return await self._granted(service, actor, now)

    def forget(self, service: Service, actor: Actor) -> None:
        """The service turned this token down: the next call asks for a new one."""
        self._grants.pop((service.adapter.name, actor.key), None)

    async def _granted(self, service: Service, actor: Actor, now: float) -> Secret:
        body = json.dumps({"account": actor.key, "zone": actor.zone}).encode()
        url = f"{service.base_url}_sandbox/tokens"
        answer = await self._http.send(Request(service.adapter.name, "POST", url, _JSON, body, repeatable=True))
        if answer.status != 200:
            raise Unavailable(f"The sandbox of {service.adapter.title} gave no token.")
        granted = json.loads(answer.body)
        grant = _Grant(Secret(granted["access_token"]), now + float(granted["expires_in"]) - _MARGIN)
        self._grants[service.adapter.name, actor.key] = grant
        return grant.token


_JSON = {"Content-Type": "application/json"}
_MARGIN = 60.0  # seconds before its end at which a token is no longer begun with
