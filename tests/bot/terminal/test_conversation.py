"""What is asked at the terminal, and what comes of it."""

import logging

import pytest

from bot.terminal.conversation import Conversation
from bot.terminal.plain import instead
from commands.reply import Button
from tests.bot.terminal.conftest import Recorder


async def test_an_answer_is_shown_and_given_back(conversation: Conversation, recorder: Recorder) -> None:
    answer = await conversation.say("attempt echo hello")
    assert (answer.reply.text, answer.given) == ("echo hello", True)
    assert recorder.drawn == [answer.reply]


async def test_what_streams_is_drawn_step_by_step(conversation: Conversation, recorder: Recorder) -> None:
    answer = await conversation.say("attempt count 3")
    assert recorder.texts == ["1", "2", "3"]
    assert (answer.reply.text, answer.given) == ("3", True)


@pytest.mark.parametrize("words", ["attempt echo", "attempt count many", "attempt nonsense", "nonsense", ""])
async def test_what_can_not_be_understood_is_no_answer(conversation: Conversation, words: str) -> None:
    answer = await conversation.say(words)
    assert not answer.given
    assert answer.reply.text


async def test_a_short_wait_is_waited_out_once(conversation: Conversation, recorder: Recorder, slept: list[float]) -> None:
    answer = await conversation.say("attempt busy 2")
    assert (answer.reply.text, answer.given) == ("done at last", True)
    assert slept == [2.0]
    assert recorder.texts == ["done at last"]


@pytest.mark.parametrize(
    ("words", "pauses"),
    [("attempt busy 60", []), ("attempt busy 0", []), ("attempt busy 2 times=2", [2.0])],
    ids=["a long wait", "nobody says how long", "busy again"],
)
async def test_who_stays_unavailable_is_given_up(
    conversation: Conversation, slept: list[float], words: str, pauses: list[float]
) -> None:
    answer = await conversation.say(words)
    assert not answer.given
    assert "The service is busy." in answer.reply.text
    assert slept == pauses


async def test_a_refusal_says_why(conversation: Conversation) -> None:
    assert (await conversation.say("attempt refuse")).reply.text == "That is not yours."


async def test_what_breaks_is_logged_and_told_without_its_insides(
    conversation: Conversation, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = await conversation.say("attempt fail")
    assert not answer.given
    assert "CANARY" not in answer.reply.text
    reference = caplog.records[0].getMessage().split()[1]
    assert reference in answer.reply.text
    assert "CANARY-internal" in caplog.text


async def test_a_button_runs_with_its_arguments(conversation: Conversation) -> None:
    assert (await conversation.press(Button("Louder", "attempt echo", {"text": "hey!"}))).reply.text == "echo hey!"


async def test_what_nobody_types_is_not_spelled_out_but_goes_with_the_button(
    conversation: Conversation, recorder: Recorder
) -> None:
    preview = await conversation.say("attempt mark x --dry-run")
    [shown] = recorder.drawn[-1].buttons
    [button] = preview.reply.buttons

    assert instead(shown) == "Do it → attempt mark text=x"
    assert conversation.typed(button) == "attempt mark text=x"
    assert (await conversation.press(button)).reply.text == "marked x, was CANARY-was"


async def test_a_button_for_what_is_not_there_is_no_answer(conversation: Conversation) -> None:
    answer = await conversation.press(Button("Gone", "attempt nothing"))
    assert not answer.given
    assert "attempt nothing" in answer.reply.text
