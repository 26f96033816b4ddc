"""One claimed delivery becomes one reply, sent once."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol

from adapters.errors import Refused, Unavailable
from bot.aftermath import broke, gave_up
from bot.cards import Cards
from bot.dispatch import Dispatch, Form
from bot.entry import entries_of
from bot.hearing import Hearing
from bot.intent import load
from bot.metrics import Metrics
from bot.notices import platform_of
from bot.offering import offer
from bot.platform import Asked, Platform
from bot.progress import Progress, UndeliveredError
from bot.running import Running
from bot.understanding import Understanding, said_at
from commands.call import Actor, Call
from commands.reply import Reply
from storage.delivery import Delivery
from storage.errors import Fenced, StorageError
from storage.inbox import Inbox
from storage.offers import Offers
from storage.stops import Stops

_LOG = logging.getLogger(__name__)


class BrokenError(Exception):
    """The call failed in a way nobody foresaw. The person has been told; the text is for the operator."""


class Desk(Protocol):
    """What has to do with accounts."""

    async def connect(self, actor: Actor, delivery: Delivery, service: str) -> str:
        """The page where the actor connects the service of this title, empty where they can't; what they asked waits for it."""

    async def forget(self, platform: str, tenant: str, person: str, when: float) -> None:
        """Takes back all that was connected for a person by then, or without one for the whole tenant. Raises Unavailable."""


class Answering:
    """Reads what was asked, runs it, and sends the reply, so that a crash at any point leads to exactly one reply."""

    def __init__(
        self,
        inbox: Inbox,
        offers: Offers,
        dispatch: Dispatch,
        platforms: Mapping[str, Platform],
        hearing: Hearing,
        cards: Cards,
        desk: Desk,
        stops: Stops,
        metrics: Metrics,
        token: Callable[[], str],
        max_age: float,
    ) -> None:
        self._inbox = inbox
        self._dispatch = dispatch
        self._platforms = platforms
        self._hearing = hearing
        self._understanding = Understanding(dispatch, offers, desk.forget, inbox.time, max_age)
        self._running = Running(dispatch, desk.connect, self._understanding.is_too_old, stops, inbox.time, token)
        self._cards = cards
        self._metrics = metrics
        self._token = token

    async def answer(self, delivery: Delivery) -> None:
        """Raises Unavailable (try again later), Fenced (somebody else has it), StorageError, BrokenError (try no more)."""
        platform = self._platforms[platform_of(delivery)]
        noted = load(delivery.intent)
        progress = Progress(self._inbox, delivery, platform, noted)
        if await progress.deliver(again=True):
            await self._note_card(delivery, progress)
            return
        asked = await self._told(delivery)
        if asked is None:
            return
        if not noted.sent and (stands := await self._hearing.stands(delivery)):
            progress = Progress(self._inbox, delivery, platform, replace(noted, sent=stands))
        call: Call | None = None
        reply: Reply | None = None
        try:
            understood = await self._understanding.understand(delivery, asked)
            if isinstance(understood, Call):
                call = understood
                reply = await self._running.reply(delivery, platform, asked, call, progress)
            elif not isinstance(understood, Form):
                reply = understood
            elif not await platform.open_form(asked, understood.command, understood.arguments):
                reply = understood.otherwise
        except (Unavailable, Fenced, StorageError):
            raise
        except Exception as error:
            raise await self._broken(delivery, asked, call, progress, error) from error
        if reply is not None:
            await self._say(delivery, progress, asked, reply, call)

    async def give_up(self, delivery: Delivery, error: Unavailable) -> None:
        """Tells the person that it came to nothing. Raises like `answer`."""
        platform = self._platforms[platform_of(delivery)]
        if asked := await self._told(delivery):
            progress = await Progress.found(self._inbox, delivery, platform)
            meant = await self._understanding.meant(delivery, asked)
            call = meant if isinstance(meant, Call) else None
            reply = await gave_up(self._dispatch, call and progress.resumed(call), error)
            await self._say(delivery, progress, asked, reply, call)

    async def _broken(
        self, delivery: Delivery, asked: Asked, call: Call | None, progress: Progress, error: Exception
    ) -> BrokenError:
        """Tells the person; what is to be raised then."""
        _LOG.error("a call broke", exc_info=error)
        reply = await broke(self._dispatch, call and progress.resumed(call), delivery)
        await self._say(delivery, progress, asked, reply, call)
        return BrokenError(type(error).__name__)

    async def _say(self, delivery: Delivery, progress: Progress, asked: Asked, reply: Reply, call: Call | None) -> None:
        now = self._inbox.time()
        offers = [offer(self._token(), button, asked, said_at(delivery, asked), now) for button in reply.pressed]
        ran = call and progress.resumed(call)
        entries = entries_of(delivery.key, delivery.received, asked, call, ran, reply, self._dispatch.catalog)
        await progress.say(asked, reply, offers, entries)
        await self._note_card(delivery, progress)
        self._metrics.reply_seconds.observe(max(0.0, self._inbox.time() - delivery.received))

    async def _note_card(self, delivery: Delivery, progress: Progress) -> None:
        try:
            if progress.card:
                await self._cards.note(progress.card, delivery, progress.sent)
        except StorageError as error:  # it is said already: nobody shall be told that it came to nothing
            raise UndeliveredError(str(error)) from None

    async def _told(self, delivery: Delivery) -> Asked | None:
        try:
            return await self._hearing.hear(delivery)
        except Refused as error:
            _LOG.warning("somebody can't be told something: %s", error)
            if proposal := self._hearing.card(delivery):
                await self._cards.missed(proposal, delivery)
            return None
