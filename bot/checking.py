"""Tries out a connection, and notes how it stands."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from adapters.base import Access, Secret, Service
from adapters.errors import NeedsConnection, Refused, Unavailable, Unknown
from bot.breaking import Breaking
from bot.clock import Clock
from bot.own import Own
from storage.vault import Connection, SealError, Vault

_UTC = ZoneInfo("UTC")
_UNREADABLE = "What I keep of it can't be read any more."


class Checking:
    """`services` are those that are switched on, by name."""

    def __init__(self, vault: Vault, services: Mapping[str, Service], own: Own, breaking: Breaking, clock: Clock) -> None:
        self._vault = vault
        self._services = services
        self._own = own
        self._breaking = breaking
        self._clock = clock

    async def check(self, connection: Connection) -> None:
        """Asks the service something cheap, with a fresh token. What came of it is known afterwards. Raises StorageError.

        A broken one is healed where its service takes it again.
        """
        service = self._services.get(connection.service)
        if service is None:
            return
        try:
            await (self._heal if connection.state == "broken" else self._try)(service, connection.id)
        except SealError:
            await self._breaking.break_(connection, _UNREADABLE)
            return
        except (NeedsConnection, Refused, Unavailable, Unknown) as error:
            said = str(error)
        else:
            said = ""
        now = await self._vault.find(connection.owner, connection.service)
        if now and now.state == "connected":
            await self._vault.note(now, said)

    async def refresh(self, connection: Connection) -> None:
        """Brings a refresh to its end that somebody died over. Raises StorageError."""
        try:
            if grant := await self._vault.grant(connection.id):
                await self._own.token_of(grant)
        except SealError:
            await self._breaking.break_(connection, _UNREADABLE)
        except (NeedsConnection, Refused, Unavailable):
            return  # its owner is told, or it is tried again

    async def _try(self, service: Service, id: str) -> None:
        """A token that is turned down is renewed, once."""
        error: NeedsConnection | None = None
        for _ in range(2):
            grant = await self._vault.grant(id)
            if grant is None:
                return
            token = await self._own.token_of(grant)
            error = await self._ask(service, token, grant.connection.owner.tenant)
            if error is None:
                return
            if not await self._renewed(service, id, token):
                break
        if error:
            raise error

    async def _heal(self, service: Service, id: str) -> None:
        """Its tokens are tried once. Where they had to be renewed for that, it counts as healed before they are."""
        grant = await self._vault.grant(id)
        if grant is None:
            return
        error = await self._ask(service, await self._own.token_of_broken(grant), grant.connection.owner.tenant)
        now = await self._vault.grant(id)
        if now and error:
            await self._breaking.break_again(now.connection, str(error))
        elif now:
            await self._vault.heal(now.connection)

    async def _ask(self, service: Service, token: Secret, tenant: str) -> NeedsConnection | None:
        """How the service turned the token down, if it did."""
        try:
            await service.adapter.check(service.open(Access("check", token, _UTC, self._clock.now, tenant)))
        except NeedsConnection as error:
            return error
        return None

    async def _renewed(self, service: Service, id: str, used: Secret) -> bool:
        grant = await self._vault.grant(id)
        return grant is not None and await self._own.renew_of(service, grant, used)
