"""`ask` and `summarize`: what models are told, by real requests, and what people are told with the answer."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adapters.errors import Refused
from adapters.faults import Fault
from adapters.sandbox_chat_script import Question
from bot.spending import Limits
from commands.ask import ask
from commands.reply import Reply
from commands.summarize import summarize
from commands.talk import Said, without
from tests.bot.conftest import FixedClock
from tests.bot.stage import Stage, staged
from tests.commands.chatter import BEGAN, Chatter

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=ZoneInfo("America/New_York"))
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path, FixedClock(), Limits(9.0, 9.0, 9.0)) as opened:
        yield opened


@pytest.fixture
def chat() -> Chatter:
    return Chatter()


async def said(stage: Stage, chat: Chatter, command: Any, asking: Said | None = None, **arguments: str) -> Reply:
    read = command.validate(arguments, NOW)
    given = {"assistant": stage.models.assistant(stage.call), "talk": chat.talk(asking)}
    replies: list[Reply] = [reply async for reply in command.run(read, given, NOW)]
    return replies[-1]


def asked(stage: Stage, name: str = "openai") -> Question:
    return stage.sandboxes[name].questions[-1]


def notes(reply: Reply) -> list[str]:
    return [each.value for each in reply.fields if each.name == "Note"]


@pytest.mark.parametrize(("name", "mime"), [("photo.png", "image/png"), ("plan.pdf", "application/pdf")])
async def test_what_is_attached_goes_with_the_question(stage: Stage, chat: Chatter, name: str, mime: str) -> None:
    asking = chat.says("Ann", "ask what is this?", chat.file(name, mime, PNG))
    reply = await said(stage, chat, ask, asking, question="what is this?")

    assert [each.mime for each in asked(stage).attached] == [mime]
    assert (reply.text, notes(reply)) == ("OpenAI answers:", [])


async def test_who_stands_in_is_given_the_files_too(stage: Stage, chat: Chatter) -> None:
    stage.sandboxes["openai"].script.add(Fault(kind="status", method="POST", status=503, times=9))
    asking = chat.says("Ann", "ask what is this?", chat.file("photo.png", "image/png", PNG))
    reply = await said(stage, chat, ask, asking, question="what is this?")

    assert reply.text == "OpenAI can't answer at the moment, so Claude does."
    assert [each.mime for each in asked(stage, "anthropic").attached] == ["image/png"]


async def test_a_document_is_there_still_when_one_asks_further(stage: Stage, chat: Chatter) -> None:
    first = chat.says("Ann", "ask what is this?", chat.file("plan.pdf", "application/pdf", b"%PDF"))
    answer = await said(stage, chat, ask, first, question="what is this?")
    chat.says("Interact", answer.prose, own=True)
    await said(stage, chat, ask, chat.says("Ann", "ask and page 2?"), question="and page 2?")

    assert [each.mime for each in asked(stage).attached] == ["application/pdf"]
    assert "[attached: plan.pdf]" in asked(stage).said[0]


async def test_a_thread_that_can_not_be_read_is_told_of_with_the_answer(stage: Stage, chat: Chatter) -> None:
    chat.refuses = "I can't read here: I am not in this channel. Type /invite @Interact, and ask again."
    reply = await said(stage, chat, ask, question="And how?")

    assert [reply.prose != "", *notes(reply)] == [
        True,
        f"I could not read what was said here before, so I answered without it. {chat.refuses}",
    ]


async def test_a_thread_is_summarized_without_the_message_that_asks(stage: Stage, chat: Chatter) -> None:
    chat.says("Ann", "Shall we ship?")
    reply = await said(stage, chat, summarize, chat.says("Bob", "summarize"))

    assert asked(stage).said == ("[2026-11-23 08:00] Ann: Shall we ship?",)
    assert (reply.text, notes(reply)) == ("Summary of this conversation:", [])


async def test_what_is_left_out_of_a_summary_is_said(stage: Stage, chat: Chatter) -> None:
    for number in range(2):
        chat.says("Ann", f"{number} {'x ' * 30_000}")
    chat.said = without(chat.said, "I read the newest 500 messages.")
    reply = await said(stage, chat, summarize)

    assert notes(reply) == [
        "I read the newest 500 messages.",
        "That is more than I can read at once: of 2 messages, I read the newest 1.",
    ]


async def test_a_file_is_summarized_in_place_of_the_thread(stage: Stage, chat: Chatter) -> None:
    chat.says("Ann", "Something else")
    asking = chat.says("Bob", "summarize", chat.file("notes.txt", "text/plain", b"We ship. https://acme.test/x " * 9_000))
    reply = await said(stage, chat, summarize, asking)

    assert asked(stage).said[-1].startswith("notes.txt:\nWe ship.")
    assert (reply.text, reply.links) == ("Summary of the file:", ("https://acme.test/x",))
    assert notes(reply) == ["“notes.txt” is long: I read its first 200 KB."]


async def test_a_message_is_summarized_by_its_file_or_its_thread(stage: Stage, chat: Chatter) -> None:
    filed = chat.says("Ann", "Look", chat.file("plan.pdf", "application/pdf", b"%PDF"))
    plain = chat.says("Bob", "Nice")
    assert (await said(stage, chat, summarize, message=filed.id)).text == "Summary of the file:"
    assert [each.mime for each in asked(stage).attached] == ["application/pdf"]

    assert (await said(stage, chat, summarize, message=plain.id)).text == "Summary of this conversation:"
    assert "Bob: Nice" in asked(stage).said[-1]


async def test_a_message_of_another_thread_is_not_summarized_here(stage: Stage, chat: Chatter) -> None:
    chat.says("Ann", "here")
    chat.elsewhere = [Said("elsewhere", "Bob", BEGAN, "there")]
    with pytest.raises(Refused, match="in another thread"):
        await said(stage, chat, summarize, message="elsewhere")


@pytest.mark.parametrize(
    ("since", "moment", "called"),
    [
        ("today", datetime(2026, 11, 23, 5, 0, tzinfo=UTC), "Monday 23 November"),
        ("3:30 am", datetime(2026, 11, 23, 8, 30, tzinfo=UTC), "Monday 23 November, 03:30"),
        ("last 10 hours", datetime(2026, 11, 23, 7, 0, tzinfo=UTC), "Monday 23 November, 02:00"),
    ],
)
async def test_a_channel_is_summarized_since_a_moment_of_the_askers(
    stage: Stage, chat: Chatter, since: str, moment: datetime, called: str
) -> None:
    chat.in_thread = False
    for number in range(60):
        chat.says("Ann", f"number {number}")
    reply = await said(stage, chat, summarize, since=since)

    assert (chat.since, reply.text) == ([moment], f"Summary of this channel since {called}:")
    assert f"number {max(0, (moment - BEGAN).total_seconds() // 60):.0f}" in asked(stage).said[0].splitlines()[0]


async def test_outside_a_thread_it_is_asked_since_when(stage: Stage, chat: Chatter) -> None:
    chat.in_thread = False
    with pytest.raises(Refused, match="say since when"):
        await said(stage, chat, summarize)
