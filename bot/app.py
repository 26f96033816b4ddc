"""Builds the whole house, once. Nothing is global: whatever a part needs is passed to it here."""

import asyncio
import random
import secrets
import socket
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from adapters.http import Http, pooled_session
from bot.answering import Answering
from bot.desk import build_dispatch
from bot.dispatch import Dispatch
from bot.health import Probes
from bot.housekeeping import Housekeeping
from bot.metrics import Metrics
from bot.plan import Plan
from bot.platform import Platform
from bot.platforms import SLACK, TEAMS, PlatformApp, rates, sandboxes, slack_app, teams_app
from bot.server import listening_socket, serve
from bot.worker import Worker
from commands.catalog import Catalog
from storage.database import Database
from storage.inbox import Inbox
from storage.offers import Offers
from storage.references import References

_DRAIN = 10.0  # seconds


@dataclass(frozen=True)
class House:
    """A running bot. Leaving `open_house` drains it."""

    address: str
    sandboxes: str  # their address, empty where there are none


class Stores(NamedTuple):
    """What is remembered, by kind."""

    inbox: Inbox
    offers: Offers
    references: References


@asynccontextmanager
async def open_house(plan: Plan) -> AsyncIterator[House]:
    """Listens first, so that what arrives is kept, and loads the rest meanwhile."""
    metrics = Metrics()
    async with AsyncExitStack() as stack:
        stores = await _storage(stack, plan)
        session = await stack.enter_async_context(pooled_session())
        http = Http(session, rates=rates(plan), observe=metrics.observe_provider)
        listening, address = listening_socket(plan.settings.host, plan.settings.port)
        stack.callback(listening.close)
        shared, practice = await stack.enter_async_context(sandboxes(plan, address))
        catalog = Catalog(plan.subjects, plan.runnable(SLACK))  # the same in Teams: people there are trusted alike
        loaded: asyncio.Future[Dispatch] = asyncio.get_running_loop().create_future()
        apps: dict[str, PlatformApp] = {}
        if practice or plan.settings.slack:
            apps[SLACK] = slack_app(plan, practice, session, http, stores.inbox, catalog, metrics)
        if practice or plan.settings.teams:
            apps[TEAMS] = teams_app(plan, practice, http, *stores, catalog, loaded, metrics)
        probes = Probes(stores.inbox, metrics)
        await serve(stack, listening, apps.values(), probes)
        own = {app.title: app.check for app in apps.values()}
        platforms, dispatch = await asyncio.gather(_open(apps), build_dispatch(plan, shared, http, catalog, own))
        loaded.set_result(dispatch)
        _begin_work(stack, plan, stores, platforms, dispatch, metrics)
        probes.working = True
        for app in apps.values():
            stack.push_async_callback(app.close)
            app.start()
        yield House(address, shared)


def _begin_work(
    stack: AsyncExitStack,
    plan: Plan,
    stores: Stores,
    platforms: Mapping[str, Platform],
    dispatch: Dispatch,
    metrics: Metrics,
) -> None:
    """From now on deliveries are answered, until the stack is left."""
    inbox, offers, _ = stores
    answering = Answering(inbox, offers, dispatch, platforms, metrics, plan.clock, _token, plan.max_age)
    worker = Worker(inbox, answering, metrics, plan.clock, random.random)
    worker.start(plan.settings.workers)
    _in_background(stack, Housekeeping(inbox, offers, plan.clock, plan.keep).run())
    stack.push_async_callback(worker.drain, _DRAIN)


async def _open(apps: Mapping[str, PlatformApp]) -> Mapping[str, Platform]:
    return dict(zip(apps, await asyncio.gather(*(app.open() for app in apps.values())), strict=True))


async def _storage(stack: AsyncExitStack, plan: Plan) -> Stores:
    database = Database(plan.settings.database)
    stack.push_async_callback(database.close)
    await database.open()
    owner = f"{socket.gethostname()}:{_token()}"
    inbox = Inbox(database, plan.clock.time, owner, plan.settings.lease_seconds)
    stack.push_async_callback(inbox.close)
    await inbox.open()
    return Stores(inbox, Offers(database), References(database))


def _in_background(stack: AsyncExitStack, work: Coroutine[Any, Any, None]) -> None:
    """Until the stack is left."""
    task = asyncio.create_task(work)
    stack.callback(task.cancel)


def _token() -> str:
    """128 bits that nobody can guess."""
    return secrets.token_urlsafe(16)
