"""What answers a call, whatever it came by: the services that are switched on, and the dispatch. The terminal needs no more."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import NamedTuple

from adapters.base import Adapter, Service
from adapters.http import Http, pooled_session
from bot.auditing import auditing_of
from bot.checks import Checks
from bot.clients import Clients
from bot.connections import Connections, Given, Lent, Source
from bot.directory import Directory
from bot.dispatch import Dispatch, Provide
from bot.forgetting import forgetting_at_terminal
from bot.model_parts import Saved, models_of
from bot.plan import Plan
from bot.sandboxes import sandboxes_of, serving
from bot.talk import talk_of
from bot.terminal.alone import NobodyElse, Sitter
from bot.terminal.integrations import integrations
from bot.terminal.session import Session
from bot.usual import preferences_of
from bot.write_parts import Books, WriteParts, build_writes
from commands.audit import Auditing
from commands.catalog import Catalog
from commands.forget import Forgetting
from commands.integrations import Integrations
from commands.preferences import Preferences
from commands.status import Health
from commands.talk import Talk
from storage import preferences
from storage.audit import Audit
from storage.budgets import Budgets
from storage.database import Database
from storage.effects import Effects
from storage.proposals import Proposals
from storage.rules import Rules
from storage.stops import Stops


class Desk(NamedTuple):
    """What answers calls, and where they are noted."""

    dispatch: Dispatch
    audit: Audit
    session: Session | None = None


@asynccontextmanager
async def open_desk(
    plan: Plan, sandboxes: str, database_url: str, needed: Sequence[Adapter] | None = None
) -> AsyncIterator[Desk]:
    """For the terminal. `sandboxes` is the address of those that run already, empty where it must serve them itself.

    Nobody connects accounts there: the services are lent, or tried with a token of the settings. Those that are `needed` are
    loaded, or where nobody knows which, all. Raises StorageError.
    """
    async with AsyncExitStack() as stack:
        database = Database(database_url)
        stack.push_async_callback(database.close)
        await database.open()
        http = Http(await stack.enter_async_context(pooled_session()))
        loaded = plan.switched_on if needed is None else needed
        if plan.hosted and not sandboxes:
            sandboxes = await stack.enter_async_context(serving(sandboxes_of(loaded, plan.hosted, plan.clock), 0))
        services = await load_services(plan, sandboxes, http, loaded)
        lent = Lent(http, plan.sandboxed, plan.clock)
        sources: list[Source] = [Given(plan.trials, plan.trusted), Given(plan.shared_keys), lent]
        clients = Clients(services, Connections(sources), plan.clock)
        offered = integrations(plan)
        checks = Checks(clients, lambda *_: offered.every(), _nothing_stored, {})
        catalog = Catalog(plan.subjects, plan.runnable("terminal"))
        session = Session(plan.clock)
        writes, chosen = _writes(plan, database, catalog), preferences.Preferences(database)
        given: Mapping[type, Provide] = {
            Health: lambda call: checks.of(call.actor, call.place),
            Integrations: lambda _: offered,
            Forgetting: partial(forgetting_at_terminal, Effects(database), Proposals(database, plan.clock.time), chosen),
            Preferences: partial(preferences_of, chosen),
            Talk: partial(talk_of, {"terminal": session}),
            **models_of(plan, Saved(chosen, Budgets(database), Stops(database)), services, clients),
            Auditing: partial(auditing_of, Audit(database), Sitter().is_admin, catalog, ""),
            **writes.given,
        }
        yield Desk(Dispatch(catalog, clients, given, writes.judge, writes.writing), Audit(database), session)


def _writes(plan: Plan, database: Database, catalog: Catalog) -> WriteParts:
    books = Books(Effects(database), Proposals(database, plan.clock.time), Rules(database, plan.clock.time))
    alone = NobodyElse()
    return build_writes(books, Sitter(), alone, alone.announce, Directory({}, plan.clock), catalog, "", plan.clock)


async def _nothing_stored(*_: object) -> bool:
    return False


async def load_services(
    plan: Plan, sandboxes: str, http: Http, adapters: Sequence[Adapter] | None = None
) -> Mapping[str, Service]:
    """These, or all that are switched on, by name."""
    wanted = plan.switched_on if adapters is None else adapters
    loaded = await asyncio.gather(*(_load(adapter, plan, sandboxes, http) for adapter in wanted))
    return {service.adapter.name: service for service in loaded}


async def _load(adapter: Adapter, plan: Plan, sandboxes: str, http: Http) -> Service:
    """A service's SDK takes long to import: in a thread it does not hold up the loop."""
    hosted = adapter.name in plan.hosted
    base_url = f"{sandboxes}{adapter.name}/" if hosted else plan.services[adapter.name].base_url or adapter.base_url
    sdk = await asyncio.to_thread(adapter.client.load, base_url)
    return Service(adapter, base_url, http, sdk)
