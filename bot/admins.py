"""Who runs the bot: named in the settings at first, then by each other on the page."""

from collections.abc import Collection, Mapping, Sequence

from commands.call import Actor
from storage.admins import Admins


class Administrators:
    """`named` are the keys of those whom the settings name; they can't be removed."""

    def __init__(self, named: Collection[str], admins: Admins) -> None:
        self.named = frozenset(named)
        self._admins = admins

    async def is_admin(self, actor: Actor) -> bool:
        """Raises StorageError."""
        return actor.key in self.named or actor.key in {admin.actor for admin in await self._admins.list()}

    async def forget(self, platform: str, tenant: str, person: str) -> None:
        """A person who was added, or without one all of a tenant, do not run the bot any more. Raises StorageError."""
        whose = f"{platform}:{tenant}:{person}"
        for admin in await self._admins.list():
            if admin.actor == whose or (not person and admin.actor.startswith(whose)):
                await self._admins.remove(admin.actor)

    async def of(self, platform: str, tenant: str) -> Sequence[str]:
        """The keys of those in one tenant. Raises StorageError."""
        every = {*self.named, *(admin.actor for admin in await self._admins.list())}
        return sorted(key for key in every if key.startswith(f"{platform}:{tenant}:"))

    async def names(self, platform: str, tenant: str) -> Mapping[str, str]:
        """What those are called, by their keys; empty where nobody has told it. Raises StorageError."""
        told = {admin.actor: admin.name for admin in await self._admins.list()}
        return {key: told.get(key, "") for key in await self.of(platform, tenant)}
