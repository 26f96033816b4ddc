"""One message a second in each channel: https://docs.slack.dev/apis/web-api/rate-limits/."""

import time
from collections.abc import Awaitable, Callable

from adapters.errors import Unavailable

_INTERVAL = 1.0  # seconds
_PATIENCE = 30.0  # seconds
_MOST = 10_000


class Pace:
    """Gives each channel its turns. The first message goes at once."""

    def __init__(self, sleep: Callable[[float], Awaitable[None]], now: Callable[[], float] = time.monotonic) -> None:
        self._sleep = sleep
        self._now = now
        self._next: dict[str, float] = {}

    async def turn(self, channel: str) -> None:
        """Waits until it is this channel's turn. Raises Unavailable where that is too far away to be waited for."""
        now = self._now()
        turn = max(now, self._next.get(channel, 0.0))
        if turn - now > _PATIENCE:
            raise Unavailable("There is too much going on in this channel.", turn - now)
        self._next[channel] = turn + _INTERVAL
        if len(self._next) > _MOST:
            self._next = {name: at for name, at in self._next.items() if at > now}
        if turn > now:
            await self._sleep(turn - now)
