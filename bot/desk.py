"""What answers a call, whatever it came by: the services that are switched on, and the dispatch. The terminal needs no more."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from adapters.base import Adapter, Service
from adapters.http import Http, pooled_session
from bot.checks import Checks
from bot.clients import Clients
from bot.connections import Connections
from bot.dispatch import Dispatch
from bot.plan import Plan
from bot.sandboxes import sandboxes_of, serving
from commands.catalog import Catalog

Own = Mapping[str, Callable[[], Awaitable[str]]]
"""Checks of the bot's own parts, by name."""


@asynccontextmanager
async def open_desk(plan: Plan, sandboxes: str) -> AsyncIterator[Dispatch]:
    """A dispatch of its own. `sandboxes` is the address of those that run already, empty where it must serve them itself."""
    async with AsyncExitStack() as stack:
        http = Http(await stack.enter_async_context(pooled_session()))
        if plan.hosted and not sandboxes:
            sandboxes = await stack.enter_async_context(serving(sandboxes_of(plan.adapters, plan.hosted, plan.clock), 0))
        yield await build_dispatch(plan, sandboxes, http, Catalog(plan.subjects, plan.runnable("terminal")), {})


async def build_dispatch(plan: Plan, sandboxes: str, http: Http, catalog: Catalog, own: Own) -> Dispatch:
    """Loads the services that are switched on."""
    services = await asyncio.gather(*(_load(adapter, plan, sandboxes, http) for adapter in plan.switched_on))
    connections = Connections(http, plan.sandboxed, plan.trials, plan.trusted)
    clients = Clients(services, connections, plan.clock)
    return Dispatch(catalog, clients, Checks(clients, own))


async def _load(adapter: Adapter, plan: Plan, sandboxes: str, http: Http) -> Service:
    """A service's SDK takes long to import: in a thread it does not hold up the loop."""
    hosted = adapter.name in plan.hosted
    base_url = f"{sandboxes}{adapter.name}/" if hosted else plan.services[adapter.name].base_url or adapter.base_url
    sdk = await asyncio.to_thread(adapter.client.load, base_url)
    return Service(adapter, base_url, http, sdk)
