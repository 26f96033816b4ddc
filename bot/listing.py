"""How people stand with each service, for the page and for chat."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from adapters.base import Adapter, ApiKey
from adapters.chat import ChatModel
from bot.actors import owner_of
from commands.assistant import Assistant
from commands.call import Actor
from commands.command import Command
from commands.integrations import Integration
from storage.vault import Connection, Vault


@dataclass(frozen=True)
class Offer:
    """What this bot has, by the services' names: `connectable` are set up, `shared` has a key for all, `lent` are made-up.

    `commands` are those that each service brings.
    """

    connectable: Collection[str]
    shared: Collection[str]
    lent: Collection[str]
    commands: Mapping[str, Sequence[str]]


def brings(adapter: Adapter, command: Command) -> bool:
    """Whether the command needs this service: it by name, or any that has models to ask."""
    if command.clients:
        return adapter.client in command.clients
    return Assistant in command.needs.values() and issubclass(adapter.client, ChatModel)


class Listing:
    def __init__(self, vault: Vault, adapters: Sequence[Adapter], offer: Offer) -> None:
        self._vault = vault
        self._adapters = adapters
        self._offer = offer

    async def mine(self, actor: Actor, conversation: str = "") -> list[Integration]:
        """Every service, with the account that it would be used with there; without a conversation, the team's in any channel.

        Raises StorageError.
        """
        own = await self._vault.of(owner_of(actor))
        team = await self._vault.of(owner_of(actor, team=True))
        usable = [each for each in team if each.is_open_to(conversation) or (not conversation and each.channels)]
        found = {each.service: each for each in (*usable, *own)}
        return [self._integration(adapter, found.get(adapter.name)) for adapter in self._adapters]

    async def of_team(self, actor: Actor) -> list[Integration]:
        """The team's own accounts alone. Raises StorageError."""
        found = {each.service: each for each in await self._vault.of(owner_of(actor, team=True))}
        return [self._integration(adapter, found.get(adapter.name), mine=False) for adapter in self._adapters]

    def _integration(self, adapter: Adapter, connection: Connection | None, mine: bool = True) -> Integration:
        state = _state(adapter, connection) if connection else self._without(adapter.name, mine)
        integration = Integration(
            name=adapter.name,
            title=adapter.title,
            about=adapter.about,
            category=adapter.category,
            state=state,
            mine=mine and adapter.name not in self._offer.shared,
            commands=tuple(self._offer.commands.get(adapter.name, ())),
            secret=isinstance(adapter.auth, ApiKey),
            note=_note(adapter) if state == "not set up" else "",
            connectable=adapter.name in self._offer.connectable,
        )
        return _with_account(integration, adapter, connection) if connection else integration

    def _without(self, name: str, mine: bool) -> str:
        if mine and name in self._offer.shared:
            return "connected"
        if mine and name in self._offer.lent:
            return "lent"
        return "not connected" if name in self._offer.connectable else "not set up"


def _with_account(integration: Integration, adapter: Adapter, connection: Connection) -> Integration:
    return replace(
        integration,
        account=connection.account,
        scopes=connection.scopes,
        missing=connection.missing(adapter.scopes),
        synced=datetime.fromtimestamp(connection.succeeded, UTC) if connection.succeeded else None,
        error=connection.error,
        mine=bool(connection.owner.person),
        channels=connection.channels,
    )


def _state(adapter: Adapter, connection: Connection) -> str:
    if connection.state == "broken":
        return "needs reconnect"
    if connection.missing(adapter.scopes):
        return "limited"
    return "provider problem" if connection.error else "connected"


def _note(adapter: Adapter) -> str:
    if isinstance(adapter.auth, ApiKey):
        return "PUBLIC_URL is not set."
    return f"{adapter.env}_CLIENT_ID, {adapter.env}_CLIENT_SECRET or PUBLIC_URL is not set."
