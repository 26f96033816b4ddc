"""What answers a call, whatever it came by: the services that are switched on, and the dispatch. The terminal needs no more."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from adapters.base import Adapter, Service
from adapters.http import Http, pooled_session
from bot.checks import Checks
from bot.clients import Clients
from bot.connections import Connections, Given, Lent, Source
from bot.dispatch import Dispatch, Provide
from bot.plan import Plan
from bot.sandboxes import sandboxes_of, serving
from bot.terminal.integrations import integrations
from commands.catalog import Catalog
from commands.integrations import Integrations
from commands.status import Health


@asynccontextmanager
async def open_desk(plan: Plan, sandboxes: str) -> AsyncIterator[Dispatch]:
    """A dispatch for the terminal. `sandboxes` is the address of those that run already, empty where it must serve them itself.

    Nobody connects accounts there: the services are lent, or tried with a token of the settings.
    """
    async with AsyncExitStack() as stack:
        http = Http(await stack.enter_async_context(pooled_session()))
        if plan.hosted and not sandboxes:
            sandboxes = await stack.enter_async_context(serving(sandboxes_of(plan.adapters, plan.hosted, plan.clock), 0))
        services = await load_services(plan, sandboxes, http)
        lent = Lent(http, plan.sandboxed, plan.clock)
        sources: list[Source] = [Given(plan.trials, plan.trusted), Given(plan.shared_keys), lent]
        clients = Clients(services, Connections(sources), plan.clock)
        offered = integrations(plan)
        checks = Checks(clients, lambda *_: offered.every(), _nothing_stored, {})
        catalog = Catalog(plan.subjects, plan.runnable("terminal"))
        given: Mapping[type, Provide] = {Health: checks.of, Integrations: lambda *_: offered}
        yield Dispatch(catalog, clients, given)


async def _nothing_stored(*_: object) -> bool:
    return False


async def load_services(plan: Plan, sandboxes: str, http: Http) -> Mapping[str, Service]:
    """Those that are switched on, by name."""
    loaded = await asyncio.gather(*(_load(adapter, plan, sandboxes, http) for adapter in plan.switched_on))
    return {service.adapter.name: service for service in loaded}


async def _load(adapter: Adapter, plan: Plan, sandboxes: str, http: Http) -> Service:
    """A service's SDK takes long to import: in a thread it does not hold up the loop."""
    hosted = adapter.name in plan.hosted
    base_url = f"{sandboxes}{adapter.name}/" if hosted else plan.services[adapter.name].base_url or adapter.base_url
    sdk = await asyncio.to_thread(adapter.client.load, base_url)
    return Service(adapter, base_url, http, sdk)
