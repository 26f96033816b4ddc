"""A call under way. Who asked is not left alone with it; while it streams, each reply stands in the place of the one before."""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from functools import partial

from adapters.errors import Unavailable
from bot import words
from bot.aftermath import what_became_of
from bot.company import Company
from bot.dispatch import Dispatch
from bot.mark import STOP
from bot.offering import offer
from bot.platform import Asked, Platform, StoppedError
from bot.progress import Progress
from bot.understanding import said_at
from commands.call import Actor, Call
from commands.reply import Button, Reply
from storage.delivery import Delivery
from storage.errors import StorageError
from storage.offers import Offer
from storage.stops import Stops

_LOG = logging.getLogger(__name__)
_TIME_LIMIT = 120.0  # seconds that a call may take
_PROGRESS = 1.0  # seconds between two looks at what is under way

Connect = Callable[[Actor, Delivery, str], Awaitable[str]]
"""See `bot.answering.Desk.connect`."""

Stop = tuple[Button, Offer] | tuple[()]
"""The button that stops an answer, and what it stands for; empty where nothing is to be stopped."""


class Running:
    """Runs calls within their time, unless they are too old by now."""

    def __init__(
        self,
        dispatch: Dispatch,
        connect: Connect,
        is_too_old: Callable[[Delivery, Asked], bool],
        stops: Stops,
        now: Callable[[], float],
        token: Callable[[], str],
    ) -> None:
        self._dispatch = dispatch
        self._connect = connect
        self._is_too_old = is_too_old
        self._stops = stops
        self._now = now
        self._token = token

    async def reply(self, delivery: Delivery, platform: Platform, asked: Asked, call: Call, progress: Progress) -> Reply:
        """The last reply. Raises Unavailable, Fenced, StorageError, and whatever a mistake in a command raises."""
        call = progress.resumed(call)
        if self._is_too_old(delivery, asked):
            return await what_became_of(self._dispatch, call)
        try:
            async with asyncio.timeout(_TIME_LIMIT):
                reply = await self._run(delivery, platform, asked, call, progress)
                return words.repeated(reply) if reply.repeated and delivery.fence == 1 else reply
        except TimeoutError:
            raise Unavailable("This took too long.") from None

    async def _run(self, delivery: Delivery, platform: Platform, asked: Asked, call: Call, progress: Progress) -> Reply:
        reply = Reply("Nothing to say.")
        again = 0.0 if self._dispatch.streams(call) else math.inf
        connect = partial(self._connect, asked.actor, delivery)
        stop: Stop = ()
        async with (
            Company(lambda: progress.sign(asked), lambda: progress.hold(asked), platform.patience(asked)),
            aclosing(self._dispatch.answer(call, progress.settle, connect)) as replies,
        ):
            async for reply in replies:
                if self._now() >= again and (reply.partial or not (reply.prose or reply.private)):
                    again = self._now() + _PROGRESS
                    stop = stop or (self._stop(call, asked, delivery) if reply.prose else ())
                    await self._show(asked, reply, call, progress, stop)
        return reply

    def _stop(self, call: Call, asked: Asked, delivery: Delivery) -> Stop:
        stop = Button("Stop", "stop", {"call": call.id})
        return stop, offer(f"{STOP}{self._token()}", stop, asked, said_at(delivery, asked), self._now())

    async def _show(self, asked: Asked, reply: Reply, call: Call, progress: Progress, stop: Stop) -> None:
        """What a model is saying can be stopped, by a button or by a means of the platform's."""
        try:
            await progress.show(asked, reply, *stop)
        except StoppedError:
            await self._stops.stop(call.id)
        except (Unavailable, StorageError) as error:  # the answer itself goes on, and may be shown when it is whole
            if not reply.prose:
                raise
            progress.unsure()
            _LOG.info("a part of an answer is not shown: %s", error)
