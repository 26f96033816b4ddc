"""Opens the clients that a call needs: each service that is switched on, as the person who asked."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from adapters.base import Access, Client, Service
from bot.clock import Clock
from bot.connections import Account, Connections
from commands.call import Actor


class Opened(NamedTuple):
    """A client, and as whom it asks."""

    client: Client
    account: Account


class Clients:
    """The services that are switched on, and whose tokens they are called with."""

    def __init__(self, services: Mapping[str, Service], connections: Connections, clock: Clock) -> None:
        self.services: Mapping[type[Client], Service] = {service.adapter.client: service for service in services.values()}
        self._connections = connections
        self._clock = clock

    async def open(
        self, need: type[Client], actor: Actor, conversation: str, call: str, again: bool = False, asked: datetime | None = None
    ) -> Opened:
        """`again` and `asked` are as in `Access`. Raises NeedsConnection, Unavailable."""
        service = self.services[need]
        key = await self._connections.token(service, actor, conversation)
        access = Access(call, key.token, ZoneInfo(actor.zone), self._clock.now, actor.tenant, again, asked)
        return Opened(service.open(access), key.account)

    def title(self, client: Client) -> str:
        """Of the service that it is of."""
        return self.services[type(client)].adapter.title

    async def renew(self, client: Client, actor: Actor, conversation: str) -> bool:
        """The service turned down what `client` was opened with. True: there is something newer to try with.

        Raises Unavailable.
        """
        return await self._connections.renew(self.services[type(client)], actor, conversation, client.token)
