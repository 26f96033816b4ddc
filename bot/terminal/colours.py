"""A terminal that can draw: in colours, with links, and over what it drew before."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.live import Live

from bot.terminal.render import Mark, render
from bot.terminal.screen import Draw


class ColourScreen:
    """`mark` gives for each reply what draws its buttons."""

    def __init__(self, stream: TextIO, mark: Callable[[], Mark]) -> None:
        self._console = Console(file=stream)
        self._mark = mark

    @contextmanager
    def drawing(self) -> Iterator[Draw]:
        # Nothing is redirected: what is logged meanwhile goes to stderr as it is
        with Live(console=self._console, auto_refresh=False, redirect_stdout=False, redirect_stderr=False) as live:
            yield lambda reply: live.update(render(reply, self._mark()), refresh=True)
