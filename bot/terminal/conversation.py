"""What is asked at this terminal, and how its answers are shown."""

import asyncio
import logging
import secrets
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from adapters.errors import Unavailable
from bot import words
from bot.clock import Clock
from bot.desk import Desk
from bot.dispatch import Form, Settle
from bot.entry import entries_of
from bot.platform import Asked, Filled, Words
from bot.terminal.person import PLACE
from bot.terminal.saving import save
from bot.terminal.screen import Screen
from bot.terminal.session import Session
from bot.terminal.spinner import spinning
from bot.terminal.typed import typeable, typed
from commands.call import Actor, Call, Place
from commands.reply import Button, Field, Reply
from storage.errors import StorageError

_LOG = logging.getLogger(__name__)
_PATIENCE = 5.0  # seconds to wait for a service that names a time: here is no worker who would try again later


@dataclass(frozen=True)
class Answer:
    """A reply, and whether it is what was asked for."""

    reply: Reply
    given: bool


class Conversation:
    """Asks as one person, shows what is answered, notes both, and gives the answer back.

    `session` is what commands are given that are about what was said here.
    """

    def __init__(
        self,
        desk: Desk,
        actor: Actor,
        screen: Screen,
        clock: Clock,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        session: Session | None = None,
    ) -> None:
        self._dispatch = desk.dispatch
        self._audit = desk.audit
        self._actor = actor
        self._screen = screen
        self._clock = clock
        self._sleep = sleep
        self._session = session or desk.session or Session(clock)
        self._shown = Reply("")

    async def say(self, text: str) -> Answer:
        """Does what the words ask for. Raises StorageError, as everything here."""
        asked = Asked(self._actor, PLACE, "terminal", Words(text), message=self._session.asked(self._actor.called, text))
        return await self._take(asked, await self._dispatch.read(text, *self._told(asked)))

    async def press(self, button: Button) -> Answer:
        """Runs what the button stands for."""
        self._session.asked(self._actor.called, self.typed(button))
        asked = Asked(self._actor, PLACE, "button", Filled(button.command, button.arguments))
        told = (button.command, button.arguments, *self._told(asked))
        return await self._take(asked, await self._dispatch.fill(*told, button.typed))

    def typed(self, button: Button) -> str:
        """The words that do what it does."""
        [shown] = self._typeable(Reply("", buttons=(button,))).buttons
        return typed(shown)

    async def tell(self, reply: Reply) -> Answer:
        """Shows what nobody asked for."""
        return await self._show(_said(reply))

    def _told(self, asked: Asked) -> tuple[str, Actor, Place, str, datetime]:
        return secrets.token_hex(16), self._actor, PLACE, asked.via, self._clock.now()

    async def _take(self, asked: Asked, call: Call | Form | Reply) -> Answer:
        if isinstance(call, Form):  # the prompt is the form
            call = call.otherwise
        if isinstance(call, Reply):
            answer = await self._show(_said(call))
            return await self._noted(asked, None, None, answer)
        call = replace(call, message=asked.message)
        ran = call

        async def settle(meant: Call) -> None:
            nonlocal ran
            ran = meant

        try:
            answer = await self._show(self._answers(call, lambda: ran, settle))
        except asyncio.CancelledError:  # by Ctrl-C, which ends the call and not the chat
            if self._shown.prose:
                self._session.answered(self._shown)
            answer = await self._show(_said(words.stopped(ran.command, await self._dispatch.doubted(ran))))
        return await self._noted(asked, call, ran, answer)

    async def _noted(self, asked: Asked, call: Call | None, ran: Call | None, answer: Answer) -> Answer:
        self._session.answered(self._typeable(answer.reply))
        id = call.id if call else secrets.token_hex(16)
        await self._audit.append(*entries_of(id, self._clock.time(), asked, call, ran, answer.reply, self._dispatch.catalog))
        return answer

    def _typeable(self, reply: Reply) -> Reply:
        return typeable(reply, self._dispatch.catalog)

    async def _show(self, answers: AsyncGenerator[Answer, None]) -> Answer:
        """What is stopped midway is closed, so that nothing goes on behind it."""
        answer = Answer(Reply("Nothing to say."), True)
        self._shown = Reply("")
        async with aclosing(answers):
            with self._screen.drawing() as draw, spinning(sys.stderr) as stop:
                async for answer in answers:
                    stop()
                    draw(self._typeable(answer.reply))
                    self._shown = answer.reply
        return answer

    async def _answers(self, call: Call, meant: Callable[[], Call], settle: Settle) -> AsyncGenerator[Answer, None]:
        """Each in the place of the one before. `meant` is the call as it has turned out to be meant so far."""
        try:
            async with aclosing(self._patiently(call, meant, settle)) as replies:
                async for reply in replies:
                    yield _answer(await _with_file_saved(reply))
        except Unavailable as error:
            doubted = await self._dispatch.doubted(meant())
            yield _answer(words.unknown(error, meant().command, doubted) if doubted else words.gave_up(error))
        except StorageError:
            raise
        except Exception:
            _LOG.exception("call %s broke", call.id)
            yield _answer(words.broke(call.id, meant().command, await self._dispatch.doubted(meant())))

    async def _patiently(self, call: Call, meant: Callable[[], Call], settle: Settle) -> AsyncGenerator[Reply, None]:
        """Tries once more where the service asks for a short wait: the same call, as it was meant. Raises Unavailable."""
        try:
            async with aclosing(self._dispatch.answer(call, settle)) as replies:
                async for reply in replies:
                    yield reply
        except Unavailable as error:
            if error.retry_after is None or error.retry_after > _PATIENCE:
                raise
            await self._sleep(error.retry_after)
            async with aclosing(self._dispatch.answer(meant(), settle)) as replies:
                async for reply in replies:
                    yield reply


async def _with_file_saved(reply: Reply) -> Reply:
    """In the folder where the bot was started."""
    if not reply.file:
        return reply
    try:
        told = Field("Saved as", await asyncio.to_thread(save, reply.file, Path.cwd()))
    except OSError as error:
        told = Field("Not saved", f"{error.strerror}. Start me in a folder that I may write to.")
    return replace(reply, file=None, fields=(*reply.fields, told))


async def _said(reply: Reply) -> AsyncGenerator[Answer, None]:
    yield _answer(reply)


def _answer(reply: Reply) -> Answer:
    return Answer(reply, not isinstance(reply, words.Sorry))
