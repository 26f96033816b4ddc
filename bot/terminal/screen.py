"""Where replies are shown: each takes the place of the one before, and the last one stands."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol, TextIO

from bot.terminal.plain import plain
from commands.reply import Reply

Draw = Callable[[Reply], None]


class Screen(Protocol):
    """A place to show replies."""

    def drawing(self) -> AbstractContextManager[Draw]:
        """Begins an answer: gives what draws its replies, one over the other."""


class PlainScreen:
    """Shows the last reply only, as plain lines."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    @contextmanager
    def drawing(self) -> Iterator[Draw]:
        drawn: list[Reply] = []
        yield drawn.append
        if drawn:
            print(plain(drawn[-1]), file=self._stream, flush=True)
