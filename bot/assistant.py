"""Asks AI models for commands: the one that is wanted or who stands in, within what may be spent, until somebody stops it."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from itertools import count

from adapters.chat import ChatModel, Delta, End, Prompt, Source, Usage
from adapters.errors import NeedsConnection, Refused, Unavailable
from bot.clock import Clock
from bot.spending import Spending
from bot.stopping import StoppedError, until
from bot.usual import preferences_of
from bot.vendors import Vendors, Wanted
from commands.assistant import Answer, Assistant, Offered
from commands.call import Call
from commands.models import USUAL
from storage.preferences import Preferences
from storage.stops import Stops

_LETTERS = 3  # to a token, at the least
_DOCUMENT = 2000  # tokens that one counts for


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
        return Assistant(asking.answer, asking.offered, asking.usual)

    def cost(self, client: ChatModel, model: str, usage: Usage) -> float:
        """In US dollars: as the provider tells, or by its prices."""
        known = client.described(model)
        prices = (self.unknown if price is None else price for price in (known.input_price, known.output_price))
        given, said = (tokens * price / 1_000_000 for tokens, price in zip((usage.input, usage.output), prices, strict=True))
        return given + said if usage.dollars is None else usage.dollars


class Asking:
    """All that one call asks of models."""

    def __init__(self, models: Models, call: Call) -> None:
        self._models = models
        self._call = call
        self._numbers = count()
        self._open = 0

    async def answer(self, prompt: Prompt, model: str) -> AsyncIterator[Answer]:
        """See `Assistant`."""
        missing: NeedsConnection | None = None
        away: tuple[str, Unavailable] | None = None
        for wanted in await self._models.vendors.order(self._call, model or await self._chosen()):
            nothing = Answer(wanted.title, wanted.model, instead_of=away[0] if away else "")
            try:
                async with aclosing(self._ask(wanted, prompt, nothing)) as answers:
                    async for said in answers:
                        yield said
                return
            except NeedsConnection as error:
                if model:  # whom somebody names, nobody else stands in for
                    raise
                missing = missing or error
            except Unavailable as error:
                away = away or (wanted.title, error)
        raise (away and away[1]) or missing or Refused("No AI provider is switched on here.")

    async def offered(self) -> list[Offered]:
        return await self._models.vendors.offered(self._call)

    async def usual(self) -> str:
        order = await self._models.vendors.order(self._call, "")
        return await self._chosen() or (order[0].title if order else "nobody")

    async def _chosen(self) -> str:
        chosen = preferences_of(self._models.preferences, self._call)
        return await chosen.mine.get(USUAL) or await chosen.here.get(USUAL)

    async def _ask(self, wanted: Wanted, prompt: Prompt, nothing: Answer) -> AsyncGenerator[Answer, None]:
        """Raises Unavailable where it says nothing at all: what was said stands, for another one would say it otherwise."""
        models, id = self._models, f"{self._call.id}:{next(self._numbers)}"
        client, model = await models.vendors.open(self._call, wanted, id)
        heard = _Heard(replace(nothing, model=model))
        expected = Usage(_tokens(prompt), prompt.most)
        await models.spending.reserve(id, self._call, models.cost(client, model, expected))
        try:
            await self._begin()
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
            await self._end()
        yield replace(heard.said, record=_record(heard, usage, dollars))

    async def _heard(self, client: ChatModel, model: str, prompt: Prompt, said: Answer) -> AsyncGenerator[_Heard, None]:
        """The answer as it grows, then with how it ended."""
        pieces = client.stream(model, prompt)
        try:
            async for piece in until(pieces, lambda: self._models.stops.stopped(self._call.id)):
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
        finally:
            if close := getattr(pieces, "aclose", None):
                await close()

    async def _begin(self) -> None:
        self._open += 1
        await self._models.stops.begin(self._call.id, self._models.clock.time())

    async def _end(self) -> None:
        self._open -= 1
        if not self._open:
            await self._models.stops.end(self._call.id)


def _tokens(prompt: Prompt) -> int:
    """As many as it may be, roughly."""
    letters = len(prompt.instructions) + sum(len(turn.text) for turn in prompt.turns)
    return letters // _LETTERS + _DOCUMENT * sum(len(turn.documents) for turn in prompt.turns)


def _record(heard: _Heard, usage: Usage, dollars: float) -> str:
    id = f" {heard.end.id}" if heard.end and heard.end.id else ""
    return f"{heard.said.model}{id}: {usage.input} + {usage.output} tokens, ${dollars:.6f}"
