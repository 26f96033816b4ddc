"""A terminal that can draw: in colours, with links, and over what it drew before."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.live import Live

from bot.terminal.render import Mark, render
from bot.terminal.screen import Draw
from bot.terminal.stream import Stream, streams
from commands.reply import Reply


class ColourScreen:
    """`mark` gives for each reply what draws its buttons."""

    def __init__(self, stream: TextIO, mark: Callable[[], Mark]) -> None:
        self._console = Console(file=stream)
        self._mark = mark

    @contextmanager
    def drawing(self) -> Iterator[Draw]:
        # Nothing is redirected: what is logged meanwhile goes to stderr as it is
        live = Live(console=self._console, auto_refresh=False, redirect_stdout=False, redirect_stderr=False)
        growing = Stream(self._write)

        def draw(reply: Reply) -> None:
            if streams(reply):
                self._erase(live)
                growing.show(reply)
            elif growing.begun:
                self._rest(growing.end(reply))
            else:
                live.start()
                live.update(render(reply, self._mark()), refresh=True)

        try:
            yield draw
        finally:
            growing.close()
            live.stop()

    def _erase(self, live: Live) -> None:
        """What was drawn before the answer began to grow."""
        if live.is_started:
            live.transient = True
            live.stop()

    def _rest(self, reply: Reply) -> None:
        """What stands below what has grown."""
        if reply.text or reply.fields or reply.items or reply.buttons or reply.image or reply.file:
            self._console.print(render(reply, self._mark()))

    def _write(self, text: str) -> None:
        self._console.file.write(text)
        self._console.file.flush()
