"""A desk with commands to try out, and a screen that remembers."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bot.clients import Clients
from bot.clock import Clock
from bot.connections import Connections
from bot.dispatch import Dispatch
from bot.terminal.conversation import Conversation
from bot.terminal.screen import Draw
from commands import help
from commands.call import Actor
from commands.catalog import Catalog, subjects
from commands.reply import Reply
from tests.bot.terminal import attempt

ANN = Actor("terminal", "local", "ann", "Ann", "Europe/Berlin")


class Recorder:
    """A screen that remembers what was drawn on it."""

    def __init__(self) -> None:
        self.drawn: list[Reply] = []

    @contextmanager
    def drawing(self) -> Iterator[Draw]:
        yield self.drawn.append

    @property
    def texts(self) -> list[str]:
        return [reply.text for reply in self.drawn]


@pytest.fixture
def recorder() -> Recorder:
    attempt.TRIED.clear()
    return Recorder()


@pytest.fixture
def slept() -> list[float]:
    """How long each pause would have been."""
    return []


@pytest.fixture
def desk() -> Dispatch:
    return Dispatch(Catalog(subjects((attempt, help)), lambda _: True), Clients({}, Connections([]), Clock()), {})


@pytest.fixture
def conversation(desk: Dispatch, recorder: Recorder, slept: list[float]) -> Conversation:
    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    return Conversation(desk, ANN, recorder, Clock(), sleep)
