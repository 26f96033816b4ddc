"""Asks AI models for commands: the one that is wanted or who stands in, within what may be spent, until somebody stops it."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from itertools import count

from adapters.chat import ChatModel, Delta, End, Prompt, Source, Usage
from adapters.errors import NeedsConnection, Refused, Unavailable
from bot import costs
from bot.clock import Clock
from bot.platform import StoppedError
from bot.spending import Spending
from bot.stopping import LateError, until
from bot.usual import preferences_of
from bot.vendors import Vendors, Wanted
from commands.assistant import Answer, Assistant, Offered
from commands.call import Call
from commands.models import USUAL
from storage.errors import StorageError
from storage.preferences import Preferences
from storage.stops import Stops

_LONGEST = 100.0  # seconds that a call may ask models: `bot.answering` gives it up soon after, and what was said with it


@dataclass(frozen=True)
class _Heard:
    """What was said so far, and once it has come to its end, how."""

    said: Answer
    end: End | None = None


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
        return Assistant(asking.answer, asking.alone, asking.offered, asking.usual)

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
        self._changing = asyncio.Lock()

    async def answer(self, prompt: Prompt, model: str) -> AsyncGenerator[Answer, None]:
        """See `Assistant`."""
        async with self._under_way():
            order = await self._models.vendors.order(self._call, model or await self._chosen())
            async with aclosing(self._whoever(order, prompt, named=bool(model))) as answers:
                async for each in answers:
                    yield each

    async def alone(self, prompt: Prompt, model: str) -> AsyncGenerator[Answer, None]:
        """See `Assistant`."""
        async with self._under_way():
            [wanted, *_] = await self._models.vendors.order(self._call, model)
            async with aclosing(self._whoever([wanted], prompt, named=True)) as answers:
                async for each in answers:
                    yield each

    async def offered(self) -> list[Offered]:
        return await self._models.vendors.offered(self._call)

    async def usual(self) -> str:
        order = await self._models.vendors.order(self._call, "")
        return await self._chosen() or (order[0].title if order else "nobody")

    async def _chosen(self) -> str:
        """What is not there any more counts as nothing."""
        chosen = preferences_of(self._models.preferences, self._call)
        for each in (chosen.mine, chosen.here):
            if (model := await each.get(USUAL)) and await self._models.vendors.stands(self._call, model):
                return model
        return ""

    async def _whoever(self, order: Sequence[Wanted], prompt: Prompt, named: bool) -> AsyncGenerator[Answer, None]:
        """The first of these who answers. For whom somebody has `named`, nobody stands in because a key is missing."""
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
                if named:
                    raise
                missing = missing or error
            except Unavailable as error:
                away = away or (wanted.title, error)
        raise (away and away[1]) or missing or Refused("No AI provider is switched on here.")

    async def _ask(self, wanted: Wanted, prompt: Prompt, nothing: Answer) -> AsyncGenerator[Answer, None]:
        """Raises Unavailable where it says nothing at all: what was said stands, for another one would say it otherwise."""
        models, id = self._models, f"{self._call.id}:{next(self._numbers)}"
        client, model = await models.vendors.open(self._call, wanted, id)
        heard = _Heard(replace(nothing, model=model))
        expected = costs.expected(prompt)
        await models.spending.reserve(id, self._call, models.cost(client, model, expected))
        try:
            async with aclosing(self._heard(client, model, prompt, heard.said)) as parts:
                async for each in parts:
                    heard = each
                    if not heard.said.ended:
                        yield heard.said
        except NeedsConnection:
            await models.vendors.turned_down(self._call, client)
            raise
        except Unavailable:
            if not heard.said.text:
                raise
            heard = _Heard(replace(heard.said, ended="broken off"))
        finally:
            # Of an answer that did not come to its end nobody knows what it took: all that was set aside, then.
            unknown = expected if heard.said.text or heard.said.ended else Usage()
            usage = heard.end.usage if heard.end else unknown
            dollars = models.cost(client, model, usage)
            await models.spending.settle(id, dollars)
        yield replace(heard.said, record=_record(heard, usage, dollars))

    async def _heard(self, client: ChatModel, model: str, prompt: Prompt, said: Answer) -> AsyncGenerator[_Heard, None]:
        """The answer as it grows, then with how it ended."""
        try:
            async with (
                aclosing(client.stream(model, prompt)) as pieces,
                aclosing(until(pieces, self._stopped, self._late)) as taken,
            ):
                async for piece in taken:
                    match piece:
                        case Delta(text):
                            said = replace(said, text=said.text + text)
                            yield _Heard(said)
                        case Source():
                            said = replace(said, sources=(*said.sources, piece))
                        case End():
                            yield _Heard(replace(said, ended="cut" if piece.cut else "whole"), piece)
        except StoppedError:
            yield _Heard(replace(said, ended="stopped"))
        except LateError:
            if not said.text:
                raise Unavailable("This took too long.") from None
            yield _Heard(replace(said, ended="late"))

    @asynccontextmanager
    async def _under_way(self) -> AsyncIterator[None]:
        """From the first answer of the call to its last it can be stopped. Of earlier attempts at it nothing stays reserved."""
        models, call = self._models, self._call.id
        async with self._changing:
            if not self._open:
                await models.stops.begin(call, models.clock.time())
                await models.spending.release(call, but=f"{call}:0")  # which is reserved anew
            self._open += 1
        try:
            yield
        finally:
            async with self._changing:
                self._open -= 1
                if not self._open:
                    with suppress(StorageError):  # what was said stands; what is left over here is forgotten in time
                        await models.stops.end(call)
                        await models.spending.release(call)

    async def _stopped(self) -> bool:
        return await self._models.stops.stopped(self._call.id)

    def _late(self) -> bool:
        return self._models.clock.time() >= self._ends


def _record(heard: _Heard, usage: Usage, dollars: float) -> str:
    id = f" {heard.end.id}" if heard.end and heard.end.id else ""
    return f"{heard.said.model}{id}: {usage.input} + {usage.output} tokens, ${dollars:.6f}"
