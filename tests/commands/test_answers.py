"""How an answer is told that is not whole, or has nothing in it."""

import pytest

from commands.answers import reply
from commands.assistant import Answer


@pytest.mark.parametrize(
    ("ended", "said"),
    [
        ("cut", "OpenAI thought for as long as it may, and did not come to an answer. Ask for less at once, or another model."),
        ("whole", "OpenAI gave an empty answer. Ask again in other words, or another model."),
        ("stopped", "Stopped, before OpenAI said anything."),
    ],
)
@pytest.mark.parametrize("text", ["", "\n \n"])
def test_where_it_ended_without_a_word_that_is_said(ended: str, said: str, text: str) -> None:
    told = reply(Answer("OpenAI", "a-model", text, ended=ended, record="what it cost"))  # type: ignore[arg-type]  # by name
    assert (told.text, told.fields, told.prose, told.record) == (said, (), "", "what it cost")


def test_what_the_provider_says_when_it_goes_on_no_further_is_told_below_what_was_said() -> None:
    told = reply(Answer("OpenAI", "a-model", "The Earth", ended="refused", why="OpenAI won't answer that."))
    assert told.prose == "The Earth"
    assert [(each.name, each.value) for each in told.fields] == [("Note", "It ends here: OpenAI won't answer that.")]


def test_what_may_still_come_is_not_called_empty() -> None:
    told = reply(Answer("OpenAI", "a-model"))
    assert (told.text, told.fields, told.partial) == ("OpenAI answers:", (), True)
