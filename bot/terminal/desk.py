"""Where the terminal's calls are answered: with the sandboxes of `interact run`, where it runs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from bot.desk import open_desk
from bot.dispatch import Dispatch
from bot.plan import Plan
from bot.sandboxes import running


@asynccontextmanager
async def at_desk(plan: Plan) -> AsyncIterator[Dispatch]:
    """Shared sandboxes remember what an earlier call did; those served for this desk alone are gone with it."""
    async with open_desk(plan, await _shared(plan)) as dispatch:
        yield dispatch


async def _shared(plan: Plan) -> str:
    """The address at which every sandbox that is needed runs already; empty where there is none."""
    async with aiohttp.ClientSession() as session:
        addresses = [await running(name, plan.settings.sandbox_port, session) for name in plan.hosted]
    return addresses[0] if addresses and all(addresses) else ""
