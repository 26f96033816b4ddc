"""What was said where a command was asked, for the commands that are about that."""

from collections.abc import Mapping
from datetime import datetime

from adapters.errors import Refused
from bot.platform import Platform
from commands.call import Call
from commands.talk import Attached, Said, Talk


def talk_of(platforms: Mapping[str, Platform], call: Call) -> Talk:
    """The conversation in which this call was asked."""
    place = call.place

    def platform() -> Platform:
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
        return await platform().message(place, call.message) if call.message else None

    async def fetch(attached: Attached) -> bytes:
        return await platform().fetch(place, attached)

    return Talk(bool(place.thread), thread, since, message, asking, fetch)
