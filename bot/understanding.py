"""What somebody asked: a call to run, a form to show, or what there is to say instead."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime

from adapters.errors import Unavailable
from bot import words
from bot.dispatch import Dispatch, Form
from bot.leaked import found
from bot.mark import mark, mark_of
from bot.offering import taken
from bot.platform import Asked, Filled, Going, Gone, Joined, Notice, Press, Stranger, Words
from bot.progress import UndeliveredError
from commands.call import Call
from commands.reply import Reply
from storage.delivery import Delivery
from storage.offers import Offers

Understood = Call | Form | Reply | None
"""None where there is nothing to say."""

Forget = Callable[[str, str, str, float], Awaitable[None]]
"""See `bot.answering.Desk.forget`."""


class Understanding:
    """What was asked more than `max_age` seconds ago is not run any more; `now` is the inbox's."""

    def __init__(self, dispatch: Dispatch, offers: Offers, forget: Forget, now: Callable[[], float], max_age: float) -> None:
        self._dispatch = dispatch
        self._offers = offers
        self._forget = forget
        self._now = now
        self._max_age = max_age

    async def understand(self, delivery: Delivery, asked: Asked) -> Understood:
        """Of what is too old a call only where it may have been begun. Raises Unavailable, StorageError."""
        match asked.what:
            case Stranger():
                return words.stranger()
            case Notice(reply):
                return reply
            case Gone():
                await self._gone(delivery, asked.place.platform, asked.what)
                return None
        if self.is_too_old(delivery, asked):
            call = await self.meant(delivery, asked) if delivery.fence > 1 else None
            return call if isinstance(call, Call) else words.stale()
        if vendor := _leaked(asked):
            return words.leaked(vendor)
        return await self.meant(delivery, asked)

    def is_too_old(self, delivery: Delivery, asked: Asked) -> bool:
        """What was made ready once more on purpose, so that it has fewer attempts than claims, counts from then."""
        is_replayed = delivery.attempt < delivery.fence
        return self._now() - (delivery.received if is_replayed else said_at(delivery, asked)) > self._max_age

    async def meant(self, delivery: Delivery, asked: Asked) -> Understood:
        """The same, however old it is. Raises StorageError."""
        when = _moment(said_at(delivery, asked))
        told = (mark_of(delivery), asked.actor, asked.place, asked.via, when)
        understood: Understood = None
        match asked.what:
            case Going(call):
                understood = call
            case Words(text):
                understood = await self._dispatch.read(text, *told)
            case Filled(command, arguments, dry_run):
                understood = await self._dispatch.fill(command, arguments, *told, dry_run=dry_run)
            case Press(id):
                understood = await self._pressed(id, delivery, asked, when)
            case Joined():
                understood = words.welcome(self._dispatch.catalog)
        return replace(understood, message=asked.message) if isinstance(understood, Call) and asked.message else understood

    async def _pressed(self, id: str, delivery: Delivery, asked: Asked, pressed: datetime) -> Understood:
        offered = await taken(self._offers, id, asked.actor.key, self._now())
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

    async def _gone(self, delivery: Delivery, platform: str, gone: Gone) -> None:
        """There is nobody left who could be told that it did not work: it is tried again for long."""
        try:
            await self._forget(platform, gone.tenant, gone.user, delivery.received)
        except Unavailable as error:
            raise UndeliveredError(str(error), error.retry_after) from None


def said_at(delivery: Delivery, asked: Asked) -> float:
    """When it was asked: never later than it came, for a platform's clock may be ahead."""
    return min(asked.said or delivery.received, delivery.received)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _leaked(asked: Asked) -> str:
    """Whose key somebody gave away; empty where none was. It was taken out before anything was stored."""
    match asked.what:
        case Words(text):
            return found(text)
        case Filled(_, arguments):
            return found(" ".join(map(str, arguments.values())))
        case _:
            return ""
