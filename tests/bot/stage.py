"""AI providers' stand-ins, and all that stands between them and a command: the real clients, limits and stores, over HTTP."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from adapters import anthropic, openai, perplexity
from adapters.base import Secret, Service
from adapters.chat import Prompt, Turn
from adapters.http import Http, pooled_session
from adapters.sandbox_chat import ChatSandbox
from bot.assistant import Models
from bot.clients import Clients
from bot.connections import Connections, Given
from bot.listed import Listed
from bot.sandboxes import serving
from bot.spending import Limits, Spending
from bot.vendors import Vendors
from commands.assistant import Answer
from commands.call import Actor, Call, Place
from storage.budgets import Budgets
from storage.database import Database
from storage.preferences import Preferences
from storage.stops import Stops
from tests.bot.conftest import FixedClock

ADA = Actor("slack", "T1", "U-ada", "Ada", "Europe/Berlin")
ROOM = Place("slack", "T1", "C1")
ADAPTERS = {each.ADAPTER.name: each.ADAPTER for each in (openai, anthropic, perplexity)}
PROMPT = Prompt((Turn("user", "What is a leap second?"),))


@dataclass
class Stage:
    models: Models
    sandboxes: dict[str, ChatSandbox]
    stops: Stops
    budgets: Budgets
    preferences: Preferences
    tokens: dict[str, Secret]
    clock: FixedClock
    call: Call

    async def ask(self, model: str = "", call: str = "call-1", prompt: Prompt = PROMPT) -> Answer:
        """The last answer."""
        return [each async for each in self.answers(model, call, prompt)][-1]

    def answers(self, model: str = "", call: str = "call-1", prompt: Prompt = PROMPT) -> AsyncGenerator[Answer, None]:
        return self.models.assistant(replace(self.call, id=call)).answer(prompt, model)

    async def is_over(self, name: str) -> None:
        """Waits until the provider knows that nobody listens any more."""
        async with asyncio.timeout(3):
            while not self.sandboxes[name].stopped:
                await asyncio.sleep(0.02)

    async def spent(self, scope: str = f"person {ADA.key}") -> int:
        return await self.budgets.spent(scope, f"{self.clock.at:%Y-%m-%d}")


@asynccontextmanager
async def staged(
    folder: Path,
    clock: FixedClock,
    limits: Limits,
    order: tuple[str, ...] = (),
    named: tuple[str, ...] = ("openai", "anthropic"),
) -> AsyncIterator[Stage]:
    """With these providers, in this order where nobody says another."""
    sandboxes = {name: ADAPTERS[name].sandbox(clock.now) for name in named}
    async with AsyncExitStack() as stack:
        database = Database(f"sqlite:///{folder / 'bot.sqlite'}")
        stack.push_async_callback(database.close)
        await database.open()
        http = Http(await stack.enter_async_context(pooled_session()), sleep=_at_once, rates=dict.fromkeys(named))
        address = await stack.enter_async_context(serving(sandboxes, 0))
        services = {name: await _loaded(name, f"{address}{name}/", http) for name in named}
        tokens = {name: Secret(sandbox.grant("acme", seconds=10**6)) for name, sandbox in sandboxes.items()}
        clients = Clients(services, Connections([Given(tokens)]), clock)
        stops, budgets, preferences = Stops(database), Budgets(database), Preferences(database)
        vendors = Vendors(services, order, clients, Listed(clock))
        models = Models(vendors, Spending(budgets, limits, clock.now), stops, preferences, 30.0, clock)
        call = Call("call-1", "ask", {}, ADA, ROOM, "slash", clock.now())
        chat = {name: sandbox for name, sandbox in sandboxes.items() if isinstance(sandbox, ChatSandbox)}
        yield Stage(models, chat, stops, budgets, preferences, tokens, clock, call)


async def _loaded(name: str, url: str, http: Http) -> Service:
    adapter = ADAPTERS[name]
    return Service(adapter, url, http, await asyncio.to_thread(adapter.client.load, url))


async def _at_once(seconds: float) -> None:
    return
