"""The prompt, driven through a pipe as if somebody typed."""

from collections.abc import AsyncIterator

import pytest
from prompt_toolkit import PromptSession
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from bot.terminal.chat import Chat
from bot.terminal.conversation import Conversation
from tests.bot.terminal.conftest import Recorder

LEAVE = "\x04"  # Ctrl-D
GIVE_UP = "\x03"  # Ctrl-C


@pytest.fixture
async def typing(conversation: Conversation) -> AsyncIterator["Typing"]:
    with create_pipe_input() as pipe:
        prompt: PromptSession[str] = PromptSession(input=pipe, output=DummyOutput())
        yield Typing(Chat(conversation, prompt), pipe.send_text)


class Typing:
    """Somebody who types, and leaves at the end."""

    def __init__(self, chat: Chat, send: object) -> None:
        assert callable(send)
        self._chat = chat
        self._send = send

    async def __call__(self, *keys: str) -> None:
        self._send("".join(keys) + LEAVE)
        await self._chat.run()


async def test_each_line_is_answered(typing: Typing, recorder: Recorder) -> None:
    await typing("attempt echo hello\r", "attempt count 2\r")
    assert recorder.texts == ["echo hello", "1", "2"]


async def test_an_empty_line_asks_nothing(typing: Typing, recorder: Recorder) -> None:
    await typing("\r", "   \r")
    assert recorder.texts == []


async def test_a_number_presses_the_button_of_the_last_answer(typing: Typing, recorder: Recorder) -> None:
    await typing("attempt echo hey\r", "1\r", "1\r")
    assert recorder.texts == ["echo hey", "echo hey!", "echo hey!!"]


async def test_a_number_without_a_button_is_words_like_any_other(typing: Typing, recorder: Recorder) -> None:
    await typing("attempt echo hey\r", "7\r", "0\r")
    assert recorder.texts[0] == "echo hey"
    assert not any("echo" in text for text in recorder.texts[1:])


async def test_a_form_is_filled_in_at_the_prompt(typing: Typing, recorder: Recorder) -> None:
    await typing("attempt echo\r", "1\r", "hello\r")
    assert recorder.texts[-1] == "echo hello"


@pytest.mark.parametrize("word", ["exit", " quit "])
async def test_one_leaves_by_the_words_of_other_prompts_too(typing: Typing, recorder: Recorder, word: str) -> None:
    await typing("attempt echo yes\r", f"{word}\r", "attempt echo no\r")
    assert recorder.texts == ["echo yes"]


async def test_a_line_can_be_given_up(typing: Typing, recorder: Recorder) -> None:
    await typing("attempt echo no", GIVE_UP, "attempt echo yes\r")
    assert recorder.texts == ["echo yes"]


async def test_a_running_call_can_be_stopped_and_the_chat_goes_on(typing: Typing, recorder: Recorder) -> None:
    await typing("attempt hang\r", "attempt echo still here\r")
    assert recorder.texts == ["Stopped.", "echo still here"]


async def test_a_call_that_breaks_does_not_end_the_chat(typing: Typing, recorder: Recorder) -> None:
    await typing("attempt fail\r", "attempt echo still here\r")
    assert recorder.texts[-1] == "echo still here"
