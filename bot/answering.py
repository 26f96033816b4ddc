"""One claimed delivery becomes one reply, sent once."""

import hashlib
import json
import logging
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from adapters.errors import Unavailable
from bot import words
from bot.clock import Clock
from bot.dispatch import Dispatch
from bot.metrics import Metrics
from bot.platform import Asked, Filled, Platform, Press, Stranger, Words
from commands.call import Actor, Call, Place
from commands.reply import Button, Reply
from storage.delivery import Delivery
from storage.errors import Fenced
from storage.inbox import Inbox
from storage.offers import Offer, Offers

_LOG = logging.getLogger(__name__)
_PROGRESS = 1.0  # seconds between two looks at what is under way
_OFFER_LIFE = 7 * 24 * 3600.0  # seconds for which a button can be pressed


class BrokenError(Exception):
    """The call failed in a way nobody foresaw. The person has been told; the text is for the operator."""


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
        """Raises Unavailable (try again later), Fenced (somebody else has it) or BrokenError (it is of no use to try again)."""
        platform = self._platforms[delivery.kind]
        if delivery.intent:  # an earlier attempt decided what to say, and may have said it
            await platform.send(delivery.intent, (), look=True)
            return
        asked = await platform.read(delivery)
        if asked is None:
            return
        try:
            await self._answer(delivery, platform, asked)
        except (Unavailable, Fenced):
            raise
        except Exception as error:
            _LOG.exception("a call broke")
            await self._say(delivery, platform, asked, words.broke(call_id(delivery)))
            raise BrokenError(type(error).__name__) from error

    async def give_up(self, delivery: Delivery, error: Unavailable) -> None:
        """Tells the person that it came to nothing. Raises like `answer`."""
        platform = self._platforms[delivery.kind]
        asked = None if delivery.intent else await platform.read(delivery)
        if asked:
            await self._say(delivery, platform, asked, words.gave_up(error))

    async def _answer(self, delivery: Delivery, platform: Platform, asked: Asked) -> None:
        call = await self._call(delivery, platform, asked)
        if isinstance(call, Reply):
            await self._say(delivery, platform, asked, call)
        elif call is not None:
            await self._run(delivery, platform, asked, call)

    async def _call(self, delivery: Delivery, platform: Platform, asked: Asked) -> Call | Reply | None:
        """What to run, or what to say instead; None where a form was opened."""
        if isinstance(asked.what, Stranger):
            return words.stranger()
        if self._clock.time() - delivery.received > self._max_age:
            return words.stale()
        when = datetime.fromtimestamp(delivery.received, UTC)
        told = (call_id(delivery), asked.actor, asked.place, asked.via, when)
        match asked.what:
            case Words(text):
                return await self._dispatch.read(text, *told)
            case Filled(command, arguments):
                return await self._dispatch.fill(command, arguments, *told)
            case Press(id):
                return await self._pressed(id, platform, asked, told)

    async def _pressed(
        self, id: str, platform: Platform, asked: Asked, told: tuple[str, Actor, Place, str, datetime]
    ) -> Call | Reply | None:
        offer = await self._offers.find(id)
        if offer is None or offer.expires < self._clock.time():
            return words.expired()
        if offer.actor != asked.actor.key:
            return words.not_yours()
        offered = json.loads(offer.call)
        command = self._dispatch.catalog.get(offered["command"])
        if command is None or not offered["form"]:
            return await self._dispatch.fill(offered["command"], offered["arguments"], *told)
        opened = await platform.open_form(asked, command, offered["arguments"])
        return None if opened else words.form_gone()

    async def _run(self, delivery: Delivery, platform: Platform, asked: Asked, call: Call) -> None:
        """Runs the call; while it streams, each reply stands in the place of the one before."""
        sent: Sequence[str] = ()
        reply = Reply("Nothing to say.")
        again = 0.0 if self._dispatch.streams(call) else math.inf
        async for reply in self._dispatch.answer(call):
            if self._clock.time() >= again:
                again = self._clock.time() + _PROGRESS
                shown = platform.render(asked, _unpressed(reply), call.id, ())
                sent = await platform.send(shown, sent, look=delivery.attempt > 1 and not sent)
        await self._say(delivery, platform, asked, reply, sent)

    async def _say(self, delivery: Delivery, platform: Platform, asked: Asked, reply: Reply, sent: Sequence[str] = ()) -> None:
        """Stores what will be said, then says it."""
        offers = [self._offer(button, asked) for button in reply.pressed]
        outgoing = platform.render(asked, reply, call_id(delivery), [offer.id for offer in offers])
        await self._inbox.intend(delivery, outgoing, offers)
        await platform.send(outgoing, sent, look=delivery.attempt > 1 and not sent)
        self._metrics.reply_seconds.observe(max(0.0, self._clock.time() - delivery.received))

    def _offer(self, button: Button, asked: Asked) -> Offer:
        call = {"command": button.command, "arguments": dict(button.arguments), "form": button.form}
        expires = self._clock.time() + _OFFER_LIFE
        return Offer(self._token(), json.dumps(call), asked.actor.key, json.dumps(vars(asked.place)), expires)


def call_id(delivery: Delivery) -> str:
    """The same on every attempt, and unguessable only as far as the delivery's key is."""
    return hashlib.blake2b(delivery.key.encode(), digest_size=16).hexdigest()


def _unpressed(reply: Reply) -> Reply:
    """What is only shown on the way has no buttons yet: nobody has stored what they stand for."""
    return replace(reply, buttons=(), items=tuple(replace(item, buttons=()) for item in reply.items))
