"""A sign of life, on terminals only."""

import asyncio
import io

from bot.terminal.spinner import spinning
from tests.bot.terminal.test_screen import Terminal


class Watched(Terminal):
    """A terminal that tells when something turns on it."""

    def __init__(self) -> None:
        super().__init__()
        self.turning = asyncio.Event()

    def write(self, text: str) -> int:
        if "|" in text:
            self.turning.set()
        return super().write(text)


async def test_it_turns_while_somebody_waits_and_is_erased() -> None:
    stream = Watched()
    with spinning(stream) as stop:
        async with asyncio.timeout(10):
            await stream.turning.wait()
        stop()
        stop()
    assert stream.getvalue().endswith("\r\x1b[K")
    assert stream.getvalue().count("\x1b[K") == 1


async def test_it_does_not_show_where_the_answer_is_there_at_once() -> None:
    stream = Terminal()
    with spinning(stream):
        await asyncio.sleep(0)
    assert "|" not in stream.getvalue()


async def test_it_leaves_files_and_pipes_alone() -> None:
    stream = io.StringIO()
    with spinning(stream) as stop:
        stop()
    assert stream.getvalue() == ""
