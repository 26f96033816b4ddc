"""What the bot says unasked takes the road of every delivery."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import replies
from bot.clock import Clock
from bot.notices import Notices, kind_of, platform_of
from commands.call import Actor
from commands.reply import Button, Field, Reply
from storage.database import Database
from storage.delivery import Delivery
from storage.inbox import Inbox

ADA = Actor("slack", "T1", "U-ada", "Ada", "Europe/London")
REPLY = Reply(
    "Broken.",
    fields=(Field("As", "ada@acme.test"),),
    buttons=(Button("Reconnect", "connect", {"service": "notes"}, style="primary"), Button("Look", url="https://x.test/")),
)


@pytest.fixture
async def inbox(tmp_path: Path) -> AsyncIterator[Inbox]:
    database = Database(f"sqlite:///{tmp_path / 'bot.sqlite'}")
    await database.open()
    inbox = Inbox(database, Clock().time, "test", poll=0.02)
    await inbox.open()
    yield inbox
    await inbox.close()
    await database.close()


async def stored(inbox: Inbox) -> list[Delivery]:
    taken: list[Delivery] = []
    inbox.claim(taken.append, 10)
    await inbox.probe()
    await inbox.stop_claiming()
    return taken


async def test_a_notice_comes_out_as_it_went_in(inbox: Inbox) -> None:
    await Notices(inbox, {"slack"}).tell(ADA, REPLY, "broken:1")
    [delivery] = await stored(inbox)
    told = json.loads(delivery.payload)

    assert (Actor(**told["actor"]), replies.load(told["reply"])) == (ADA, REPLY)
    assert (platform_of(delivery), kind_of(delivery)) == ("slack", "notice")


async def test_the_same_is_told_once_and_something_else_again(inbox: Inbox) -> None:
    notices = Notices(inbox, {"slack"})
    for key in ("broken:1", "broken:1", "broken:2"):
        await notices.tell(ADA, REPLY, key)

    assert {record.key for record in await inbox.list()} == {"notice:broken:1", "notice:broken:2"}


async def test_where_a_platform_is_off_nobody_is_told(inbox: Inbox) -> None:
    await Notices(inbox, {"teams"}).tell(ADA, REPLY, "broken:1")

    assert await inbox.list() == []


def test_what_people_ask_is_no_notice() -> None:
    delivery = Delivery("slack:1", "slack", "C1", "{}", 0.0, 1, 1, "")

    assert (platform_of(delivery), kind_of(delivery)) == ("slack", "")
