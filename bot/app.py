"""Builds the whole house, once. Nothing is global: whatever a part needs is passed to it here."""

import asyncio
import random
import secrets
import socket
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import ClientSession

from adapters.base import Secret
from adapters.http import Http, pooled_session
from bot.answering import Answering
from bot.desk import build_dispatch
from bot.health import Probes
from bot.housekeeping import Housekeeping
from bot.metrics import Metrics
from bot.plan import Plan
from bot.sandboxes import sandboxes_of, serving
from bot.slack.app import SlackApp
from bot.slack.door import KIND as SLACK
from bot.web import listening_socket, serve
from bot.worker import Worker
from commands.catalog import Catalog
from storage.database import Database
from storage.inbox import Inbox
from storage.offers import Offers

if TYPE_CHECKING:
    from bot.slack.sandbox import SlackSandbox

_DRAIN = 10.0  # seconds


@dataclass(frozen=True)
class House:
    """A running bot. Leaving `open_house` drains it."""

    address: str
    sandboxes: str  # their address, empty where there are none


@asynccontextmanager
async def open_house(plan: Plan) -> AsyncIterator[House]:
    """Listens first, so that what arrives is kept, and loads the rest meanwhile."""
    metrics = Metrics()
    async with AsyncExitStack() as stack:
        inbox, offers = await _storage(stack, plan)
        session = await stack.enter_async_context(pooled_session())
        http = Http(session, rates={SLACK: None}, observe=metrics.observe_provider)  # Slack has a pace of its own
        listening, address = listening_socket(plan.settings.host, plan.settings.port)
        stack.callback(listening.close)
        sandboxes, practice = await _sandboxes(stack, plan, address)
        catalog = Catalog(plan.subjects, plan.runnable(SLACK))
        slack = _slack(plan, practice, session, http, inbox, catalog, metrics)
        stack.push_async_callback(slack.close)
        probes = Probes(inbox, metrics)
        await serve(stack, listening, slack.door, probes)
        platform, dispatch = await asyncio.gather(
            slack.open(), build_dispatch(plan, sandboxes, http, catalog, {"Slack": slack.check})
        )
        answering = Answering(inbox, offers, dispatch, {SLACK: platform}, metrics, plan.clock, _token, plan.max_age)
        worker = Worker(inbox, answering, metrics, plan.clock, random.random)
        worker.start(plan.settings.workers)
        probes.working = True
        _in_background(stack, Housekeeping(inbox, offers, plan.clock, plan.keep).run())
        stack.push_async_callback(worker.drain, _DRAIN)
        if app_token := plan.settings.slack_app_token.get_secret_value():
            slack.connect(Secret(app_token))
        yield House(address, sandboxes)


async def _storage(stack: AsyncExitStack, plan: Plan) -> tuple[Inbox, Offers]:
    database = Database(plan.settings.database)
    stack.push_async_callback(database.close)
    await database.open()
    owner = f"{socket.gethostname()}:{_token()}"
    inbox = Inbox(database, plan.clock.time, owner, plan.settings.lease_seconds)
    stack.push_async_callback(inbox.close)
    await inbox.open()
    return inbox, Offers(database)


async def _sandboxes(stack: AsyncExitStack, plan: Plan, address: str) -> "tuple[str, SlackSandbox | None]":
    """Serves the stand-ins that this process hosts; in sandbox mode, Slack's too."""
    apps = sandboxes_of(plan.adapters, plan.hosted, plan.clock)
    if not plan.settings.sandbox_mode:
        port = plan.settings.sandbox_port
        return (await stack.enter_async_context(serving(apps, port)) if apps else ""), None
    from bot.slack.sandbox import SlackSandbox  # a bot that is used for real carries none around

    practice = SlackSandbox(plan.clock.now, f"{address}slack/events")
    sandboxes = await stack.enter_async_context(serving({**apps, SLACK: practice}, plan.settings.sandbox_port))
    practice.address = f"{sandboxes}{SLACK}/"
    return sandboxes, practice


def _slack(
    plan: Plan,
    practice: "SlackSandbox | None",
    session: ClientSession,
    http: Http,
    inbox: Inbox,
    catalog: Catalog,
    metrics: Metrics,
) -> SlackApp:
    """The workspace of the settings, or in sandbox mode the made-up one."""
    settings = plan.settings
    if practice:
        token, keys, base_url = practice.bot_token, [practice.signing_secret], practice.api_url
    else:
        token, base_url = Secret(settings.slack_bot_token.get_secret_value()), settings.slack_base_url
        given = (settings.slack_signing_secret, settings.slack_signing_secret_previous)
        keys = [Secret(each.get_secret_value()) for each in given if each]
    return SlackApp(token, keys, base_url, settings.timezone, session, http, inbox, catalog, metrics, plan.clock)


def _in_background(stack: AsyncExitStack, work: Coroutine[Any, Any, None]) -> None:
    """Until the stack is left."""
    task = asyncio.create_task(work)
    stack.callback(task.cancel)


def _token() -> str:
    """128 bits that nobody can guess."""
    return secrets.token_urlsafe(16)
