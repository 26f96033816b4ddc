"""What somebody asked that needs an account runs by itself once they have connected it."""

import asyncio
from collections.abc import Mapping

from adapters.errors import Refused, Unavailable
from bot.notices import Notices
from bot.offering import command_of
from bot.platform import Asked, Filled, Platform, Press, Words
from commands.call import Actor
from commands.reply import Reply
from storage.delivery import Delivery
from storage.inbox import Inbox
from storage.offers import Offers
from storage.waiting import Waiting

_TRIES, _PAUSE = 20, 0.25  # seconds between two looks: the delivery may just be coming to its end


class Resuming:
    """`platforms` is filled once they are open; `pause` is in seconds."""

    def __init__(
        self,
        waiting: Waiting,
        inbox: Inbox,
        offers: Offers,
        notices: Notices,
        platforms: Mapping[str, Platform],
        pause: float = _PAUSE,
    ) -> None:
        self._waiting = waiting
        self._inbox = inbox
        self._offers = offers
        self._notices = notices
        self._platforms = platforms
        self._pause = pause

    async def wait(self, actor: Actor, service: str, delivery: Delivery) -> None:
        """Keeps in mind that this delivery needs an account of the actor's. Raises StorageError."""
        await self._waiting.wait(actor.key, service, delivery.key, delivery.conversation)

    async def resume(self, actor: Actor, service: str) -> None:
        """Has answered what waited for this account, where it is still the last that the person asked there; tells them if not.

        Raises StorageError.
        """
        for waits in await self._waiting.take(actor.key, service):
            if await self._is_overtaken(actor, waits.delivery):
                await self._notices.tell(actor, _OVERTAKEN, f"overtaken:{waits.delivery}")
            elif not await self._replayed(waits.delivery):
                await self._notices.tell(actor, _LOST, f"lost:{waits.delivery}")

    async def _replayed(self, waits: str) -> bool:
        for _ in range(_TRIES):
            if await self._inbox.replay(waits):
                return True
            await asyncio.sleep(self._pause)
        return False

    async def _is_overtaken(self, actor: Actor, waits: str) -> bool:
        for later in await self._waiting.later(waits):
            try:
                asked = await self._platforms[later.kind].read(later)
            except (KeyError, Refused, Unavailable):
                continue
            if asked and asked.actor.key == actor.key and await self._overtakes(asked):
                return True
        return False

    async def _overtakes(self, asked: Asked) -> bool:
        """To find another way to connect than the button that was shown is no change of mind."""
        match asked.what:
            case Words(text):
                return not _leads_here(text)
            case Filled(command):
                return not _leads_here(command)
            case Press(id):
                return not _leads_here(await command_of(self._offers, id))
            case _:
                return False


def _leads_here(words: str) -> bool:
    return words.casefold().split()[:1] in (["connect"], ["integrations"])


_LOST = Reply("What waited for this account could not be taken up again. Please ask once more.")
_OVERTAKEN = Reply("You have asked for something else since, so I left alone what waited for this account. Please ask again.")
