"""What somebody asked that needs an account runs by itself once they have connected it."""

import asyncio
import logging
from collections.abc import Mapping

from adapters.errors import Refused, Unavailable
from bot.notices import Notices
from bot.platform import Filled, Platform, Press, Words
from commands.call import Actor
from commands.reply import Reply
from storage.delivery import Delivery
from storage.inbox import Inbox
from storage.waiting import Waiting

_LOG = logging.getLogger(__name__)
_TRIES, _PAUSE = 20, 0.25  # the delivery may just be coming to its end: seconds between two looks


class Resuming:
    """`platforms` is filled once they are open."""

    def __init__(self, waiting: Waiting, inbox: Inbox, notices: Notices, platforms: Mapping[str, Platform]) -> None:
        self._waiting = waiting
        self._inbox = inbox
        self._notices = notices
        self._platforms = platforms

    async def wait(self, actor: Actor, service: str, delivery: Delivery) -> None:
        """Keeps in mind that this delivery needs an account of the actor's. Raises StorageError."""
        await self._waiting.wait(actor.key, service, delivery.key, delivery.conversation)

    async def resume(self, actor: Actor, service: str) -> None:
        """Has answered what waited for this account, where it is still the last that the person asked there; tells them if not.

        Raises StorageError.
        """
        waits = await self._waiting.take(actor.key, service)
        if waits is None:
            return
        if await self._is_overtaken(actor, waits.delivery):
            await self._notices.tell(actor, _OVERTAKEN, f"overtaken:{waits.delivery}")
            return
        for _ in range(_TRIES):
            if await self._inbox.replay(waits.delivery):
                return
            await asyncio.sleep(_PAUSE)
        _LOG.warning("what waited for an account is gone, or still being answered")

    async def _is_overtaken(self, actor: Actor, waits: str) -> bool:
        for later in await self._waiting.later(waits):
            try:
                asked = await self._platforms[later.kind].read(later)
            except (KeyError, Refused, Unavailable):
                continue
            if asked and asked.actor.key == actor.key and isinstance(asked.what, Words | Filled | Press):
                return True
        return False


_OVERTAKEN = Reply("You have asked for something else since, so I left alone what waited for this account. Please ask again.")
