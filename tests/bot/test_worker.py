"""What can be neither answered nor written about while the database is away comes again once it is back."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest

from adapters.errors import Unavailable
from bot.answering import Answering
from bot.clock import Clock
from bot.metrics import Metrics
from bot.progress import UndeliveredError
from bot.schedule import Schedule
from bot.worker import Worker
from storage.database import Database
from storage.delivery import Delivery
from storage.inbox import Inbox

_LAST = 5  # attempts, after which its asker is told that it came to nothing


class Desk:
    """Answers everything, but what `fails` with something; what was answered and who was told otherwise is noted."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self.opens = asyncio.Event()  # once all is put in that is to be: not before is anything answered
        self.fails: Callable[[Delivery], Exception | None] = lambda _: None
        self.answered: list[str] = []
        self.told: list[str] = []

    async def answer(self, delivery: Delivery) -> None:
        await self.opens.wait()
        if error := self.fails(delivery):
            raise error
        self.answered.append(delivery.key)

    async def give_up(self, delivery: Delivery, error: Unavailable) -> None:
        """Raises StorageError, as it looks first for what was said before."""
        await self._inbox.intent(delivery.key)
        self.told.append(delivery.key)


class Bot:
    def __init__(self, file: Path, inbox: Inbox) -> None:
        self._file = file
        self.inbox = inbox
        self.desk = Desk(inbox)

    def lose(self) -> None:
        """The database can be neither read nor written."""
        self._rename("delivery", "away")

    def find(self) -> None:
        self._rename("away", "delivery")

    async def ask(self, *keys: str) -> None:
        for key in keys:
            await self.inbox.put(key, "slack", "slack:T:C", "{}")
        self.desk.opens.set()

    def _rename(self, name: str, to: str) -> None:
        with closing(sqlite3.connect(self._file, timeout=10)) as connection:
            connection.execute(f"ALTER TABLE {name} RENAME TO {to}")


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    file = tmp_path / "inbox.sqlite"
    database, clock, metrics = Database(f"sqlite:///{file}"), Clock(), Metrics()
    await database.open()
    inbox = Inbox(database, time.time, "one", lease=0.3, poll=0.02)
    await inbox.open()
    opened = Bot(file, inbox)
    worker = Worker(inbox, cast(Answering, opened.desk), metrics, clock, lambda: 0.01, Schedule(inbox, [], metrics, clock))
    worker.start(5)
    yield opened
    await worker.drain(0.0)
    await inbox.close()
    await database.close()


async def until(look: Callable[[], Any]) -> None:
    async with asyncio.timeout(20):
        while not look():
            await asyncio.sleep(0.01)


async def test_what_could_not_be_said_while_the_database_was_away_is_said_and_holds_up_nobody_for_good(bot: Bot) -> None:
    def fails(delivery: Delivery) -> Exception | None:
        if delivery.key != "first" or delivery.attempt > 1:
            return None
        bot.lose()
        return UndeliveredError("Slack can't be reached")

    bot.desk.fails = fails
    await bot.ask("first", "second")
    await asyncio.sleep(0.5)
    assert bot.desk.answered == []
    bot.find()
    await until(lambda: bot.desk.answered == ["first", "second"])


async def test_that_it_came_to_nothing_is_told_though_the_database_was_away_when_it_was_to_be(bot: Bot) -> None:
    def fails(delivery: Delivery) -> Exception:
        if delivery.attempt == _LAST:
            bot.lose()
        return Unavailable("the service is away")

    bot.desk.fails = fails
    await bot.ask("it")
    await asyncio.sleep(1.0)
    assert bot.desk.told == []
    bot.find()
    await until(lambda: bot.desk.told == ["it"])
