"""One claimed delivery becomes one reply, sent once."""

import asyncio
import hashlib
import json
import logging
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from adapters.errors import Unavailable
from bot import words
from bot.clock import Clock
from bot.dispatch import Dispatch
from bot.metrics import Metrics
from bot.platform import Asked, Filled, Platform, Press, Stranger, Words
from commands.call import Call
from commands.reply import Button, Reply
from storage.delivery import Delivery
from storage.errors import Fenced, StorageError
from storage.inbox import Inbox
from storage.offers import Offer, Offers

_LOG = logging.getLogger(__name__)
_PROGRESS = 1.0  # seconds between two looks at what is under way
_OFFER_LIFE = 7 * 24 * 3600.0  # seconds for which a button can be pressed
_TYPED_LIFE = 3600.0  # the same, where it holds words that count from when they were typed
_TIME_LIMIT = 120.0  # seconds that a call may take
_SETTLED = "settled:"  # begins an intent that says what a call means, before it is known what it will answer


class BrokenError(Exception):
    """The call failed in a way nobody foresaw. The person has been told; the text is for the operator."""


class UndeliveredError(Unavailable):
    """The answer is found and stored; only sending it failed so far."""


class Answering:
    """Reads what was asked, runs it, and sends the reply, so that a crash at any point leads to exactly one reply."""

    def __init__(
        self,
        inbox: Inbox,
        offers: Offers,
        dispatch: Dispatch,
        platforms: Mapping[str, Platform],
        metrics: Metrics,
        clock: Clock,
        token: Callable[[], str],
        max_age: float,
    ) -> None:
        self._inbox = inbox
        self._offers = offers
        self._dispatch = dispatch
        self._platforms = platforms
        self._metrics = metrics
        self._clock = clock
        self._token = token
        self._max_age = max_age

    async def answer(self, delivery: Delivery) -> None:
        """Raises Unavailable (try again later), Fenced (somebody else has it), StorageError, BrokenError (try no more)."""
        platform = self._platforms[delivery.kind]
        if delivery.intent and not delivery.intent.startswith(_SETTLED):  # decided before, and perhaps sent
            await self._send(platform, delivery.intent, (), look=True)
            return
        asked = await platform.read(delivery)
        if asked is None:
            return
        sent: list[str] = []
        broken: Exception | None = None
        try:
            reply = await self._reply(delivery, platform, asked, sent)
        except (Unavailable, Fenced, StorageError):
            raise
        except Exception as error:
            _LOG.exception("a call broke")
            reply, broken = words.broke(call_id(delivery.key)), error
        if reply is not None:
            await self._say(delivery, platform, asked, reply, sent)
        if broken:
            raise BrokenError(type(broken).__name__) from broken

    async def give_up(self, delivery: Delivery, error: Unavailable) -> None:
        """Tells the person that it came to nothing. Raises like `answer`."""
        platform = self._platforms[delivery.kind]
        if asked := await platform.read(delivery):
            await self._say(delivery, platform, asked, words.gave_up(error))

    async def _reply(self, delivery: Delivery, platform: Platform, asked: Asked, sent: list[str]) -> Reply | None:
        """What to say, None where a form was opened. What is shown on the way is noted in `sent`."""
        call = await self._call(delivery, platform, asked)
        if not isinstance(call, Call):
            return call
        if delivery.intent:
            call = replace(call, arguments=json.loads(delivery.intent.removeprefix(_SETTLED)))
        try:
            async with asyncio.timeout(_TIME_LIMIT):
                return await self._run(delivery, platform, asked, call, sent)
        except TimeoutError:
            raise Unavailable("This took too long.") from None

    async def _call(self, delivery: Delivery, platform: Platform, asked: Asked) -> Call | Reply | None:
        """What to run, or what to say instead; None where a form was opened."""
        if isinstance(asked.what, Stranger):
            return words.stranger()
        if self._clock.time() - delivery.received > self._max_age:
            return words.stale()
        told = (call_id(delivery.key), asked.actor, asked.place, asked.via, _moment(delivery.received))
        match asked.what:
            case Words(text):
                return await self._dispatch.read(text, *told)
            case Filled(command, arguments):
                return await self._dispatch.fill(command, arguments, *told)
            case Press(id):
                return await self._pressed(id, platform, asked, _moment(delivery.received))

    async def _pressed(self, id: str, platform: Platform, asked: Asked, pressed: datetime) -> Call | Reply | None:
        offer = await self._offers.find(id)
        if offer is None or offer.expires < self._clock.time():
            return words.expired()
        if offer.actor != asked.actor.key:
            return words.not_yours()
        offered = json.loads(offer.call)
        command = self._dispatch.catalog.get(offered["command"])
        if command is not None and offered["form"]:
            opened = await platform.open_form(asked, command, offered["arguments"])
            return None if opened else words.form_gone()
        # The offer's own id: pressed twice, it is the same call. Words on it count from when they were typed.
        told = (call_id(offer.id), asked.actor, asked.place, asked.via)
        when = _moment(offered["asked"]) if offered["typed"] else pressed
        return await self._dispatch.fill(offered["command"], offered["arguments"], *told, when, offered["typed"])

    async def _run(self, delivery: Delivery, platform: Platform, asked: Asked, call: Call, sent: list[str]) -> Reply:
        """Runs the call; while it streams, each reply stands in the place of the one before."""

        async def settle(arguments: Mapping[str, Any]) -> None:
            await self._inbox.intend(delivery, f"{_SETTLED}{json.dumps(arguments)}")

        reply = Reply("Nothing to say.")
        again = 0.0 if self._dispatch.streams(call) else math.inf
        async for reply in self._dispatch.answer(call, settle):
            if self._clock.time() >= again and "" not in sent:  # what can't be replaced is not shown
                again = self._clock.time() + _PROGRESS
                shown = platform.render(asked, _unpressed(reply), call.id, ())
                sent[:] = await platform.send(shown, sent, look=delivery.fence > 1 and not sent)
        return reply

    async def _say(self, delivery: Delivery, platform: Platform, asked: Asked, reply: Reply, sent: Sequence[str] = ()) -> None:
        """Stores what will be said, then says it."""
        offers = [self._offer(button, asked, delivery) for button in reply.pressed]
        outgoing = platform.render(asked, reply, call_id(delivery.key), [offer.id for offer in offers])
        await self._inbox.intend(delivery, outgoing, offers)
        await self._send(platform, outgoing, sent, look=delivery.fence > 1 and not sent)
        self._metrics.reply_seconds.observe(max(0.0, self._clock.time() - delivery.received))

    async def _send(self, platform: Platform, outgoing: str, sent: Sequence[str], look: bool) -> None:
        try:
            await platform.send(outgoing, sent, look)
        except Unavailable as error:
            raise UndeliveredError(str(error), error.retry_after) from None

    def _offer(self, button: Button, asked: Asked, delivery: Delivery) -> Offer:
        call = {"command": button.command, "arguments": dict(button.arguments), "form": button.form}
        call |= {"typed": button.typed, "asked": delivery.received}
        expires = self._clock.time() + (_TYPED_LIFE if button.typed else _OFFER_LIFE)
        return Offer(self._token(), json.dumps(call), asked.actor.key, json.dumps(vars(asked.place)), expires)


def call_id(key: str) -> str:
    """A call's id, made of what it came from: the same on every attempt."""
    return hashlib.blake2b(key.encode(), digest_size=16).hexdigest()


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _unpressed(reply: Reply) -> Reply:
    """What is only shown on the way has no buttons yet: nobody has stored what they stand for."""
    return replace(reply, buttons=(), items=tuple(replace(item, buttons=()) for item in reply.items))
