"""Asks AI models for commands: the one that is wanted or who stands in, within what may be spent, until somebody stops it."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import replace
from itertools import count

from adapters.chat import ChatModel, Prompt, Usage
from adapters.errors import NeedsConnection, Refused, Unavailable
from bot import costs
from bot.clock import Clock
from bot.spending import Spending
from bot.spoken import Spoken, spoken
from bot.usual import preferences_of
from bot.vendors import Vendors, Wanted
from commands.assistant import Answer, Assistant, Offered
from commands.call import Call
from commands.models import USUAL
from storage.errors import StorageError
from storage.preferences import Preferences
from storage.stops import Stops

_LONGEST = 100.0  # seconds that a call may ask models: `bot.answering` gives it up soon after, and what was said with it


class Models:
    """`unknown` is what a million tokens are taken to cost where nobody knows it, in US dollars."""

    def __init__(
        self, vendors: Vendors, spending: Spending, stops: Stops, preferences: Preferences, unknown: float, clock: Clock
    ) -> None:
        self.vendors = vendors
        self.spending = spending
        self.stops = stops
        self.preferences = preferences
        self.unknown = unknown
        self.clock = clock

    def assistant(self, call: Call) -> Assistant:
        """For the commands that this call runs."""
        asking = Asking(self, call)
        return Assistant(asking.answer, asking.alone, asking.offered, asking.usual, asking.same)

    def cost(self, client: ChatModel, model: str, usage: Usage) -> float:
        """In US dollars."""
        return costs.price(client, model, usage, self.unknown)


class Asking:
    """All that one call asks of models."""

    def __init__(self, models: Models, call: Call) -> None:
        self._models = models
        self._call = call
        self._ends = models.clock.time() + _LONGEST
        self._numbers = count()
        self._open = 0
        self._begun = 0.0
        self._changing = asyncio.Lock()

    def answer(self, prompt: Prompt, model: str) -> AsyncGenerator[Answer, None]:
        """See `Assistant`."""
        return self._answers(prompt, model)

    def alone(self, prompt: Prompt, model: str) -> AsyncGenerator[Answer, None]:
        """See `Assistant`."""
        return self._answers(prompt, model, most=1)

    async def offered(self) -> list[Offered]:
        return await self._models.vendors.offered(self._call)

    async def usual(self) -> str:
        order = await self._models.vendors.order(self._call, "")
        return await self._chosen() or (order[0].title if order else "nobody")

    async def same(self, one: str, other: str) -> bool:
        """See `Assistant`."""
        return await self._models.vendors.same(self._call, one, other)

    async def _answers(self, prompt: Prompt, model: str, most: int | None = None) -> AsyncGenerator[Answer, None]:
        """`most` is how many may be asked; None: all that there are."""
        async with self._under_way():
            order = await self._models.vendors.order(self._call, model or await self._chosen())
            async with aclosing(self._whoever(order[:most], prompt, named=bool(model))) as answers:
                async for each in answers:
                    yield each

    async def _chosen(self) -> str:
        """What is not there any more counts as nothing."""
        chosen = preferences_of(self._models.preferences, self._call)
        for each in (chosen.mine, chosen.here):
            if (model := await each.get(USUAL)) and await self._models.vendors.stands(self._call, model):
                return model
        return ""

    async def _whoever(self, order: Sequence[Wanted], prompt: Prompt, named: bool) -> AsyncGenerator[Answer, None]:
        """The first of these who answers. For whom somebody has `named`, nobody stands in because a key is missing.

        Where one was away that is what is raised, whatever hinders those who could stand in: the same may work later.
        """
        missing: NeedsConnection | None = None
        away: tuple[str, Unavailable] | None = None
        for wanted in order:
            nothing = Answer(wanted.title, wanted.model, instead_of=away[0] if away else "")
            if await self._stopped():
                yield replace(nothing, ended="stopped")
                return
            if away and self._late():
                break
            try:
                async with aclosing(self._ask(wanted, prompt, nothing)) as answers:
                    async for said in answers:
                        yield said
                return
            except NeedsConnection as error:
                if named and not away:
                    raise
                missing = missing or error
            except Refused:
                if not away:
                    raise
            except Unavailable as error:
                away = away or (wanted.title, error)
        raise (away and away[1]) or missing or Refused("No AI provider is switched on here.")

    async def _ask(self, wanted: Wanted, prompt: Prompt, nothing: Answer) -> AsyncGenerator[Answer, None]:
        """Raises Unavailable and Refused where it says nothing at all."""
        models, id = self._models, f"{self._call.id}:{next(self._numbers)}"
        client, model = await models.vendors.open(self._call, wanted, id)
        last, most = Spoken(replace(nothing, model=model)), costs.expected(prompt)
        await models.spending.reserve(id, self._call, models.cost(client, model, most))
        acted = False
        try:
            pieces = client.stream(model, prompt)
            async with aclosing(spoken(pieces, last.said, self._stopped, self._late)) as growing:
                async for last in growing:
                    if not last.said.ended:
                        yield last.said
        except NeedsConnection:
            await models.vendors.turned_down(self._call, client)
            raise
        except Unavailable as error:
            acted = error.acted
            raise
        finally:
            # Of an answer that did not come to its end nobody knows what it took: all that was set aside, then.
            unknown = most if acted or last.said.text or last.said.ended else Usage()
            usage = last.end.usage if last.end else unknown
            dollars = models.cost(client, model, usage)
            await self._settle(id, dollars)
        yield replace(last.said, record=costs.record(model, usage, dollars, last.end))

    async def _settle(self, id: str, dollars: float) -> None:
        """What was set aside is another attempt's, where one has begun since."""
        ours = await self._models.stops.holds(self._call.id, self._begun)
        await self._models.spending.settle(id, dollars, frees=ours)

    @asynccontextmanager
    async def _under_way(self) -> AsyncIterator[None]:
        """From the first answer of the call to its last it can be stopped. Of earlier attempts at it nothing stays reserved.

        Nothing ends here where another process has taken the call over, and answers it now.
        """
        models, call = self._models, self._call.id
        async with self._changing:
            if not self._open:
                self._begun = await models.stops.begin(call, models.clock.time())
                await models.spending.release(call, but=f"{call}:0")  # which is reserved anew
            self._open += 1
        try:
            yield
        finally:
            async with self._changing:
                self._open -= 1
                if not self._open:
                    with suppress(StorageError):  # what was said stands; what is left over here is forgotten in time
                        if await models.stops.end(call, self._begun):
                            await models.spending.release(call)

    async def _stopped(self) -> bool:
        return await self._models.stops.stopped(self._call.id)

    def _late(self) -> bool:
        return self._models.clock.time() >= self._ends
