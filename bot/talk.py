"""What was said where a command was asked, for the commands that are about that."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

from adapters.errors import Refused, Unavailable
from bot.platform import Reading
from commands.call import Call
from commands.talk import Attached, Said, Talk


def talk_of(platforms: Mapping[str, Reading], call: Call) -> Talk:
    """The conversation in which this call was asked."""
    place = call.place

    def platform() -> Reading:
        if place.platform not in platforms:
            raise Refused("I can't read what is said here.")
        return platforms[place.platform]

    async def thread() -> list[Said]:
        return await platform().thread(place)

    async def since(moment: datetime) -> list[Said]:
        return await platform().history(place, moment)

    async def message(id: str) -> Said:
        return await platform().message(place, id)

    async def asking() -> Said | None:
        """Where it can't be read, what was typed has to do."""
        with suppress(Refused, Unavailable):
            return await platform().message(place, call.message) if call.message else None
        return None

    async def fetch(attached: Attached) -> bytes:
        return await platform().fetch(place, attached)

    return Talk(bool(place.thread), thread, since, message, asking, fetch)
