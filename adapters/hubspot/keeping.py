"""What changes seldom is kept for a while, for each connection apart."""

import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

_FOR = timedelta(minutes=5)
_MOST = 500  # answers
T = TypeVar("T")


class Keeping:
    """Answers by who asked for what. A token is kept as its hash only."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], tuple[datetime, Any]] = OrderedDict()

    async def get(self, token: str, what: str, now: datetime, ask: Callable[[], Awaitable[T]]) -> T:
        """What was answered less than five minutes ago, or else what `ask` brings."""
        key = hashlib.sha256(token.encode()).hexdigest(), what
        until, value = self._kept.get(key, (now, None))
        if until > now:
            kept: T = value
            return kept
        answer = await ask()
        self._kept[key] = now + _FOR, answer
        self._kept.move_to_end(key)
        while len(self._kept) > _MOST:
            self._kept.popitem(last=False)
        return answer
