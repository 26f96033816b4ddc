"""The bot at a prompt: `interact chat`."""

import asyncio
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from prompt_toolkit import PromptSession

from bot.plan import Plan
from bot.terminal.colours import ColourScreen
from bot.terminal.complete import CommandCompleter
from bot.terminal.conversation import Answer, Conversation
from bot.terminal.desk import at_desk
from bot.terminal.history import history
from bot.terminal.person import person
from bot.terminal.render import numbered
from commands.reply import Button, Reply

_PROMPT = "› "
_WELCOME = "Type what you want, such as “help”. A number presses a button, Ctrl-C stops a call, Ctrl-D leaves."
_LEAVING = ("exit", "quit")  # as at other prompts
_STOPPED = "Stopped. What it had begun may have happened."


class Chat:
    """Line after line. The last answer's buttons can be pressed by their numbers."""

    def __init__(self, conversation: Conversation, prompt: PromptSession[str]) -> None:
        self._conversation = conversation
        self._prompt = prompt
        self._buttons: tuple[Button, ...] = ()
        self._begun = ""  # what already stands at the next prompt

    async def run(self) -> None:
        """Until the person leaves."""
        while True:
            try:
                line = await self._prompt.prompt_async(_PROMPT, default=self._begun)
            except KeyboardInterrupt:  # gives the line up
                self._begun = ""
                continue
            except EOFError:
                return
            self._begun = ""
            if line.strip() in _LEAVING:
                return
            if line.strip():
                await self._take(line.strip())

    async def _take(self, line: str) -> None:
        pressed = self._numbered(line)
        if pressed and pressed.form:
            self._begun = f"{self._conversation.typed(pressed)} "  # the prompt is the form
            return
        asked = self._conversation.press(pressed) if pressed else self._conversation.say(line)
        answer = await _stoppable(asked) or await self._conversation.tell(Reply(_STOPPED))
        self._buttons = answer.reply.pressed

    def _numbered(self, line: str) -> Button | None:
        number = int(line) if line.isascii() and line.isdigit() else 0
        return self._buttons[number - 1] if 1 <= number <= len(self._buttons) else None


async def chat(plan: Plan, directory: Path) -> None:
    """Talks with the person at the terminal until they leave; `directory` keeps what they typed. Raises OSError."""
    async with at_desk(plan) as desk:
        conversation = Conversation(desk, person(plan.settings), ColourScreen(sys.stdout, numbered), plan.clock)
        completer = CommandCompleter(desk.dispatch.catalog)
        prompt: PromptSession[str] = PromptSession(
            history=history(directory), completer=completer, complete_while_typing=False, enable_history_search=True
        )
        await conversation.tell(Reply(_WELCOME))
        await Chat(conversation, prompt).run()


async def _stoppable(work: Coroutine[Any, Any, Answer]) -> Answer | None:
    """Ctrl-C ends the call, not the chat: None then."""
    loop = asyncio.get_running_loop()
    task = loop.create_task(work)
    loop.add_signal_handler(signal.SIGINT, task.cancel)
    try:
        await asyncio.wait([task])
    finally:
        loop.remove_signal_handler(signal.SIGINT)
    return None if task.cancelled() else task.result()
