"""Nobody is left alone with a call that takes its time: first a sign that the bot is at work, then a message."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from math import inf
from typing import Any

_NOTICED = 0.5  # seconds after which a person begins to wonder
_SIGN_LASTS = 4.0  # seconds

Work = Callable[[], Coroutine[Any, Any, None]]


class Company:
    """Until it is left, calls `sign` again and again, and `show` once, after `patience` seconds.

    `noticed` is after how many seconds it begins, `lasts` for how many a sign is seen. A `show` that has begun is waited for:
    whatever it sends must be known. Neither may raise.
    """

    def __init__(
        self,
        sign: Callable[[], Awaitable[None]],
        show: Work,
        patience: float,
        noticed: float = _NOTICED,
        lasts: float = _SIGN_LASTS,
    ) -> None:
        self._sign = sign
        self._show = show
        self._patience = patience
        self._noticed = noticed
        self._lasts = lasts
        self._timers: list[asyncio.TimerHandle] = []
        self._signing: list[asyncio.Task[None]] = []
        self._showing: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> None:
        """Most calls are over before any of it begins."""
        self._begin_later(self._noticed, self._signing, partial(_again_and_again, self._sign, self._lasts))
        if self._patience < inf:
            self._begin_later(self._patience, self._showing, self._show)

    async def __aexit__(self, *_: object) -> None:
        for timer in self._timers:
            timer.cancel()
        for task in self._signing:
            task.cancel()
        if begun := self._signing + self._showing:
            await asyncio.gather(*begun, return_exceptions=True)

    def _begin_later(self, seconds: float, tasks: list[asyncio.Task[None]], work: Work) -> None:
        loop = asyncio.get_running_loop()
        self._timers.append(loop.call_later(seconds, lambda: tasks.append(loop.create_task(work()))))


async def _again_and_again(sign: Callable[[], Awaitable[None]], lasts: float) -> None:
    while True:
        await sign()
        await asyncio.sleep(lasts)
