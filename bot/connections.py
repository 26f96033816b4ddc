"""Whose token a call runs with: the asker's own or their team's, never somebody else's."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from adapters.base import Secret, Service
from adapters.errors import NeedsConnection, Unavailable
from adapters.http import Http, Request
from bot.clock import Clock
from commands.call import Actor


@dataclass(frozen=True)
class Account:
    """As whom a service is asked. `id` stays the same while it is this connection; `team`: it is not the asker's own."""

    id: str
    name: str = ""
    team: bool = False


@dataclass(frozen=True)
class Key:
    """What opens a service, and whose it is."""

    token: Secret
    account: Account


class Source(Protocol):
    """Where tokens come from."""

    async def token(self, service: Service, actor: Actor, conversation: str) -> Key | None:
        """None: this source has none for them."""

    async def renew(self, service: Service, actor: Actor, conversation: str, used: Secret) -> bool | None:
        """None: this source has given them none. Else as `Connections.renew`."""


class Connections:
    """The first of its sources that has a token for a call gives it."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources

    async def token(self, service: Service, actor: Actor, conversation: str) -> Key:
        """The token to call `service` with as `actor`, who asks in this conversation.

        Raises NeedsConnection, Unavailable, Refused (the service does not know this bot any more), StorageError.
        """
        for source in self._sources:
            if key := await source.token(service, actor, conversation):
                return key
        raise NeedsConnection(service.adapter.title)

    async def renew(self, service: Service, actor: Actor, conversation: str, used: Secret) -> bool:
        """To be called each time the service turns a token down, the second time too.

        True: there is another by now; try once more, but only once. False: the account has to be connected anew; its owner
        has been told. Raises like `token`, but for NeedsConnection.
        """
        for source in self._sources:
            renewed = await source.renew(service, actor, conversation, used)
            if renewed is not None:
                return renewed
        return False


class Given:
    """Tokens from the settings, by the service's name: for the people of some platforms, or of all.

    The deployment's API keys serve everybody. Trial tokens are one person's, so they serve that person's terminal and
    sandbox mode, and nobody in a real workspace.
    """

    def __init__(self, tokens: Mapping[str, Secret], platforms: Collection[str] | None = None) -> None:
        self._tokens = tokens
        self._platforms = platforms

    async def token(self, service: Service, actor: Actor, conversation: str) -> Key | None:
        serves = self._platforms is None or actor.platform in self._platforms
        token = self._tokens.get(service.adapter.name) if serves else None
        return (
            Key(token, Account(f"settings:{service.adapter.name}", "an account of the settings", team=True)) if token else None
        )

    async def renew(self, service: Service, actor: Actor, conversation: str, used: Secret) -> bool | None:
        return False if await self.token(service, actor, conversation) else None


@dataclass(frozen=True)
class _Loan:
    token: Secret
    until: float


class Lent:
    """Made-up accounts of the services that run as sandboxes, `names`: everybody has one, made at the first call."""

    def __init__(self, http: Http, names: Collection[str], clock: Clock) -> None:
        self.names = frozenset(names)
        self._http = http
        self._clock = clock
        self._loans: dict[tuple[str, str], _Loan] = {}

    async def token(self, service: Service, actor: Actor, conversation: str) -> Key | None:
        if service.adapter.name not in self.names:
            return None
        known = self._loans.get((service.adapter.name, actor.key))
        token = known.token if known and self._clock.time() < known.until else await self._lend(service, actor)
        return Key(token, Account(f"lent:{actor.key}", "a made-up account"))

    async def renew(self, service: Service, actor: Actor, conversation: str, used: Secret) -> bool | None:
        loan = self._loans.pop((service.adapter.name, actor.key), None)
        return None if service.adapter.name not in self.names else loan is not None

    async def _lend(self, service: Service, actor: Actor) -> Secret:
        body = json.dumps({"account": actor.key, "zone": actor.zone}).encode()
        url = f"{service.base_url}_sandbox/tokens"
        answer = await self._http.send(Request(service.adapter.name, "POST", url, _JSON, body, repeatable=True))
        if answer.status != 200:
            raise Unavailable(f"The sandbox of {service.adapter.title} gave no token.")
        granted = json.loads(answer.body)
        loan = _Loan(Secret(granted["access_token"]), self._clock.time() + float(granted["expires_in"]) - _MARGIN)
        self._loans[service.adapter.name, actor.key] = loan
        return loan.token


_JSON = {"Content-Type": "application/json"}
_MARGIN = 60.0  # seconds before its end at which a token is no longer begun with
