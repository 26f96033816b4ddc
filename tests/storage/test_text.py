"""Whatever people send can be stored, and comes back as it was."""

from hypothesis import given
from hypothesis import strategies as st

from storage.text import escaped, unescaped

ANYTHING = st.text(st.characters(codec=None, exclude_categories=()) | st.sampled_from("\x00\x1a0d8f"))


@given(ANYTHING)
def test_any_text_comes_back(text: str) -> None:
    assert unescaped(escaped(text)) == text


@given(ANYTHING)
def test_what_is_stored_is_text_that_every_engine_takes(text: str) -> None:
    stored = escaped(text).encode()
    assert b"\x00" not in stored


@given(st.text(st.characters(exclude_characters="\x00\x1a", exclude_categories=["Cs"])))
def test_ordinary_text_is_stored_as_it_is(text: str) -> None:
    assert escaped(text) == text
