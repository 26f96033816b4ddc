"""What the road needs to know of accounts: where one is connected, and what to do when somebody has left."""

from collections.abc import Mapping

from adapters.errors import Refused
from bot.accounts import Accounts
from bot.admins import Administrators
from bot.oauth import Connecting
from bot.resuming import Resuming
from commands.call import Actor
from storage.delivery import Delivery
from storage.installations import Installations
from storage.sessions import Sessions
from storage.vault import Owner


class AccountDesk:
    """Implements `bot.answering.Desk`. `services` gives the name of each service by its title."""

    def __init__(
        self,
        services: Mapping[str, str],
        connecting: Connecting,
        accounts: Accounts,
        resuming: Resuming,
        installations: Installations,
        sessions: Sessions,
        administrators: Administrators,
    ) -> None:
        self._services = services
        self._connecting = connecting
        self._accounts = accounts
        self._resuming = resuming
        self._installations = installations
        self._sessions = sessions
        self._administrators = administrators

    async def connect(self, actor: Actor, delivery: Delivery, service: str) -> str:
        """Raises StorageError."""
        name = self._services[service]
        try:
            link = await self._connecting.link(actor, name)
        except Refused:
            return ""
        await self._resuming.wait(actor, name, delivery)
        return link

    async def forget(self, platform: str, tenant: str, person: str, when: float) -> None:
        """Nobody of theirs stays signed in either, or runs the bot if they come back. Raises Unavailable, StorageError."""
        await self._administrators.forget(platform, tenant, person)
        if person:
            await self._sessions.close_of(f"{platform}:{tenant}:{person}")
            await self._accounts.offboard(Owner(platform, tenant, person), when)
            return
        await self._sessions.close_of_tenant(platform, tenant)
        await self._installations.remove(platform, tenant, when)
        await self._accounts.offboard_tenant(platform, tenant, when)
