"""Builds the whole house, once. Nothing is global: whatever a part needs is passed to it here."""

import asyncio
import random
from collections.abc import AsyncIterator, Coroutine, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from adapters.base import Service
from adapters.http import Http
from bot.answering import Answering
from bot.cards import Cards
from bot.desk import load_services
from bot.dispatch import Dispatch
from bot.expiring import Expiring
from bot.foundation import Foundation, lay_foundation
from bot.health import Probes
from bot.hearing import Hearing
from bot.house_parts import Parts, build_parts, dispatch_of
from bot.housekeeping import Housekeeping
from bot.plan import Plan
from bot.platform import Platform
from bot.platforms import PlatformApp
from bot.receiving import Room
from bot.schedule import Schedule
from bot.server import application, serve
from bot.sharing import Sharing
from bot.starting import Start
from bot.tokens import token
from bot.worker import Worker

_DRAIN = 10.0  # seconds
_NOTICE = 2.0  # seconds that a proxy has to see that this bot is about to go: deploy/Caddyfile looks each second


@dataclass(frozen=True)
class House:
    """A running bot. Leaving `open_house` drains it."""

    address: str
    sandboxes: str  # their address, empty where there are none
    public_url: str  # where its pages are, empty where there are none


@asynccontextmanager
async def open_house(plan: Plan, start: Start | None = None) -> AsyncIterator[House]:
    """Listens first, so that what arrives is kept, and loads the rest meanwhile. Raises StorageError, KeyringError, OSError."""
    start = start or Start()
    async with AsyncExitStack() as stack:
        base = await lay_foundation(stack, plan, start)
        parts = build_parts(stack, base)
        probes = await _listen(stack, base, parts)
        dispatch = await _load(base, parts, start)
        await _share(stack, base)
        await _begin_work(stack, base, parts, dispatch)
        probes.working = True
        for app in parts.apps.values():
            stack.push_async_callback(app.close)
            app.start()
        stack.push_async_callback(_give_notice, plan, probes)
        yield House(base.address, base.sandboxes, base.public_url)


async def _listen(stack: AsyncExitStack, base: Foundation, parts: Parts) -> Probes:
    """What arrives from now on is kept, until the stack is left."""
    room, stores = Room(), base.stores
    breakers = partial(_breakers, base.http, base.services, parts.apps)
    probes = Probes(stores.inbox, stores.vault.counts, breakers, room, base.metrics, base.plan.clock.time)
    answered = application(parts.apps.values(), probes, parts.site)
    await serve(stack, base.listening, answered, room, base.metrics.refuse)
    return probes


def _breakers(http: Http, *named: Iterable[str]) -> Mapping[str, str]:
    """The state of each service's breaker, and of each platform's."""
    return {name: http.breaker(name).state for names in named for name in names}


async def _load(base: Foundation, parts: Parts, start: Start) -> Dispatch:
    """What takes seconds: the libraries of services and platforms."""
    platforms, services = await asyncio.gather(_platforms(parts.apps, start), _services(base, start))
    base.platforms.update(platforms)
    base.services.update(services)
    dispatch = dispatch_of(base, parts)
    parts.dispatch.set_result(dispatch)
    return dispatch


async def _services(base: Foundation, start: Start) -> Mapping[str, Service]:
    with start.waits_for("the services"):
        return await load_services(base.plan, base.sandboxes, base.http)


async def _platforms(apps: Mapping[str, PlatformApp], start: Start) -> Mapping[str, Platform]:
    async def open(app: PlatformApp) -> Platform:
        with start.waits_for(app.title):
            return await app.open()

    return dict(zip(apps, await asyncio.gather(*map(open, apps.values())), strict=True))


async def _share(stack: AsyncExitStack, base: Foundation) -> None:
    """From now on the rates are shared with the other processes, until the stack is left. Raises StorageError."""
    sharing = Sharing(base.shares, base.stores.data_keys.living)
    await sharing.look()
    _in_background(stack, sharing.run())


async def _begin_work(stack: AsyncExitStack, base: Foundation, parts: Parts, dispatch: Dispatch) -> None:
    """From now on deliveries are answered and what is due is done, until the stack is left. Raises StorageError."""
    plan, inbox = base.plan, base.stores.inbox
    schedule = _schedule(base, parts)
    await schedule.open()
    worker = Worker(inbox, _answering(base, parts, dispatch), base.metrics, plan.clock, random.random, schedule)
    worker.start(plan.settings.workers)
    _in_background(stack, parts.accounts.keeping.upkeep.run())
    _in_background(stack, schedule.watch())
    stack.push_async_callback(worker.drain, _DRAIN)


def _answering(base: Foundation, parts: Parts, dispatch: Dispatch) -> Answering:
    plan, stores, accounts = base.plan, base.stores, parts.accounts
    return Answering(
        inbox=stores.inbox,
        offers=stores.offers,
        dispatch=dispatch,
        platforms=base.platforms,
        hearing=Hearing(stores.inbox, stores.proposals, base.platforms),
        cards=Cards(stores.proposals, accounts.notices),
        desk=accounts.desk,
        stops=stores.stops,
        metrics=base.metrics,
        token=token,
        max_age=plan.max_age,
    )


def _schedule(base: Foundation, parts: Parts) -> Schedule:
    plan, stores = base.plan, base.stores
    housekeeping = Housekeeping(
        stores.inbox, stores.offers, stores.stops, stores.budgets, stores.pictures, plan.clock, plan.keep
    )
    expiring = Expiring(stores.proposals, parts.approvals)
    jobs = [*parts.accounts.keeping.upkeep.jobs, *housekeeping.jobs, *expiring.jobs]
    return Schedule(stores.inbox, jobs, base.metrics, plan.clock)


async def _give_notice(plan: Plan, probes: Probes) -> None:
    """Not ready any more, but what comes is still taken: a proxy sends on until it has seen that. The bot itself has no TLS."""
    probes.working = False
    if plan.settings.public_url.startswith("https://"):
        await asyncio.sleep(_NOTICE)


def _in_background(stack: AsyncExitStack, work: Coroutine[Any, Any, None]) -> None:
    """Until the stack is left."""
    task = asyncio.create_task(work)
    stack.callback(task.cancel)
