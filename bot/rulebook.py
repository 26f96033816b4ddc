"""The rules of each tenant, read again when they may have changed."""

import asyncio
from dataclasses import dataclass, field

from bot.clock import Clock
from storage.rules import Rule, Rules

_FRESH = 2.0  # seconds that another process's change may take to hold here


@dataclass(frozen=True)
class _Page:
    """What is read of one tenant, once for all who ask meanwhile, and when that began."""

    rules: "asyncio.Task[tuple[Rule, ...]]"
    began: float

    def is_good(self, now: float) -> bool:
        """Not where the clock was put back, either."""
        failed = self.rules.done() and (self.rules.cancelled() or self.rules.exception())
        return self.began <= now < self.began + _FRESH and not failed


@dataclass
class Rulebook:
    """Every call may raise StorageError. What is changed by it holds at once in this process."""

    store: Rules
    clock: Clock
    _pages: dict[str, _Page] = field(default_factory=dict)

    async def of(self, tenant: str) -> tuple[Rule, ...]:
        """Those that hold there; `tenant` is "platform:tenant"."""
        page, now = self._pages.get(tenant), self.clock.time()
        if page is None or not page.is_good(now):
            page = self._pages[tenant] = _Page(asyncio.create_task(self._read(tenant)), now)
        return await asyncio.shield(page.rules)  # who gives up leaves it to the others

    async def _read(self, tenant: str) -> tuple[Rule, ...]:
        return tuple(await self.store.of(tenant))

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
        """Whoever is still reading has asked before."""
        self._pages.pop(tenant, None)
