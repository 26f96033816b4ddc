"""Whatever a provider does, an answer ends in one message that says how things stand."""

from pathlib import Path
from typing import Any

import pytest

from adapters.faults import Fault
from adapters.sandbox_chat_script import Cut, Failure, Pause, Step
from tests.acceptance.asking import Asking, Shown, asking

QUESTION = "ask What is a leap second?"
BROKEN = Shown("OpenAI answers:\nThe Earth slows,\nNote: OpenAI broke off here. Ask again for the whole answer.")
IN_PLACE = Shown("OpenAI can't answer at the moment, so Claude does.\nA second that is put in.")
NO_MORE = ("gave up", "")  # what comes of a question and what it took, in the audit


def away(on: Asking, **more: Any) -> None:
    """OpenAI answers no question."""
    on.openai.script.add(Fault(kind="status", status=503, path="/responses", times=99, **more))


async def test_an_answer_that_is_cut_says_so(tmp_path: Path) -> None:
    breaks: list[tuple[Step, ...]] = [
        ("The Earth slows, ", Pause(0.2), Cut()),
        ("The Earth slows, ", Cut(politely=True)),
        ("The Earth slows, ", Failure(500, "server_error")),
    ]
    async with asking(tmp_path, ["slack", "teams"]) as on:
        await on.world.bot.start()
        rooms = [on.channel("cut", "slack"), on.channel("cut", "teams"), on.chat("teams")]
        for each, room in zip(breaks, rooms, strict=True):
            on.openai.say(each)
            await room.ask(QUESTION)
            await on.world.settled()

        assert [room.shown() for room in rooms] == [[BROKEN], [BROKEN], [BROKEN]]
        assert len(on.openai.questions) == len(rooms), "what was said stands: nobody is asked again"
        assert on.left() == {"reserved": 0, "answering": 0}


async def test_when_the_first_provider_is_away_the_answer_says_who_answers_instead(tmp_path: Path) -> None:
    async with asking(tmp_path, ["slack", "teams"]) as on:
        await on.world.bot.start()
        away(on)
        rooms = [on.channel("away", "slack"), on.channel("away", "teams"), on.chat("teams")]
        on.claude.say(*["A second that is put in."] * len(rooms))
        for room in rooms:
            await room.ask(QUESTION)
        await on.world.settled()

        assert [room.shown() for room in rooms] == [[IN_PLACE], [IN_PLACE], [IN_PLACE]]
        assert all(record.startswith("claude-") for _, record in on.records()), "the audit knows who has answered"
        assert on.left() == {"reserved": 0, "answering": 0}


@pytest.mark.parametrize("platform", ["slack", "teams"])
async def test_when_all_are_away_for_long_that_is_said_and_when_to_ask_again(platform: str, tmp_path: Path) -> None:
    async with asking(tmp_path, [platform]) as on:
        await on.world.bot.start()
        away(on, retry_after="120")
        on.claude.script.add(Fault(kind="status", status=529, path="/messages", times=99, retry_after="300"))
        room = on.channel("away")
        await room.ask(QUESTION)
        await on.world.settled()
        [said] = on.world.side.said()

        assert said.text == "OpenAI can't answer at the moment. I gave up; please ask again in 2 minutes."
        assert said.only_for == on.world.side.ada
        assert on.records() == [NO_MORE]
        assert on.left() == {"reserved": 0, "answering": 0}
