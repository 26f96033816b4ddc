"""What is said about a delivery is said once, even where the database fails just then."""

import threading
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.intent import Intent, load
from bot.platform import Asked, Words
from bot.progress import Progress
from commands.call import Actor, Place
from commands.reply import Reply
from storage.database import Database
from storage.delivery import Delivery
from storage.errors import Fenced
from storage.inbox import Inbox

ASKED = Asked(Actor("test", "t", "ann"), Place("test", "t", "room"), "message", Words("hello"))


@dataclass
class Wall:
    """A platform of one wall: what hangs there, by id."""

    texts: dict[str, str] = field(default_factory=dict)
    threads: set[int] = field(default_factory=set)  # in which something was drawn

    def render(self, asked: Asked, reply: Reply, call: str, ids: Sequence[str]) -> str:
        self.threads.add(threading.get_ident())
        return reply.text

    async def send(self, outgoing: str, sent: Sequence[str], look: bool) -> Sequence[str]:
        id = sent[0] if sent else f"{len(self.texts)}"
        self.texts[id] = outgoing
        return [id]


@dataclass
class Setting:
    inbox: Inbox
    delivery: Delivery
    wall: Wall

    def progress(self) -> Progress:
        return Progress(self.inbox, self.delivery, self.wall, Intent())  # type: ignore[arg-type]  # all that is used of one


@pytest.fixture
async def setting(tmp_path: Path) -> AsyncIterator[Setting]:
    database = Database(f"sqlite:///{tmp_path / 'inbox.sqlite'}")
    await database.open()
    inbox = Inbox(database, time.time, "test")
    await inbox.open()
    yield Setting(inbox, Delivery("test:1", "test", "room", "{}", 0.0, 1, 1, ""), Wall())
    await inbox.close()
    await database.close()


async def test_an_announcement_that_could_not_be_noted_is_not_made_again(setting: Setting) -> None:
    """The delivery was never claimed, so that every note is refused."""
    progress = setting.progress()
    await progress.hold(ASKED)
    await progress.hold(ASKED)

    assert setting.wall.texts == {"0": "Working on it…"}


async def test_what_is_not_stored_is_not_said(setting: Setting) -> None:
    with pytest.raises(Fenced):
        await setting.progress().say(ASKED, Reply("the answer"), ())

    assert setting.wall.texts == {}


@pytest.mark.parametrize(("length", "aside"), [(100, False), (12_000, True)])
async def test_long_prose_is_drawn_where_nobody_waits_for_it(setting: Setting, length: int, aside: bool) -> None:
    with pytest.raises(Fenced):  # the delivery was never claimed
        await setting.progress().show(ASKED, Reply("Claude answers:", prose="x" * length, partial=True))
    assert (threading.get_ident() not in setting.wall.threads) is aside


def test_what_is_noted_can_be_read_again() -> None:
    noted = Intent({"title": "Lunch"}, ("1", "2"), "outgoing")

    assert load(noted.dump()) == Intent({"title": "Lunch"}, ["1", "2"], "outgoing")
    assert load("") == Intent()
