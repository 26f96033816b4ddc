"""One claimed delivery becomes one reply, sent once."""

import asyncio
import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from adapters.errors import Unavailable
from bot import words
from bot.clock import Clock
from bot.company import company
from bot.dispatch import Dispatch
from bot.intent import load
from bot.mark import mark, mark_of
from bot.metrics import Metrics
from bot.offering import offer, taken
from bot.platform import Asked, Filled, Joined, Platform, Press, Stranger, Words
from bot.progress import Progress, UndeliveredError
from commands.call import Call
from commands.reply import Reply
from storage.delivery import Delivery
from storage.errors import Fenced, StorageError
from storage.inbox import Inbox
from storage.offers import Offers

_LOG = logging.getLogger(__name__)
_PROGRESS = 1.0  # seconds between two looks at what is under way
_TIME_LIMIT = 120.0  # seconds that a call may take


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
        """Raises Unavailable (try again later), Fenced (somebody else has it), StorageError, BrokenError (try no more)."""
        platform = self._platforms[delivery.kind]
        progress = Progress(self._inbox, delivery, platform, load(delivery.intent))
        if await progress.deliver(again=True):
            return
        asked = await _told(platform, delivery)
        if asked is None:
            return
        broken: Exception | None = None
        try:
            reply = await self._reply(delivery, platform, asked, progress)
        except (Unavailable, Fenced, StorageError):
            raise
        except Exception as error:
            _LOG.exception("a call broke")
            reply, broken = words.broke(mark_of(delivery)), error
        if reply is not None:
            await self._say(delivery, progress, asked, reply)
        if broken:
            raise BrokenError(type(broken).__name__) from broken

    async def give_up(self, delivery: Delivery, error: Unavailable) -> None:
        """Tells the person that it came to nothing. Raises like `answer`."""
        platform = self._platforms[delivery.kind]
        if asked := await _told(platform, delivery):
            progress = await Progress.found(self._inbox, delivery, platform)
            await self._say(delivery, progress, asked, words.gave_up(error))

    async def _reply(self, delivery: Delivery, platform: Platform, asked: Asked, progress: Progress) -> Reply | None:
        """What to say, None where a form was opened."""
        call = await self._call(delivery, platform, asked)
        if not isinstance(call, Call):
            return call
        if progress.arguments is not None:
            call = replace(call, arguments=progress.arguments)
        try:
            async with asyncio.timeout(_TIME_LIMIT):
                return await self._run(platform, asked, call, progress)
        except TimeoutError:
            raise Unavailable("This took too long.") from None

    async def _call(self, delivery: Delivery, platform: Platform, asked: Asked) -> Call | Reply | None:
        """What to run, or what to say instead; None where a form was opened."""
        if isinstance(asked.what, Stranger):
            return words.stranger()
        if self._clock.time() - delivery.received > self._max_age:
            return words.stale()
        told = (mark_of(delivery), asked.actor, asked.place, asked.via, _moment(delivery.received))
        match asked.what:
            case Words(text):
                return await self._dispatch.read(text, *told)
            case Filled(command, arguments):
                return await self._dispatch.fill(command, arguments, *told)
            case Press(id):
                return await self._pressed(id, platform, asked, _moment(delivery.received))
            case Joined():
                return words.welcome(self._dispatch.catalog)

    async def _pressed(self, id: str, platform: Platform, asked: Asked, pressed: datetime) -> Call | Reply | None:
        offered = await taken(self._offers, id, asked.actor.key, self._clock.time())
        if isinstance(offered, Reply):
            return offered
        command = self._dispatch.catalog.get(offered.command)
        if command is not None and offered.form:
            opened = await platform.open_form(asked, command, offered.arguments)
            return None if opened else words.form_gone()
        # The offer's own id: pressed twice, it is the same call. Words on it count from when they were typed.
        told = (mark(id), asked.actor, asked.place, asked.via)
        when = _moment(offered.asked) if offered.typed else pressed
        return await self._dispatch.fill(offered.command, offered.arguments, *told, when, offered.typed)

    async def _run(self, platform: Platform, asked: Asked, call: Call, progress: Progress) -> Reply:
        """Runs the call; while it streams, each reply stands in the place of the one before."""
        reply = Reply("Nothing to say.")
        again = 0.0 if self._dispatch.streams(call) else math.inf
        async with company(lambda: progress.sign(asked), lambda: progress.hold(asked), platform.patience(asked)):
            async for reply in self._dispatch.answer(call, progress.settle):
                if self._clock.time() >= again:
                    again = self._clock.time() + _PROGRESS
                    await progress.show(asked, reply)
        return reply

    async def _say(self, delivery: Delivery, progress: Progress, asked: Asked, reply: Reply) -> None:
        now = self._clock.time()
        offers = [offer(self._token(), button, asked, delivery.received, now) for button in reply.pressed]
        await progress.say(asked, reply, offers)
        self._metrics.reply_seconds.observe(max(0.0, self._clock.time() - delivery.received))


async def _told(platform: Platform, delivery: Delivery) -> Asked | None:
    """Where the platform can't say who spoke, nobody can be told anything either: it is tried again for long."""
    try:
        return await platform.read(delivery)
    except Unavailable as error:
        raise UndeliveredError(str(error), error.retry_after) from None


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
