"""Builds the whole house, once. Nothing is global: whatever a part needs is passed to it here."""

import asyncio
import random
from collections.abc import AsyncIterator, Coroutine, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from adapters.base import Service
from adapters.http import Http, pooled_session
from adapters.limits import Shares
from bot.account_parts import AccountParts, build_accounts
from bot.admins import Administrators
from bot.answering import Answering
from bot.approvals import Approvals
from bot.auditing import auditing_of
from bot.cards import Cards
from bot.checks import Checks
from bot.clients import Clients
from bot.desk import load_services
from bot.directory import Directory
from bot.dispatch import Dispatch, Provide
from bot.expiring import Expiring
from bot.forgetting import forgetting_of
from bot.gallery import Gallery
from bot.health import Probes
from bot.hearing import Hearing
from bot.housekeeping import Housekeeping
from bot.integrations import every_of, integrations_of, try_connected
from bot.metrics import Metrics
from bot.model_parts import Saved, models_of
from bot.plan import Plan
from bot.platform import Platform
from bot.platforms import SLACK, PlatformApp, Practice, names, platform_apps, rates, sandboxes
from bot.receiving import Room
from bot.rules import Judge
from bot.schedule import Schedule
from bot.server import application, listening_socket, serve
from bot.sharing import Sharing
from bot.stores import Stores, open_stores
from bot.talk import talk_of
from bot.tokens import token
from bot.usual import preferences_of
from bot.worker import Worker
from bot.write_parts import Books, WriteParts, build_writes
from commands.audit import Auditing
from commands.catalog import Catalog
from commands.forget import Forgetting
from commands.integrations import Integrations
from commands.preferences import Preferences
from commands.status import Health
from commands.talk import Talk

if TYPE_CHECKING:
    from bot.web.site import Site

_DRAIN = 10.0  # seconds
_NOTICE = 2.0  # seconds that a proxy has to see that this bot is about to go: deploy/Caddyfile looks each second


@dataclass(frozen=True)
class House:
    """A running bot. Leaving `open_house` drains it."""

    address: str
    sandboxes: str  # their address, empty where there are none
    public_url: str  # where its pages are, empty where there are none


@asynccontextmanager
async def open_house(plan: Plan) -> AsyncIterator[House]:
    """Listens first, so that what arrives is kept, and loads the rest meanwhile. Raises StorageError, KeyringError, OSError."""
    metrics, room = Metrics(), Room()
    metrics.expect(names(plan))
    services: dict[str, Service] = {}  # both are filled once they are loaded
    platforms: dict[str, Platform] = {}
    async with AsyncExitStack() as stack:
        stores = await open_stores(stack, plan)
        session = await stack.enter_async_context(pooled_session())
        shares = Shares(rates(plan))
        http = Http(session, rates=shares, observe=metrics.observe_provider)
        listening, address = listening_socket(plan.settings.host, plan.settings.port)
        stack.callback(listening.close)
        shared, practice = await stack.enter_async_context(sandboxes(plan, address))
        public_url = plan.settings.public_url or (address if practice else "")
        catalog = Catalog(plan.subjects, plan.runnable(SLACK))  # the same in Teams: people there are trusted alike
        named = plan.settings.admins or (practice.administrators if practice else ())
        parts = build_accounts(plan, stores, http, catalog, shared, public_url, services, platforms, names(plan), named)
        stack.push_async_callback(parts.keeping.close)
        directory = Directory(platforms, plan.clock)
        approvals = Approvals(stores.proposals, stores.inbox, parts.notices, parts.administrators.of)
        writes = _writes(plan, stores, parts.administrators, approvals, directory, catalog, public_url)
        loaded: asyncio.Future[Dispatch] = asyncio.get_running_loop().create_future()
        site = _site(plan, practice, stores, parts, writes.judge, http, catalog, public_url, platforms)
        apps = platform_apps(plan, practice, session, http, stores, catalog, loaded, metrics, site)
        breakers = partial(_breakers, http, services, apps)
        probes = Probes(stores.inbox, stores.vault.counts, breakers, room, metrics, plan.clock.time)
        await serve(stack, listening, application(apps.values(), probes, site), room, metrics.refuse)
        opened, found = await asyncio.gather(_open(apps), load_services(plan, shared, http))
        platforms.update(opened)
        services.update(found)
        dispatch = _dispatch(plan, stores, services, parts, writes, catalog, apps, platforms, public_url)
        loaded.set_result(dispatch)
        await _share(stack, stores, shares)
        await _begin_work(stack, plan, stores, parts, approvals, platforms, dispatch, metrics)
        probes.working = True
        for app in apps.values():
            stack.push_async_callback(app.close)
            app.start()
        stack.push_async_callback(_give_notice, plan, probes)
        yield House(address, shared, public_url)


def _writes(
    plan: Plan,
    stores: Stores,
    administrators: Administrators,
    approvals: Approvals,
    directory: Directory,
    catalog: Catalog,
    public_url: str,
) -> WriteParts:
    books = Books(stores.effects, stores.proposals, stores.rules)
    return build_writes(books, administrators, approvals, approvals.announce, directory, catalog, public_url, plan.clock)


def _dispatch(
    plan: Plan,
    stores: Stores,
    services: Mapping[str, Service],
    parts: AccountParts,
    writes: WriteParts,
    catalog: Catalog,
    apps: Mapping[str, PlatformApp],
    platforms: Mapping[str, Platform],
    public_url: str,
) -> Dispatch:
    clients = Clients(services, parts.connections, plan.clock)
    own = {app.title: app.check for app in apps.values()}
    test = partial(try_connected, parts.keeping.accounts, stores.vault)
    checks = Checks(clients, partial(every_of, parts.listing), test, own)
    gallery = Gallery(stores.pictures, public_url, plan.clock, token)
    given: Mapping[type, Provide] = {
        Health: lambda call: checks.of(call.actor, call.place),
        Integrations: lambda call: integrations_of(parts, public_url, call.actor, call.place),
        Forgetting: partial(forgetting_of, parts, stores, plan.clock),
        Preferences: partial(preferences_of, stores.preferences),
        Talk: partial(talk_of, platforms),
        **models_of(plan, Saved(stores.preferences, stores.budgets, stores.stops), services, clients, gallery),
        Auditing: partial(auditing_of, stores.audit, parts.administrators.is_admin, catalog, _page(public_url, "activity")),
        **writes.given,
    }
    return Dispatch(catalog, clients, given, writes.judge, writes.writing)


def _breakers(http: Http, *named: Iterable[str]) -> Mapping[str, str]:
    """The state of each service's breaker, and of each platform's."""
    return {name: http.breaker(name).state for names in named for name in names}


def _page(public_url: str, name: str) -> str:
    """The address of a page; empty where there is none."""
    return f"{public_url}{name}" if public_url else ""


async def _share(stack: AsyncExitStack, stores: Stores, rates: Shares) -> None:
    """From now on the rates are shared with the other processes, until the stack is left. Raises StorageError."""
    sharing = Sharing(rates, stores.data_keys.living)
    await sharing.look()
    _in_background(stack, sharing.run())


async def _begin_work(
    stack: AsyncExitStack,
    plan: Plan,
    stores: Stores,
    parts: AccountParts,
    approvals: Approvals,
    platforms: Mapping[str, Platform],
    dispatch: Dispatch,
    metrics: Metrics,
) -> None:
    """From now on deliveries are answered and what is due is done, until the stack is left. Raises StorageError."""
    inbox, offers, proposals = stores.inbox, stores.offers, stores.proposals
    hearing, cards = Hearing(inbox, proposals, platforms), Cards(proposals, parts.notices)
    shared = (hearing, cards, parts.desk, stores.stops, metrics, plan.clock)
    answering = Answering(inbox, offers, dispatch, platforms, *shared, token, plan.max_age)
    housekeeping = Housekeeping(inbox, offers, stores.stops, stores.budgets, stores.pictures, plan.clock, plan.keep)
    upkeep, expiring = parts.keeping.upkeep, Expiring(proposals, approvals)
    schedule = Schedule(inbox, [*upkeep.jobs, *housekeeping.jobs, *expiring.jobs], metrics, plan.clock)
    await schedule.open()
    worker = Worker(inbox, answering, metrics, plan.clock, random.random, schedule)
    worker.start(plan.settings.workers)
    _in_background(stack, upkeep.run())
    _in_background(stack, schedule.watch())
    stack.push_async_callback(worker.drain, _DRAIN)


async def _give_notice(plan: Plan, probes: Probes) -> None:
    """Not ready any more, but what comes is still taken: a proxy sends on until it has seen that. The bot itself has no TLS."""
    probes.working = False
    if plan.settings.public_url.startswith("https://"):
        await asyncio.sleep(_NOTICE)


def _site(
    plan: Plan,
    practice: Practice | None,
    stores: Stores,
    parts: AccountParts,
    judge: Judge,
    http: Http,
    catalog: Catalog,
    public_url: str,
    platforms: Mapping[str, Platform],
) -> "Site | None":
    """None where browsers can't reach the bot: then nothing of it is imported either."""
    if not public_url:
        return None
    from bot.web.providers import providers
    from bot.web.site import build_site

    return build_site(plan, stores, parts, http, catalog, judge, public_url, providers(plan, practice), platforms)


async def _open(apps: Mapping[str, PlatformApp]) -> Mapping[str, Platform]:
    return dict(zip(apps, await asyncio.gather(*(app.open() for app in apps.values())), strict=True))


def _in_background(stack: AsyncExitStack, work: Coroutine[Any, Any, None]) -> None:
    """Until the stack is left."""
    task = asyncio.create_task(work)
    stack.callback(task.cancel)
