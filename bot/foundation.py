"""What the whole house stands on: what is remembered, the way out to services, and where it listens."""

import socket
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from aiohttp import ClientSession

from adapters.base import Service
from adapters.http import Http, pooled_session
from adapters.limits import Shares
from bot.metrics import Metrics
from bot.plan import Plan
from bot.platform import Platform
from bot.platforms import SLACK, Practice, names, rates, sandboxes
from bot.server import listening_socket
from bot.starting import Start
from bot.stores import Stores, open_stores
from commands.catalog import Catalog


@dataclass(frozen=True)
class Foundation:
    """`sandboxes` is the address of the stand-ins, empty where there are none; so is `public_url`, where the pages are.

    `services` and `platforms` are filled once they are loaded.
    """

    plan: Plan
    metrics: Metrics
    stores: Stores
    session: ClientSession
    shares: Shares
    http: Http
    listening: socket.socket
    address: str
    sandboxes: str
    practice: Practice | None
    catalog: Catalog
    services: dict[str, Service] = field(default_factory=dict)
    platforms: dict[str, Platform] = field(default_factory=dict)

    @property
    def public_url(self) -> str:
        return self.plan.settings.public_url or (self.address if self.practice else "")

    def page(self, name: str) -> str:
        """The address of a page; empty where there is none."""
        return f"{self.public_url}{name}" if self.public_url else ""


async def lay_foundation(stack: AsyncExitStack, plan: Plan, start: Start) -> Foundation:
    """Until the stack is left. Raises StorageError, KeyringError, OSError."""
    metrics = Metrics()
    metrics.expect(names(plan))
    with start.waits_for("the database"):
        stores = await open_stores(stack, plan)
    session = await stack.enter_async_context(pooled_session())
    shares = Shares(rates(plan))
    http = Http(session, rates=shares, observe=metrics.observe_provider)
    listening, address = listening_socket(plan.settings.host, plan.settings.port)
    stack.callback(listening.close)
    with start.waits_for("the sandboxes"):
        shared, practice = await stack.enter_async_context(sandboxes(plan, address))
    catalog = Catalog(plan.subjects, plan.runnable(SLACK))  # the same in Teams: people there are trusted alike
    return Foundation(plan, metrics, stores, session, shares, http, listening, address, shared, practice, catalog)
