"""What is said about one delivery, from the first sign of work to the answer. Stored first, then sent: it is said once."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from adapters.errors import Refused, Unavailable
from bot.intent import Intent, load
from bot.mark import mark_of
from bot.platform import Asked, Platform
from commands.call import Call
from commands.reply import Button, Reply
from storage.delivery import Delivery
from storage.entry import Entry
from storage.errors import Fenced, StorageError
from storage.inbox import Inbox
from storage.offers import Offer

_LOG = logging.getLogger(__name__)
_WORKING = Reply("Working on it…", partial=True)
_LONG = 2_000  # characters of prose


class UndeliveredError(Unavailable):
    """The platform can't be reached: to say the answer, which is found and stored, or to ask who spoke."""


class Progress:
    """`noted` is how far it had come before."""

    def __init__(self, inbox: Inbox, delivery: Delivery, platform: Platform, noted: Intent) -> None:
        self._inbox = inbox
        self._delivery = delivery
        self._platform = platform
        self._noted = noted
        self._unsure = delivery.fence > 1  # something may have been sent that nobody has noted
        self._showing = asyncio.Lock()
        self._offered = ""  # the button that is stored already

    @classmethod
    async def found(cls, inbox: Inbox, delivery: Delivery, platform: Platform) -> "Progress":
        """As it is stored now, whatever was noted since it was claimed. Raises StorageError."""
        return cls(inbox, delivery, platform, load(await inbox.intent(delivery.key) or ""))

    @property
    def card(self) -> str:
        """The proposal whose card the answer is; empty where it is none."""
        return self._noted.card

    @property
    def sent(self) -> Sequence[str]:
        """Where it stands, as the platform says; an empty text for what it does not say."""
        return self._noted.sent

    def unsure(self) -> None:
        """Something may have been sent that nobody has noted: before anything else is sent, it is looked for."""
        self._unsure = True

    def resumed(self, call: Call) -> Call:
        """The call as it turned out to be meant, on an earlier attempt or this one."""
        return self._noted.resumed(call)

    async def settle(self, call: Call) -> None:
        """Notes what the words mean, so that a further attempt does not find another meaning."""
        await self._note(self._noted.settled(call))

    async def sign(self, asked: Asked) -> None:
        with suppress(Unavailable, Refused):  # it is a courtesy
            await self._platform.sign(asked)

    async def hold(self, asked: Asked) -> None:
        """Shows that it takes longer, unless something stands there already. Should it fail, the answer will do alone."""
        try:
            async with self._showing:
                if not self._noted.sent:
                    await self._show(asked, _WORKING)
        except (Unavailable, StorageError) as error:
            self._unsure = True
            _LOG.info("no word that it takes longer: %s", error)
        except Fenced:
            pass  # whoever has taken it over says it

    async def show(self, asked: Asked, reply: Reply, button: Button | None = None, offered: Offer | None = None) -> None:
        """Shows what is under way, in place of what stands there, with a button that is `offered`.

        Raises Unavailable, Fenced, StorageError, StoppedError.
        """
        async with self._showing:
            if offered and offered.id != self._offered:
                await self._note(self._noted, [offered])
                self._offered = offered.id
            await self._show(asked, reply, [button] if button else (), [offered.id] if offered else ())

    async def _show(self, asked: Asked, reply: Reply, buttons: Sequence[Button] = (), ids: Sequence[str] = ()) -> None:
        if "" in self._noted.sent:
            return  # what can't be replaced is not shown
        so_far = replace(_unpressed(reply), buttons=tuple(buttons), partial=True)
        shown = await self._rendered(asked, so_far, ids)
        sent = await self._platform.send(shown, self._noted.sent, look=self._unsure and not self._noted.sent)
        if list(sent) != list(self._noted.sent):
            self._noted = replace(self._noted, sent=sent)  # it stands there, whether that can be stored or not
            await self._note(self._noted)

    async def say(self, asked: Asked, reply: Reply, offers: Sequence[Offer], entries: Sequence[Entry] = ()) -> None:
        """Stores the answer, what its buttons stand for, and what is noted of the call; then sends it.

        Raises UndeliveredError, Fenced, StorageError.
        """
        outgoing = await self._rendered(asked, reply, [offer.id for offer in offers])
        await self._note(replace(self._noted, outgoing=outgoing, card=reply.proposal), offers, entries)
        await self.deliver()

    async def _rendered(self, asked: Asked, reply: Reply, ids: Sequence[str]) -> str:
        """Long prose in a thread: to take it apart may take longer than others shall wait."""
        drawn = partial(self._platform.render, asked, reply, mark_of(self._delivery), ids)
        return await asyncio.to_thread(drawn) if len(reply.prose) > _LONG else drawn()

    async def deliver(self, again: bool = False) -> bool:
        """Sends the answer that is stored; False where there is none yet. `again`: perhaps it was sent before.

        Raises UndeliveredError.
        """
        if not self._noted.outgoing:
            return False
        try:
            sent = await self._platform.send(self._noted.outgoing, self._noted.sent, look=self._unsure or again)
        except Unavailable as error:
            raise UndeliveredError(str(error), error.retry_after) from None
        try:
            if self._noted.card:  # it will have to be replaced
                await self._note(replace(self._noted, sent=sent))
        except StorageError as error:  # it is said already
            raise UndeliveredError(str(error)) from None
        return True

    async def _note(self, noted: Intent, offers: Sequence[Offer] = (), entries: Sequence[Entry] = ()) -> None:
        await self._inbox.intend(self._delivery, noted.dump(), offers, entries)
        self._noted = noted


def _unpressed(reply: Reply) -> Reply:
    """What is only shown on the way has no buttons yet: nobody has stored what they stand for."""
    return replace(reply, buttons=(), items=tuple(replace(item, buttons=()) for item in reply.items))
