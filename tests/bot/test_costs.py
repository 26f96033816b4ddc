"""What is set aside for an answer is as much as it may cost, whatever it is written in."""

import pytest

from adapters.chat import Document, End, Prompt, Turn, Usage
from bot.costs import expected, record


def prompt(text: str, *documents: Document) -> Prompt:
    return Prompt((Turn("user", text, documents),), "", most=100)


@pytest.mark.parametrize(("text", "tokens"), [("word " * 300, 300), ("閏秒とは何か" * 50, 300), ("", 0), ("\ud800", 0)])
def test_a_text_may_take_a_token_for_each_word_or_sign(text: str, tokens: int) -> None:
    assert tokens <= expected(prompt(text)).input <= 2 * tokens
    assert expected(prompt(text)).output == 100


def test_a_picture_costs_the_same_whatever_its_size() -> None:
    small, large = (expected(prompt("", Document("a", "image/png", bytes(size)))).input for size in (10, 5_000_000))
    assert small == large > 1000


def test_a_document_costs_by_its_size_up_to_what_a_model_takes_at_once() -> None:
    sizes = (1_000, 100_000, 1_000_000, 5_000_000)
    tokens = [expected(prompt("", Document("a", "application/pdf", bytes(size)))).input for size in sizes]
    assert tokens == [2_000, 12_500, 125_000, 200_000]


def test_all_that_is_attached_counts() -> None:
    picture = Document("a", "image/png", b"")
    assert expected(prompt("", picture, picture)).input == 2 * expected(prompt("", picture)).input


def test_what_nobody_told_is_noted_as_the_most_that_it_can_be() -> None:
    usage = Usage(7, 2000)
    assert record("a-model", usage, 0.001001, None) == "a-model: at most 7 + 2000 tokens, $0.001001"
    assert record("a-model", usage, 0.001001, End(usage, id="r-1")) == "a-model r-1: 7 + 2000 tokens, $0.001001"
