"""The rules of each tenant, read again when they may have changed."""

from dataclasses import dataclass, field

from bot.clock import Clock
from storage.rules import Rule, Rules

_FRESH = 2.0  # seconds that another process's change may take to hold here


@dataclass
class _Page:
    """What was read of one tenant, and until when it is good."""

    rules: tuple[Rule, ...] = ()
    until: float = 0.0


@dataclass
class Rulebook:
    """Every call may raise StorageError. What is changed by it holds at once in this process."""

    store: Rules
    clock: Clock
    _pages: dict[str, _Page] = field(default_factory=dict)

    async def of(self, tenant: str) -> tuple[Rule, ...]:
        """Those that hold there; `tenant` is "platform:tenant"."""
        page = self._pages.setdefault(tenant, _Page())
        if not page.until - _FRESH <= self.clock.time() < page.until:  # nor where the clock was put back
            began = self.clock.time()
            page.rules = tuple(await self.store.of(tenant))
            page.until = began + _FRESH
        return page.rules

    async def find(self, id: str, tenant: str) -> Rule | None:
        """One that holds, or did."""
        return await self.store.find(id, tenant)

    async def add(self, rule: Rule) -> None:
        """One that was removed holds again."""
        if not await self.store.add(rule):
            await self.store.restore(rule.id, rule.tenant)
        self._forget(rule.tenant)

    async def remove(self, id: str, tenant: str) -> None:
        await self.store.remove(id, tenant)
        self._forget(tenant)

    async def restore(self, id: str, tenant: str) -> None:
        await self.store.restore(id, tenant)
        self._forget(tenant)

    def _forget(self, tenant: str) -> None:
        """The page itself goes: whoever is still reading writes into one that nobody will look at."""
        self._pages.pop(tenant, None)
