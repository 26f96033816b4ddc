"""What a model is told of a conversation, and what people are told that it is not told."""

from dataclasses import replace

import pytest

from adapters.errors import Refused
from commands.attached import documents, once_more
from commands.heard import before, noted, transcript
from commands.reply import Field, Reply
from commands.talk import without
from tests.commands.chatter import Chatter


@pytest.fixture
def chat() -> Chatter:
    return Chatter()


async def test_what_was_said_before_is_told_in_turns_with_the_names_of_files(chat: Chatter) -> None:
    chat.says("Interact", "Welcome.", own=True)
    chat.says("Ann", "Look", chat.file("plan.pdf", "application/pdf", b"%PDF"))
    chat.says("Bob", "Nice")
    chat.says("Interact", "It is a plan.", own=True)
    asking = chat.says("Ann", "ask and page 2?")
    told = await before(chat.talk(), asking)

    assert [(turn.role, turn.text) for turn in told.turns] == [
        ("user", "Ann: Look\n[attached: plan.pdf]\n\nBob: Nice"),
        ("assistant", "It is a plan."),
    ]
    assert told.notes == ()


async def test_the_newest_file_that_was_answered_is_meant_still(chat: Chatter) -> None:
    for name in ("old.pdf", "new.pdf"):
        chat.says("Ann", name, chat.file(name, "application/pdf", b"%PDF"))
        chat.says("Interact", "I see.", own=True)
    chat.says("Bob", "mine", chat.file("never-asked.pdf", "application/pdf", b"%PDF"))
    told = await before(chat.talk(), chat.says("Ann", "ask more"))

    assert told.shown
    assert told.shown.text == "new.pdf"
    assert [each.name for each in (await once_more(chat.talk(), told.shown)).files] == ["new.pdf"]


async def test_a_file_that_is_gone_is_done_without_and_that_is_said(chat: Chatter) -> None:
    shown = chat.says("Ann", "Look", chat.file("plan.pdf", "application/pdf", b"%PDF"))
    chat.files.clear()
    again = await once_more(chat.talk(), shown)

    assert (bool(again), again.notes) == (False, ("I answered without the file from before. “plan.pdf” was deleted.",))


async def test_where_the_thread_may_not_be_read_that_is_said(chat: Chatter) -> None:
    chat.refuses = "I can't read here: I am not in this channel."
    told = await before(chat.talk(), None)

    assert told.turns == ()
    assert told.notes == (
        "I could not read what was said here before, so I answered without it. I can't read here: I am not in this channel.",
    )


async def test_of_more_than_a_model_is_told_at_once_the_newest_is_told_and_that_is_said(chat: Chatter) -> None:
    for number in range(5):
        chat.says("Ann", f"{number} {'x' * 30_000}")
    told, notes = transcript(chat.said)

    assert [line.split()[3] for line in told.splitlines()] == ["2", "3", "4"]
    assert notes == ("That is more than I can read at once: of 5 messages, I read the newest 3.",)
    assert (await before(chat.talk(), None)).notes == notes


def test_of_one_endless_message_the_end_is_told(chat: Chatter) -> None:
    chat.says("Ann", "first")
    told, notes = transcript([*chat.said, chat.says("Ann", f"{'x' * 200_000} the end")])

    assert (len(told), told.endswith("the end"), len(notes)) == (100_000, True, 1)


def test_what_the_platform_left_out_is_said(chat: Chatter) -> None:
    chat.says("Ann", "a")
    assert transcript(without(chat.said, "I read the newest 500 messages."))[1] == ("I read the newest 500 messages.",)
    assert transcript(chat.said)[1] == ()
    assert without([], "nothing") == []


async def test_what_is_attached_is_added_up_while_it_is_fetched(chat: Chatter) -> None:
    """Teams does not tell how large a file is."""
    files = [chat.file(f"{number}.pdf", "application/pdf", b"x" * 1_600_000, size=0) for number in range(4)]
    with pytest.raises(Refused, match=r"“1\.pdf” is too large for me to read: all that is attached may have 3 MB together\."):
        await documents(chat.talk(), chat.says("Ann", "Look", *files))
    assert chat.fetched == ["0.pdf", "1.pdf"], "no more of them is fetched"


async def test_what_is_said_to_be_too_large_is_not_fetched(chat: Chatter) -> None:
    with pytest.raises(Refused, match="3 MB"):
        await documents(chat.talk(), chat.says("Ann", "Look", chat.file("a.pdf", "application/pdf", b"", size=3_000_001)))
    assert chat.fetched == []


async def test_of_a_long_text_the_beginning_is_told_and_that_is_said(chat: Chatter) -> None:
    given = await documents(chat.talk(), chat.says("Ann", "Look", chat.file("log.txt", "text/plain", b"x" * 200_001)))

    assert (given.texts, given.files) == (f"log.txt:\n{'x' * 200_000}", ())
    assert given.notes == ("“log.txt” is long: I read its first 200 KB.",)


def test_notes_stand_with_what_is_said_and_not_without() -> None:
    said = Reply("Claude answers:", prose="Yes.", fields=(Field("Note", "Stopped here."),))
    assert [each.value for each in noted(said, ("a", "b")).fields] == ["a", "b", "Stopped here."]
    assert noted(replace(said, prose=""), ("a",)).fields == said.fields
