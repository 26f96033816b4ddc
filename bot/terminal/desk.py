"""Where the terminal's calls are answered: with the sandboxes of `interact run`, where it runs."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp

from adapters.base import Adapter
from bot.desk import Desk, open_desk
from bot.plan import Plan
from bot.sandboxes import running


@asynccontextmanager
async def at_desk(plan: Plan, needed: Sequence[Adapter] | None = None) -> AsyncIterator[Desk]:
    """Shared sandboxes remember what an earlier call did; those served for this desk alone are gone with it.

    `needed` is as in `open_desk`. What is done is kept in the bot's own database. Raises StorageError.
    """
    async with open_desk(plan, await _shared(plan), plan.settings.database, needed) as desk:
        yield desk


@asynccontextmanager
async def at_scratch_desk(plan: Plan) -> AsyncIterator[Desk]:
    """The same, but nothing that is done is kept."""
    with TemporaryDirectory() as folder:
        async with open_desk(plan, await _shared(plan), f"sqlite:///{Path(folder) / 'scratch.sqlite'}") as desk:
            yield desk


async def _shared(plan: Plan) -> str:
    """The address at which every sandbox that is needed runs already; empty where there is none."""
    async with aiohttp.ClientSession() as session:
        addresses = [await running(name, plan.settings.sandbox_port, session) for name in plan.hosted]
    return addresses[0] if addresses and all(addresses) else ""
