"""Where pictures that were painted for people are kept and seen."""

from collections.abc import Callable

from adapters.errors import Refused
from adapters.openai.image import Image
from bot.clock import Clock
from commands.call import Call
from commands.illustrator import Picture
from storage.pictures import Kept, Pictures


class Gallery:
    """`public_url` is where browsers find the bot's pages, empty where they don't. Everything here raises StorageError."""

    def __init__(self, pictures: Pictures, public_url: str, clock: Clock, token: Callable[[], str]) -> None:
        self._pictures = pictures
        self._public_url = public_url
        self._clock = clock
        self._token = token

    async def found(self, call: Call) -> Picture | None:
        """What was painted for this call on an earlier attempt. Raises Refused where no picture could be seen."""
        if not self._public_url:
            raise Refused("I have no address where a picture could be seen. Whoever runs me can give me one: PUBLIC_URL.")
        kept = await self._pictures.of(call.id)
        return self._hung(kept) if kept else None

    async def hang(self, call: Call, image: Image, record: str) -> Picture:
        """From now on it can be seen."""
        kept = Kept(self._token(), image.mime, image.content, record, call.actor.key)
        await self._pictures.keep(call.id, kept, self._clock.time())
        return self._hung(kept)

    def _hung(self, kept: Kept) -> Picture:
        url = f"{self._public_url}pictures/{kept.id}"
        return Picture(kept.content, kept.mime, kept.record, url, embeds=url.startswith("https://"))
