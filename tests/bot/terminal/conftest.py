"""A desk with commands to try out, and a screen that remembers."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.clients import Clients
from bot.clock import Clock
from bot.connections import Connections
from bot.desk import Desk
from bot.dispatch import Dispatch
from bot.terminal.conversation import Conversation
from bot.terminal.screen import Draw
from commands import help
from commands.call import Actor
from commands.catalog import Catalog, subjects
from commands.reply import Reply
from storage.audit import Audit
from storage.database import Database
from tests.bot.terminal import attempt
from tests.bot.written import writes_on

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
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    database = Database(f"sqlite:///{tmp_path / 'bot.sqlite'}")
    await database.open()
    catalog = Catalog(subjects((attempt, help)), lambda _: True)
    writes = writes_on(database, catalog, Clock())
    clients = Clients({}, Connections([]), Clock())
    yield Desk(Dispatch(catalog, clients, writes.given, writes.judge, writes.writing), Audit(database))
    await database.close()


@pytest.fixture
def conversation(desk: Desk, recorder: Recorder, slept: list[float]) -> Conversation:
    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    return Conversation(desk, ANN, recorder, Clock(), sleep)
