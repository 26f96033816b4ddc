"""What was said where a command was asked, for the commands that are about that."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

from adapters.errors import Refused, Unavailable
from bot.platform import Reading
from commands.call import Call
from commands.talk import Attached, Said, Talk

_NOT_NOW = "What was said here can't be read at the moment. Please ask again in a minute."


def talk_of(platforms: Mapping[str, Reading], call: Call) -> Talk:
    """The conversation in which this call was asked."""
    there = _Conversation(platforms.get(call.place.platform), call)
    return Talk(there.in_thread, there.thread, there.since, there.message, there.asking, there.fetch)


class _Conversation:
    """See `Talk`. Without a `platform`, nothing in it can be read."""

    def __init__(self, platform: Reading | None, call: Call) -> None:
        self._given = platform
        self._call = call
        self._place = call.place

    @property
    def in_thread(self) -> bool:
        return self._given.in_thread(self._place) if self._given else bool(self._place.thread)

    async def thread(self) -> list[Said]:
        """A chat as a whole is read where that can be done now: a question there may well be the first."""
        if self._place.thread:
            return await self._platform.thread(self._place)
        chosen = str(self._call.arguments.get("message") or "")
        try:
            return await (self._chat_since(chosen) if chosen and self.in_thread else self._platform.thread(self._place))
        except Unavailable:
            raise Refused(_NOT_NOW) from None

    async def since(self, moment: datetime) -> list[Said]:
        return await self._platform.history(self._place, moment)

    async def message(self, id: str) -> Said:
        return await self._platform.message(self._place, id)

    async def asking(self) -> Said | None:
        """Where it can't be read, what was typed has to do. A message from whose menu it was asked does not ask."""
        if not self._call.message or self._call.via == "shortcut":
            return None
        with suppress(Refused, Unavailable):
            return await self.message(self._call.message)
        return None

    async def fetch(self, attached: Attached) -> bytes:
        return await self._platform.fetch(self._place, attached)

    async def _chat_since(self, id: str) -> list[Said]:
        """That message, and what was said since."""
        begun = await self.message(id)
        return [begun, *(each for each in await self.since(begun.at) if each.id != begun.id)]

    @property
    def _platform(self) -> Reading:
        if self._given is None:
            raise Refused("I can't read what is said here.")
        return self._given
