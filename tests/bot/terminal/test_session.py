"""What was said at the terminal can be asked for, as in a conversation elsewhere."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.errors import Refused
from bot.clock import Clock
from bot.desk import Desk
from bot.terminal.conversation import Conversation
from bot.terminal.person import PLACE
from bot.terminal.session import Session
from commands.reply import Button, Field, Reply
from commands.talk import Attached
from tests.bot.terminal.conftest import ANN, Recorder


@pytest.fixture
def session() -> Session:
    return Session(Clock())


@pytest.fixture
def talking(desk: Desk, recorder: Recorder, session: Session) -> Conversation:
    return Conversation(desk, ANN, recorder, Clock(), session=session)


async def test_what_is_typed_pressed_and_answered_is_kept_in_its_order(talking: Conversation, session: Session) -> None:
    await talking.say("attempt count 3")
    await talking.press(Button("Louder", "attempt echo", {"text": "hey there"}))

    said = await session.thread(PLACE)
    assert [(each.id, each.author, each.own, each.text) for each in said] == [
        ("1", "Ann", False, "attempt count 3"),
        ("2", "Interact", True, "3"),
        ("3", "Ann", False, 'attempt echo text="hey there"'),
        ("4", "Interact", True, said[3].text),
    ]
    assert said[3].text.startswith("echo hey there")
    assert all(each.at.tzinfo is UTC for each in said)


async def test_an_answer_is_kept_with_its_markdown(session: Session) -> None:
    session.answered(Reply("Claude answers:", prose="**Yes**", fields=(Field("Note", "Cut."),)))

    assert (await session.message(PLACE, " 1 ")).text == "Claude answers:\nNote: Cut.\n\n**Yes**"


async def test_what_was_said_before_is_left_out(session: Session) -> None:
    session.asked("Ann", "hello")
    now = datetime.now(UTC)

    assert [each.text for each in await session.history(PLACE, now - timedelta(minutes=1))] == ["hello"]
    assert await session.history(PLACE, now + timedelta(minutes=1)) == []


async def test_the_newest_five_hundred_are_kept(session: Session) -> None:
    for number in range(510):
        session.asked("Ann", str(number))

    said = await session.thread(PLACE)
    assert (len(said), said[0].text) == (500, "10")
    with pytest.raises(Refused):
        await session.message(PLACE, "1")


@pytest.mark.parametrize("id", ["7", "", "the first", "https://acme.test/1"])
async def test_a_message_that_is_not_there_is_refused(session: Session, id: str) -> None:
    session.asked("Ann", "hello")
    with pytest.raises(Refused, match="no such message"):
        await session.message(PLACE, id)


async def test_nothing_is_attached(session: Session) -> None:
    with pytest.raises(Refused):
        await session.fetch(PLACE, Attached("x", "text/plain", 1, "x"))
