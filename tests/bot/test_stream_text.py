"""Markdown from outside while it is streamed: nothing in it leads anywhere, and what is shown of more begins with the same."""

from hypothesis import given
from hypothesis import strategies as st

from bot.stream_text import streamed

SIGNS = st.text(st.sampled_from("ab .\n<[@/&{é。\r")) | st.text(max_size=60)


def test_while_it_is_streamed_nothing_leads_anywhere_mentions_or_loads() -> None:
    hostile = "[a](https://evil.test/x) ![p](http://evil.test/p.png) <at>Ada</at> <a href=x> www.evil.test a@evil.test & {{x}} "
    text = streamed(hostile)

    assert not set("[]<&@/{") & set(text)
    assert "evil.test" not in text


def test_what_stays_plain_is_streamed_as_it_is() -> None:
    assert streamed("**Yes...** It is `x` in:\n\n1. one\n2. two.\n") == "**Yes...** It is `x` in:\n\n1. one\n2. two.\n"


def test_a_word_is_shown_once_it_is_whole() -> None:
    assert [streamed(text) for text in ("The fo", "The fox ", "今日は、晴")] == ["The ", "The fox ", "今日は、"]


@given(SIGNS, SIGNS)
def test_what_is_streamed_of_more_begins_with_what_was_streamed_of_less(less: str, more: str) -> None:
    assert streamed(less + more).startswith(streamed(less))
