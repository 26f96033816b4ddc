"""Buttons as words, and a command line as one text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.terminal.typed import joined, typed
from commands.command import command
from commands.parse import parse
from commands.reply import Button, Reply

# What a quoted word may hold: not every kind of quote at once, nor line ends, which no prompt takes
VALUES = st.text(st.characters(exclude_categories=("C", "Z"), include_characters=" ", exclude_characters="\"”»'"), min_size=1)


@command
async def create(title: str, place: str = "", guests: list[str] = [], video: bool = False) -> Reply:  # noqa: B006 - a declaration
    """Put a meeting on your calendar."""
    return Reply(f"{title} {place} {guests} {video}")


def words_of(button: Button) -> dict[str, str]:
    return parse(create, typed(button).removeprefix(button.command))


def test_a_button_reads_as_what_a_person_would_type() -> None:
    button = Button("Put it there", "calendar create", {"title": "Lunch with Ann", "place": "Bar", "video": True})
    assert typed(button) == 'calendar create title="Lunch with Ann" place=Bar video=true'


def test_several_values_are_separated_by_commas() -> None:
    assert typed(Button("Go", "calendar create", {"guests": ["ann@acme.test", "bo@acme.test"]})).endswith(
        "guests=ann@acme.test,bo@acme.test"
    )


def test_what_was_left_open_is_not_typed() -> None:
    assert typed(Button("Go", "calendar create", {"title": "Lunch", "place": None})) == "calendar create title=Lunch"


@given(title=VALUES, place=VALUES)
def test_what_is_typed_means_what_the_button_means(title: str, place: str) -> None:
    button = Button("Go", "calendar create", {"title": title, "place": place})
    assert words_of(button) == {"title": title, "place": place}


@pytest.mark.parametrize("title", ['say "hi" twice', "„quoted“", "it's", 'a "b', "", " ", "=", "place=there"])
def test_quotes_and_signs_survive(title: str) -> None:
    assert words_of(Button("Go", "calendar create", {"title": title})) == {"title": title}


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("calendar today",), "calendar today"),
        (("calendar", "today"), "calendar today"),
        (("calendar", "create", "Lunch with Ann", "tomorrow"), 'calendar create "Lunch with Ann" tomorrow'),
        (("calendar", "create", "title=Lunch with Ann"), 'calendar create title="Lunch with Ann"'),
        (("calendar create", "Lunch with Ann"), 'calendar create "Lunch with Ann"'),
        (("calendar", "create Lunch"), "calendar create Lunch"),
        (("calendar", "create", "--dry-run"), "calendar create --dry-run"),
        ((), ""),
    ],
)
def test_a_command_line_keeps_what_the_shell_grouped(words: tuple[str, ...], text: str) -> None:
    assert joined(words) == text
