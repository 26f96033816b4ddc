"""The accounts that people and teams have connected, as a source of tokens."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from adapters.base import Secret, Service
from adapters.errors import NeedsConnection, Refused
from bot.actors import owner_of
from bot.breaking import Breaking
from bot.clock import Clock
from bot.connections import Account, Key
from bot.refreshing import Refresher
from commands.call import Actor
from storage.vault import Connection, Grant, SealError, Vault

if TYPE_CHECKING:
    from adapters.oauth import OAuthClient

_AGAIN = 60.0  # seconds in which a token that was just renewed and is turned down as well proves that renewing is no help


class Own:
    """`clients` are the services' authorization servers, by the service's name, where this bot is registered there."""

    def __init__(
        self, vault: Vault, refresher: Refresher, breaking: Breaking, clients: "Mapping[str, OAuthClient]", clock: Clock
    ) -> None:
        self._vault = vault
        self._refresher = refresher
        self._breaking = breaking
        self._clients = clients
        self._clock = clock
        self._forced: dict[str, float] = {}  # connections that were renewed because of a token turned down, and when

    async def token(self, service: Service, actor: Actor, conversation: str) -> Key | None:
        """Their own account's; else their team's, where it is open to this conversation. Raises like `token_of`."""
        grant = await self._found(service, actor, conversation)
        return Key(await self.token_of(grant), _account(grant.connection)) if grant else None

    async def renew(self, service: Service, actor: Actor, conversation: str, used: Secret) -> bool | None:
        grant = await self._found(service, actor, conversation)
        return await self.renew_of(service, grant, used) if grant else None

    async def token_of(self, grant: Grant) -> Secret:
        """Raises NeedsConnection, Unavailable, Refused, StorageError."""
        connection = grant.connection
        if connection.state == "broken":
            raise self._breaking.needed(connection)
        client = self._clients.get(connection.service) if connection.kind == "oauth" else None
        tokens = await self._refresher.fresh(grant, client) if client else grant.tokens
        return Secret(tokens.access)

    async def renew_of(self, service: Service, grant: Grant, used: Secret) -> bool:
        """The service turned `used` down; the grant is the present one. At most one refresh; see `Connections.renew`.

        Raises Unavailable, Refused, StorageError.
        """
        connection, title = grant.connection, service.adapter.title
        if connection.state == "broken":
            return False
        if grant.tokens.access != used.reveal():
            return True
        if self._can_renew(grant):
            return await self._forced_anew(grant, title)
        if not connection.missing(service.adapter.scopes):  # where scopes are missing, it may be because of them
            await self._breaking.break_(connection, f"{title} no longer accepts it.")
        return False

    async def token_of_broken(self, grant: Grant) -> Secret:
        """To find out whether it works after all: renewed, which heals it, where it has ended or renewing it failed.

        Renewing that was turned down is tried once more, for services err too, and no further. Raises like `token_of`.
        """
        connection = grant.connection
        client = self._clients.get(connection.service) if connection.kind == "oauth" and grant.tokens.refresh else None
        has_ended = 0.0 < connection.expires <= self._clock.time()
        if client is None or not (has_ended or connection.refreshing):
            return Secret(grant.tokens.access)
        if connection.refreshing > connection.failed:  # since it broke, see `Refresher`: this was tried
            raise self._breaking.needed(connection)
        return Secret((await self._refresher.fresh(grant, client, force=True)).access)

    def _can_renew(self, grant: Grant) -> bool:
        recently = self._clock.time() < self._forced.get(grant.connection.id, 0.0) + _AGAIN
        return grant.connection.kind == "oauth" and bool(grant.tokens.refresh) and not recently

    async def _forced_anew(self, grant: Grant, title: str) -> bool:
        client = self._clients.get(grant.connection.service)
        if client is None:
            raise Refused(f"This bot is no longer set up to connect {title}.")
        try:
            await self._refresher.fresh(grant, client, force=True)
        except NeedsConnection:
            return False
        self._note_forced(grant.connection)
        return True

    def _note_forced(self, connection: Connection) -> None:
        now = self._clock.time()
        self._forced = {id: at for id, at in self._forced.items() if now < at + _AGAIN} | {connection.id: now}

    async def _found(self, service: Service, actor: Actor, conversation: str) -> Grant | None:
        adapter = service.adapter
        try:
            return await self._vault.usable(owner_of(actor), adapter.name, conversation)
        except SealError:
            text = f"What I keep of your {adapter.title} account can't be read any more. Please connect it again."
            raise NeedsConnection(adapter.title, text) from None


def _account(connection: Connection) -> Account:
    return Account(connection.id, connection.account, team=not connection.owner.person)
