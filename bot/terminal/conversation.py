"""What is asked at this terminal, and how its answers are shown."""

import asyncio
import logging
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from adapters.errors import Unavailable
from bot import words
from bot.clock import Clock
from bot.dispatch import Dispatch
from bot.terminal.person import PLACE
from bot.terminal.screen import Screen
from bot.terminal.spinner import spinning
from commands.call import Actor, Call, Place
from commands.reply import Button, Reply

_LOG = logging.getLogger(__name__)
_PATIENCE = 5.0  # seconds to wait for a service that names a time: here is no worker who would try again later


@dataclass(frozen=True)
class Answer:
    """A reply, and whether it is what was asked for."""

    reply: Reply
    given: bool


class Conversation:
    """Asks as one person, shows what is answered, and gives it back."""

    def __init__(
        self,
        dispatch: Dispatch,
        actor: Actor,
        screen: Screen,
        clock: Clock,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._dispatch = dispatch
        self._actor = actor
        self._screen = screen
        self._clock = clock
        self._sleep = sleep

    async def say(self, text: str) -> Answer:
        """Does what the words ask for."""
        return await self._show(await self._dispatch.read(text, *self._told("terminal")))

    async def press(self, button: Button) -> Answer:
        """Runs what the button stands for."""
        return await self._show(
            await self._dispatch.fill(button.command, button.arguments, *self._told("button"), button.typed)
        )

    async def tell(self, reply: Reply) -> Answer:
        """Shows what nobody asked for."""
        return await self._show(reply)

    def _told(self, via: str) -> tuple[str, Actor, Place, str, datetime]:
        return secrets.token_hex(16), self._actor, PLACE, via, self._clock.now()

    async def _show(self, call: Call | Reply) -> Answer:
        answer = Answer(Reply("Nothing to say."), True)
        with self._screen.drawing() as draw, spinning(sys.stderr) as stop:
            async for answer in self._answers(call):
                stop()
                draw(answer.reply)
        return answer

    async def _answers(self, call: Call | Reply) -> AsyncIterator[Answer]:
        """Each in the place of the one before."""
        if isinstance(call, Reply):
            yield _answer(call)
            return
        try:
            async for reply in self._patiently(call):
                yield _answer(reply)
        except Unavailable as error:
            yield _answer(words.gave_up(error))
        except Exception:
            _LOG.exception("call %s broke", call.id)
            yield _answer(words.broke(call.id))

    async def _patiently(self, call: Call) -> AsyncIterator[Reply]:
        """Tries once more where the service asks for a short wait; the call keeps its id. Raises Unavailable."""
        try:
            async for reply in self._dispatch.answer(call):
                yield reply
        except Unavailable as error:
            if error.retry_after is None or error.retry_after > _PATIENCE:
                raise
            await self._sleep(error.retry_after)
            async for reply in self._dispatch.answer(call):
                yield reply


def _answer(reply: Reply) -> Answer:
    return Answer(reply, not isinstance(reply, words.Sorry))
