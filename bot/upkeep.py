"""Looks after connections while nobody asks: tries them, tells of those that are broken, revokes those that were stopped."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from bot.breaking import Breaking
from bot.checking import Checking
from bot.clock import Clock
from bot.revoking import Revoking
from bot.schedule import IncompleteError, Job
from storage.errors import StorageError
from storage.vault import Connection, Vault

_LOG = logging.getLogger(__name__)
_BEAT = 30.0  # seconds between two signs of life
_CHECK, _MEND, _REVOKE, _PRUNE = 60.0, 10.0, 60.0, 3600.0  # seconds between two rounds
_PAGE = 64
_WIDTH = 8  # at once
Prune = Callable[[float], Awaitable[int]]
"""Deletes what had expired at that time; says how many."""


class Upkeep:
    """`every` is how many seconds pass until a connection is tried again, a tenth more or less; `random` gives 0 to 1.

    The `jobs` are done once, whatever the number of processes; the `beat`, by which others see that this one lives, in each.
    """

    def __init__(
        self,
        vault: Vault,
        checking: Checking,
        breaking: Breaking,
        revoking: Revoking,
        beat: Callable[[], Awaitable[None]],
        prunes: Sequence[Prune],
        clock: Clock,
        every: float,
        random: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._vault = vault
        self._checking = checking
        self._breaking = breaking
        self._revoking = revoking
        self._beat = beat
        self._prunes = prunes
        self._clock = clock
        self._every = every
        self._random = random
        self._sleep = sleep

    @property
    def jobs(self) -> tuple[Job, ...]:
        return (
            Job("check connections", _CHECK, self.check),
            Job("mend connections", _MEND, self.mend),
            Job("revoke connections", _REVOKE, self.revoke),
            Job("forget connections", _PRUNE, self.prune),
        )

    async def run(self) -> None:
        """Gives a sign of life time and again, until it is cancelled."""
        while True:
            await self._guarded(self._beat)
            await self._sleep(_BEAT)

    async def check(self) -> None:
        """Tries all that are due: of several processes, each takes some. Raises StorageError, IncompleteError."""
        failed = 0
        while page := await self._vault.due(self._clock.time(), _PAGE, self._again()):
            failed += await self._each(self._checking.check, page)
        _complain(failed)

    async def mend(self) -> None:
        """What a crash has left behind: a refresh that never came to its end, an owner who was not told.

        Raises StorageError, IncompleteError.
        """
        failed = await self._each(self._checking.refresh, await self._vault.interrupted(_PAGE))
        failed += await self._each(self._tell, await self._vault.untold(_PAGE))
        _complain(failed)

    async def revoke(self) -> None:
        """All that could not be revoked before."""
        if left := (await self._revoking.stopped()).left.total():
            _LOG.warning("%d stopped connections are still to be revoked", left)

    async def prune(self) -> None:
        """One that fails keeps no other from its turn. Raises IncompleteError."""
        _complain(sum([not await self._guarded(partial(prune, self._clock.time())) for prune in self._prunes]))

    async def _tell(self, connection: Connection) -> None:
        await self._breaking.tell(connection, connection.error)

    async def _each(self, work: Callable[[Connection], Awaitable[None]], connections: Sequence[Connection]) -> int:
        """Gives how many failed."""
        room = asyncio.Semaphore(_WIDTH)

        async def one(connection: Connection) -> bool:
            async with room:
                return await self._guarded(partial(work, connection))

        return (await asyncio.gather(*map(one, connections))).count(False)

    async def _guarded(self, work: Callable[[], Awaitable[object]]) -> bool:
        """Whether it succeeded. One that fails stops nothing else; it is tried again in the next round."""
        try:
            await work()
            return True
        except StorageError as error:
            _LOG.warning("connections could not be looked after: %s", error)
        except Exception:
            _LOG.exception("looking after connections broke")
        return False

    def _again(self) -> float:
        return self._clock.time() + self._every * (0.9 + 0.2 * self._random())


def _complain(failed: int) -> None:
    if failed:
        raise IncompleteError(f"{failed} {'part' if failed == 1 else 'parts'} of it failed")
