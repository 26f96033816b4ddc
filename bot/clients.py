"""Opens the clients that a call needs: each service that is switched on, as the person who asked."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from adapters.base import Access, Client, Service
from bot.clock import Clock
from bot.connections import Connections
from commands.call import Actor


class Clients:
    """The services that are switched on, and whose tokens they are called with."""

    def __init__(self, services: Sequence[Service], connections: Connections, clock: Clock) -> None:
        self.services: Mapping[type[Client], Service] = {service.adapter.client: service for service in services}
        self._connections = connections
        self._clock = clock

    async def open(self, need: type[Client], actor: Actor, call: str) -> Client:
        """Raises NeedsConnection, Unavailable."""
        service = self.services[need]
        token = await self._connections.token(service, actor, self._clock.time())
        return service.open(Access(call, token, ZoneInfo(actor.zone), self._clock.now, actor.tenant))

    def forget(self, need: type[Client], actor: Actor) -> None:
        """The service turned the person's token down."""
        self._connections.forget(self.services[need], actor)
