"""A connection that does not work any more is marked, and whoever can mend it is told: once."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from adapters.errors import NeedsConnection
from bot.masking import masked
from commands.call import Actor
from commands.reply import Button, Reply
from storage.vault import Connection, Owner, Vault

Tell = Callable[[Actor, Reply, str], Awaitable[None]]
"""Says something to one person, once for each key: whom, what, the key."""

Admins = Callable[[Owner], Awaitable[Sequence[Actor]]]
"""Who looks after the accounts of a team."""


class Breaking:
    """`titles` are the services' names as people write them."""

    def __init__(self, vault: Vault, titles: Mapping[str, str], tell: Tell, admins: Admins) -> None:
        self._vault = vault
        self._titles = titles
        self._tell = tell
        self._admins = admins

    async def break_(self, connection: Connection, error: str) -> bool:
        """False where it is broken already, gone, or has another token by now. Raises StorageError."""
        if not await self._vault.break_(connection, error):
            return False
        await self.tell(connection, error)
        return True

    async def break_again(self, connection: Connection, error: str) -> None:
        """It was broken, and only seemed to work again: its owner has been told before. Raises StorageError."""
        if await self._vault.break_(connection, error):
            await self._vault.mark_told(connection)

    async def tell(self, connection: Connection, error: str) -> None:
        """Says so once, however often this is called for the same break: a crash may come before it is noted.

        Raises StorageError.
        """
        reply = self._words(connection, error)
        for actor in await self._whom(connection.owner):
            await self._tell(actor, reply, f"broken:{connection.id}:{connection.version}:{actor.key}")
        await self._vault.mark_told(connection)

    def needed(self, connection: Connection) -> NeedsConnection:
        """What to raise for one that is broken or gone."""
        title = self._title(connection)
        return NeedsConnection(title, f"{title} has to be connected again.")

    def _title(self, connection: Connection) -> str:
        return self._titles.get(connection.service, connection.service)

    async def _whom(self, owner: Owner) -> Sequence[Actor]:
        return [Actor(owner.platform, owner.tenant, owner.person)] if owner.person else await self._admins(owner)

    def _words(self, connection: Connection, error: str) -> Reply:
        title = self._title(connection)
        whose = "Your" if connection.owner.person else "Your team’s"
        account = f" ({masked(connection.account)})" if connection.account else ""
        command = "connect" if connection.owner.person else "team connect"
        reconnect = Button("Reconnect", command, {"service": connection.service}, style="primary")
        return Reply(f"{whose} {title} account{account} has to be connected again. {error}", buttons=(reconnect,))
