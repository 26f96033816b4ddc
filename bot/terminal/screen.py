"""Where replies are shown: each takes the place of the one before, and the last one stands."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol, TextIO

from bot.terminal.plain import plain
from bot.terminal.stream import Stream, streams
from commands.reply import Reply

Draw = Callable[[Reply], None]


class Screen(Protocol):
    """A place to show replies."""

    def drawing(self) -> AbstractContextManager[Draw]:
        """Begins an answer: gives what draws its replies, one over the other. What grows is written as it comes."""


class PlainScreen:
    """Shows the last reply only, as plain lines, unless it grows."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    @contextmanager
    def drawing(self) -> Iterator[Draw]:
        drawn: list[Reply] = []
        growing = Stream(self._write)

        def draw(reply: Reply) -> None:
            if streams(reply):
                growing.show(reply)
            drawn.append(reply)

        try:
            yield draw
            if drawn:
                self._end(growing, drawn[-1])
        finally:
            growing.close()

    def _end(self, growing: Stream, last: Reply) -> None:
        if not growing.begun:
            print(plain(last), file=self._stream, flush=True)
        elif rest := plain(growing.end(last)).lstrip("\n"):
            print(rest, file=self._stream, flush=True)

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
