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
    place, chosen = call.place, str(call.arguments.get("message") or "")

    def platform() -> Reading:
        if place.platform not in platforms:
            raise Refused("I can't read what is said here.")
        return platforms[place.platform]

    def in_thread() -> bool:
        return platforms[place.platform].in_thread(place) if place.platform in platforms else bool(place.thread)

    async def thread() -> list[Said]:
        """A chat as a whole is read where that can be done now: a question there may well be the first."""
        if place.thread:
            return await platform().thread(place)
        try:
            return await (chat_since(chosen) if chosen and in_thread() else platform().thread(place))
        except Unavailable:
            raise Refused(_NOT_NOW) from None

    async def chat_since(id: str) -> list[Said]:
        """That message, and what was said since."""
        begun = await platform().message(place, id)
        later = await platform().history(place, begun.at)
        return [begun, *(each for each in later if each.id != begun.id)]

    async def since(moment: datetime) -> list[Said]:
        return await platform().history(place, moment)

    async def message(id: str) -> Said:
        return await platform().message(place, id)

    async def asking() -> Said | None:
        """Where it can't be read, what was typed has to do. A message from whose menu it was asked does not ask."""
        with suppress(Refused, Unavailable):
            return await platform().message(place, call.message) if call.message and call.via != "shortcut" else None
        return None

    async def fetch(attached: Attached) -> bytes:
        return await platform().fetch(place, attached)

    return Talk(in_thread(), thread, since, message, asking, fetch)
