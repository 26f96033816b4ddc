"""What providers list, asked for once in ten minutes: by the provider, what is listed, and a hash of the key."""

from collections.abc import Awaitable, Callable

from adapters.chat import ChatModel, Model
from adapters.openai.client import OpenAI
from bot.clock import Clock
from storage.hashing import hashed

_FRESH = 600.0  # seconds for which a list is taken as it was
_MOST = 1000


class Listed:
    """Both of its lists raise what the provider raises."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[tuple[str, str], tuple[float, list[Model]]] = {}

    async def models(self, client: ChatModel) -> list[Model]:
        """Those that can be asked, newest first."""
        return await self._fresh(type(client).__name__, client, client.models)

    async def painters(self, openai: OpenAI) -> list[Model]:
        """Those that make pictures, newest first, with the prices of pictures."""

        async def listed() -> list[Model]:
            return [openai.painter(id) for id in await openai.image_models()]

        return await self._fresh("painters", openai, listed)

    async def _fresh(self, what: str, client: ChatModel, listed: Callable[[], Awaitable[list[Model]]]) -> list[Model]:
        key = (what, hashed(client.token.reveal()))
        until, models = self._known.get(key, (0.0, []))
        if self._clock.time() >= until:
            models = await listed()
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[key] = (self._clock.time() + _FRESH, models)
        return models
