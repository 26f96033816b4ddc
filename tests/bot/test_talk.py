"""What commands are told of a conversation, wherever that is."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.errors import Refused, Unavailable
from bot.clock import Clock
from bot.talk import talk_of
from bot.terminal.session import Session
from commands.call import Actor, Call, Place
from commands.talk import Said

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PLACE = Place("terminal", "local", "terminal")


class Chat(Session):
    """Three messages, of which one stands at the same moment as the next."""

    async def thread(self, place: Place) -> list[Said]:
        return [Said("3", "Bob", AT, "the newest")]

    async def history(self, place: Place, since: datetime) -> list[Said]:
        every = [Said("1", "Ann", AT - timedelta(hours=1), "old"), Said("2", "Ann", AT, "this"), Said("3", "Bob", AT, "after")]
        return [each for each in every if each.at >= since]

    async def message(self, place: Place, id: str) -> Said:
        return next(each for each in await self.history(place, AT - timedelta(days=1)) if each.id == id)


def call(**changes: Any) -> Call:
    told = {"id": "c", "command": "summarize", "arguments": {}, "actor": Actor("terminal", "local", "ann"), "place": PLACE}
    return Call(**{**told, "via": "message", "asked": AT, **changes})


@pytest.mark.parametrize(
    ("arguments", "thread", "wanted"),
    [({}, "", ["the newest"]), ({"message": "2"}, "", ["this", "after"]), ({"message": "2"}, "t", ["the newest"])],
)
async def test_in_a_chat_a_message_begins_what_is_meant(arguments: dict[str, str], thread: str, wanted: Sequence[str]) -> None:
    talk = talk_of({"terminal": Chat(Clock())}, call(arguments=arguments, place=Place("terminal", "local", "terminal", thread)))
    assert [each.text for each in await talk.thread()] == wanted


class Away(Chat):
    async def thread(self, place: Place) -> list[Said]:
        raise Unavailable("Away.")


async def test_who_asks_in_a_chat_does_not_wait_until_it_can_be_read_again() -> None:
    platforms = {"terminal": Away(Clock())}
    with pytest.raises(Refused, match="in a minute"):
        await talk_of(platforms, call()).thread()
    with pytest.raises(Unavailable):
        await talk_of(platforms, call(place=Place("terminal", "local", "terminal", "t"))).thread()


@pytest.mark.parametrize(("via", "wanted"), [("message", "this"), ("shortcut", None)])
async def test_a_message_from_whose_menu_something_was_asked_is_not_the_one_that_asks(via: str, wanted: str | None) -> None:
    asking = await talk_of({"terminal": Chat(Clock())}, call(via=via, message="2", arguments={"message": "2"})).asking()
    assert (asking.text if asking else None) == wanted


@pytest.mark.parametrize(("thread", "wanted"), [("", False), ("t", True)])
def test_where_nothing_can_be_read_a_thread_is_still_known(thread: str, wanted: bool) -> None:
    assert talk_of({}, call(place=Place("slack", "T", "C", thread))).in_thread is wanted


async def test_all_that_is_said_at_the_terminal_is_one_thread() -> None:
    session = Session(Clock())
    session.asked("Ann", "What is a leap second?")
    talk = talk_of({"terminal": session}, call())

    assert talk.in_thread
    assert [each.text for each in await talk.thread()] == ["What is a leap second?"]
