"""What whoever starts the bot is told until it is ready. The banner tells the rest."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.plan import Plan

_PATIENCE = 5.0  # seconds


def starting(plan: "Plan") -> str:
    """One line, at once: what is about to be loaded takes seconds."""
    settings = plan.settings
    platforms = {"Slack": settings.slack, "Microsoft Teams": settings.teams}
    number = len(plan.switched_on)
    services = [f"{number} service{'s' if number != 1 else ''}"] if number else []
    parts = [*(title for title, on in platforms.items() if on or settings.sandbox_mode), *services]
    return f"Interact {version('interact-bot')} is starting: {_listed(parts)}…"


class Start:
    """What the start is waiting for."""

    def __init__(self) -> None:
        self._open: list[str] = []

    @contextmanager
    def waits_for(self, what: str) -> Iterator[None]:
        """In the words that people are told."""
        self._open.append(what)
        try:
            yield
        finally:
            self._open.remove(what)

    async def tell(self, say: Callable[[str], None], sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Every five seconds, until it is cancelled."""
        while True:
            await sleep(_PATIENCE)
            if self._open:
                say(f"Still waiting for {_listed(self._open)}…")


def _listed(parts: list[str]) -> str:
    *others, last = parts
    return f"{', '.join(others)} and {last}" if others else last
