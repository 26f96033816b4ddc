"""How often Slack lets a bot speak: https://docs.slack.dev/apis/web-api/rate-limits/."""

import time
from collections.abc import Awaitable, Callable

from adapters.errors import Unavailable

_INTERVAL = 1.0  # seconds
_PATIENCE = 30.0  # seconds
_MOST = 10_000


class Pace:
    """One message a second in each channel: gives each its turns. The first message goes at once."""

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
        self._next = _coming(self._next, now)
        if turn > now:
            await self._sleep(turn - now)


class Parts:
    """Who may show a part of an answer now, where a workspace lets a method be called every `interval` seconds.

    Answers that grow at the same time take turns, so that each shows fewer parts. What is not shown comes with the next part.
    """

    def __init__(self, interval: float, now: Callable[[], float] = time.monotonic) -> None:
        self._interval = interval
        self._now = now
        self._free: dict[str, float] = {}  # when a workspace's next turn is that nobody has
        self._turn: dict[str, float] = {}  # of each answer, by what it is known by

    def may(self, team: str, answer: str) -> bool:
        """Whether it is this answer's turn; then it has its next one after all others that wait."""
        now = self._now()
        if now < self._turn.get(answer, 0.0):
            return False
        turn = max(now + self._interval, self._free.get(team, 0.0))
        self._turn, self._free = _coming(self._turn, now), _coming(self._free, now)
        self._turn[answer], self._free[team] = turn, turn + self._interval
        return True


def _coming(turns: dict[str, float], now: float) -> dict[str, float]:
    """Where there are many, those that are over are forgotten."""
    return turns if len(turns) <= _MOST else {name: at for name, at in turns.items() if at > now}
