"""One claimed delivery becomes one reply, sent once."""

import asyncio
import logging
import math
from collections.abc import Callable, Mapping
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

from adapters.errors import Refused, Unavailable
from bot import words
from bot.cards import Cards
from bot.clock import Clock
from bot.company import Company
from bot.dispatch import Dispatch, Form
from bot.entry import entries_of
from bot.hearing import Hearing
from bot.intent import load
from bot.leaked import found
from bot.mark import STOP, mark, mark_of
from bot.metrics import Metrics
from bot.notices import platform_of
from bot.offering import offer, taken
from bot.platform import Asked, Filled, Going, Gone, Joined, Notice, Platform, Press, StoppedError, Stranger, Words
from bot.progress import Progress, UndeliveredError
from commands.call import Actor, Call
from commands.reply import Button, Reply
from storage.delivery import Delivery
from storage.errors import Fenced, StorageError
from storage.inbox import Inbox
from storage.offers import Offer, Offers
from storage.stops import Stops

_LOG = logging.getLogger(__name__)
_PROGRESS = 1.0  # seconds between two looks at what is under way
_TIME_LIMIT = 120.0  # seconds that a call may take
_AWAY = Unavailable("This waited too long while I was away.")


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
        clock: Clock,
        token: Callable[[], str],
        max_age: float,
    ) -> None:
        self._inbox = inbox
        self._offers = offers
        self._dispatch = dispatch
        self._platforms = platforms
        self._hearing = hearing
        self._cards = cards
        self._desk = desk
        self._stops = stops
        self._metrics = metrics
        self._clock = clock
        self._token = token
        self._max_age = max_age

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
        broken: Exception | None = None
        call: Call | Form | Reply | None = None
        try:
            call = await self._call(delivery, asked)
            if isinstance(call, Form):
                call = None if await platform.open_form(asked, call.command, call.arguments) else call.otherwise
            reply = await self._reply(delivery, platform, asked, call, progress) if isinstance(call, Call) else call
        except (Unavailable, Fenced, StorageError):
            raise
        except Exception as error:
            _LOG.exception("a call broke")
            reply, broken = await self._broke(delivery, progress, call), error
        if reply is not None:
            await self._say(delivery, progress, asked, reply, call if isinstance(call, Call) else None)
        if broken:
            raise BrokenError(type(broken).__name__) from broken

    async def give_up(self, delivery: Delivery, error: Unavailable) -> None:
        """Tells the person that it came to nothing. Raises like `answer`."""
        platform = self._platforms[platform_of(delivery)]
        if asked := await self._told(delivery):
            progress = await Progress.found(self._inbox, delivery, platform)
            call = await self._meant(delivery, asked)
            reply = await self._gave_up(progress.resumed(call), error) if isinstance(call, Call) else words.gave_up(error)
            await self._say(delivery, progress, asked, reply, call if isinstance(call, Call) else None)

    async def _gave_up(self, ran: Call, error: Unavailable) -> Reply:
        """Of a write that may have happened, the person is asked what became of it."""
        doubted = await self._dispatch.doubted(ran)
        return words.unknown(error, ran.command, doubted) if doubted else words.gave_up(error)

    async def _broke(self, delivery: Delivery, progress: Progress, call: Call | Form | Reply | None) -> Reply:
        if not isinstance(call, Call):
            return words.broke(mark_of(delivery))
        ran = progress.resumed(call)
        return words.broke(mark_of(delivery), ran.command, await self._dispatch.doubted(ran))

    async def _reply(self, delivery: Delivery, platform: Platform, asked: Asked, call: Call, progress: Progress) -> Reply:
        call = progress.resumed(call)
        if self._is_too_old(delivery, asked):
            return await self._what_became_of(call)
        try:
            async with asyncio.timeout(_TIME_LIMIT):
                reply = await self._run(delivery, platform, asked, call, progress)
                return words.repeated(reply) if reply.repeated and delivery.fence == 1 else reply
        except TimeoutError:
            raise Unavailable("This took too long.") from None

    async def _call(self, delivery: Delivery, asked: Asked) -> Call | Form | Reply | None:
        """What to run, or what to say instead; None where there is nothing to say."""
        match asked.what:
            case Stranger():
                return words.stranger()
            case Notice(reply):
                return reply
            case Gone(tenant, user):
                await self._forget(asked.place.platform, tenant, user, delivery.received)
                return None
        if self._is_too_old(delivery, asked):
            call = await self._meant(delivery, asked) if delivery.fence > 1 else None  # it may have been begun then
            return call if isinstance(call, Call) else words.stale()
        if vendor := _leaked(asked):
            return words.leaked(vendor)
        return await self._meant(delivery, asked)

    def _is_too_old(self, delivery: Delivery, asked: Asked) -> bool:
        """What was made ready once more on purpose, so that it has fewer attempts than claims, counts from then."""
        is_replayed = delivery.attempt < delivery.fence
        return self._clock.time() - (delivery.received if is_replayed else _said(delivery, asked)) > self._max_age

    async def _what_became_of(self, ran: Call) -> Reply:
        """Of what is too old nothing is written any more; but nobody is told that it did not run where it may have."""
        if doubted := await self._dispatch.doubted(ran):
            return words.unknown(_AWAY, ran.command, doubted)
        return await self._dispatch.done(ran) or words.stale()

    async def _meant(self, delivery: Delivery, asked: Asked) -> Call | Form | Reply | None:
        """What somebody asked to be run, or what there is to say of that."""
        call = await self._wanted(delivery, asked)
        return replace(call, message=asked.message) if isinstance(call, Call) and asked.message else call

    async def _wanted(self, delivery: Delivery, asked: Asked) -> Call | Form | Reply | None:
        when = _moment(_said(delivery, asked))
        told = (mark_of(delivery), asked.actor, asked.place, asked.via, when)
        match asked.what:
            case Going(call):
                return call
            case Words(text):
                return await self._dispatch.read(text, *told)
            case Filled(command, arguments, dry_run):
                return await self._dispatch.fill(command, arguments, *told, dry_run=dry_run)
            case Press(id):
                return await self._pressed(id, delivery, asked, when)
            case Joined():
                return words.welcome(self._dispatch.catalog)
            case _:
                return None

    async def _forget(self, platform: str, tenant: str, user: str, when: float) -> None:
        """There is nobody left who could be told that it did not work: it is tried again for long."""
        try:
            await self._desk.forget(platform, tenant, user, when)
        except Unavailable as error:
            raise UndeliveredError(str(error), error.retry_after) from None

    async def _pressed(self, id: str, delivery: Delivery, asked: Asked, pressed: datetime) -> Call | Form | Reply | None:
        offered = await taken(self._offers, id, asked.actor.key, self._clock.time())
        if isinstance(offered, Reply):
            return offered
        command = self._dispatch.catalog.get(offered.command)
        if command is not None and offered.form:
            return Form(command, offered.arguments, words.form_gone())
        # By the offer's id: pressed twice, it is the same call, but two decisions. Words on it count from when they were typed.
        call = mark_of(delivery) if command is not None and command.by_hand else mark(id)
        when = _moment(offered.asked) if offered.typed else pressed
        told = (call, asked.actor, asked.place, asked.via)
        return await self._dispatch.fill(offered.command, offered.arguments, *told, when, offered.typed)

    async def _run(self, delivery: Delivery, platform: Platform, asked: Asked, call: Call, progress: Progress) -> Reply:
        """Runs the call; while it streams, each reply stands in the place of the one before."""
        reply = Reply("Nothing to say.")
        again = 0.0 if self._dispatch.streams(call) else math.inf
        connect = partial(self._desk.connect, asked.actor, delivery)
        stop: tuple[Button, Offer] | tuple[()] = ()
        async with (
            Company(lambda: progress.sign(asked), lambda: progress.hold(asked), platform.patience(asked)),
            aclosing(self._dispatch.answer(call, progress.settle, connect)) as replies,
        ):
            async for reply in replies:
                if self._clock.time() >= again and (reply.partial or not (reply.prose or reply.private)):
                    again = self._clock.time() + _PROGRESS
                    stop = stop or (self._stop(call, asked, delivery) if reply.prose else ())
                    await self._show(asked, reply, call, progress, stop)
        return reply

    def _stop(self, call: Call, asked: Asked, delivery: Delivery) -> tuple[Button, Offer]:
        """The button that stops an answer, and what it stands for."""
        stop = Button("Stop", "stop", {"call": call.id})
        return stop, offer(f"{STOP}{self._token()}", stop, asked, _said(delivery, asked), self._clock.time())

    async def _show(
        self, asked: Asked, reply: Reply, call: Call, progress: Progress, stop: tuple[Button, Offer] | tuple[()]
    ) -> None:
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

    async def _say(self, delivery: Delivery, progress: Progress, asked: Asked, reply: Reply, call: Call | None = None) -> None:
        now = self._clock.time()
        offers = [offer(self._token(), button, asked, _said(delivery, asked), now) for button in reply.pressed]
        ran = progress.resumed(call) if call else None
        entries = entries_of(delivery.key, delivery.received, asked, call, ran, reply, self._dispatch.catalog)
        await progress.say(asked, reply, offers, entries)
        await self._note_card(delivery, progress)
        self._metrics.reply_seconds.observe(max(0.0, self._clock.time() - delivery.received))

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


def _leaked(asked: Asked) -> str:
    """Whose key somebody gave away; empty where none was. It was taken out before anything was stored."""
    match asked.what:
        case Words(text):
            return found(text)
        case Filled(_, arguments):
            return found(" ".join(map(str, arguments.values())))
        case _:
            return ""


def _said(delivery: Delivery, asked: Asked) -> float:
    """When it was asked: never later than it came, for a platform's clock may be ahead."""
    return min(asked.said or delivery.received, delivery.received)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
