from contextlib import suppress
from typing import Annotated

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commands.command import Command, command
from commands.parse import parse
from commands.reply import Reply
from commands.usage import UsageError

patient = settings(deadline=None)
plain_words = st.text(st.characters(exclude_categories=["Z", "C"], exclude_characters="\"'“”„‘’«»="), min_size=1)
quotes = st.sampled_from(['""', "''", "“”", "„“", "‘’", "«»"])


@command
async def create(title: str, start: str, minutes: int = 30, guest_list: tuple[str, ...] = ()) -> Reply:
    """Two required options, two others."""
    return Reply(title)


@command
async def today(day: str = "today", limit: Annotated[int, "how many"] = 5) -> Reply:
    """Nothing is required."""
    return Reply(day)


@command
async def status() -> Reply:
    """Takes nothing."""
    return Reply("")


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("", {}),
        ("standup", {"title": "standup"}),
        ("standup tomorrow 3pm", {"title": "standup", "start": "tomorrow 3pm"}),
        ("  standup \n tomorrow  3pm ", {"title": "standup", "start": "tomorrow  3pm"}),
        ('"weekly standup" tomorrow 3pm', {"title": "weekly standup", "start": "tomorrow 3pm"}),
        ("“weekly standup” tomorrow 3pm", {"title": "weekly standup", "start": "tomorrow 3pm"}),
        ("„weekly standup“ now", {"title": "weekly standup", "start": "now"}),
        ("'don't panic' now", {"title": "don't panic", "start": "now"}),
        ("don't panic", {"title": "don't", "start": "panic"}),
        ('"" now', {"title": "", "start": "now"}),
        ('standup "now"', {"title": "standup", "start": "now"}),
        ('standup "now" or "then"', {"title": "standup", "start": '"now" or "then"'}),
        ('"open ended now', {"title": '"open', "start": "ended now"}),
        ("minutes=15 standup now", {"minutes": "15", "title": "standup", "start": "now"}),
        ("standup minutes=15 tomorrow 3pm", {"minutes": "15", "title": "standup", "start": "tomorrow 3pm"}),
        ("standup now Minutes=15", {"minutes": "15", "title": "standup", "start": "now"}),
        ('now title="weekly standup"', {"title": "weekly standup", "start": "now"}),
        ("start=now title=standup", {"title": "standup", "start": "now"}),
        ("standup now guest-list=a@x.org,b@x.org", {"title": "standup", "start": "now", "guest_list": "a@x.org,b@x.org"}),
        ("standup now minutes=", {"title": "standup", "start": "now", "minutes": ""}),
        ('"minutes=15 of fame" now', {"title": "minutes=15 of fame", "start": "now"}),
        ("https://x.org/?minutes=15 now", {"title": "https://x.org/?minutes=15", "start": "now"}),
        ("a=b now", {"title": "a=b", "start": "now"}),
    ],
)
def test_required_options_come_in_order_and_the_others_by_name(text: str, options: dict[str, str]) -> None:
    assert parse(create, text) == options


def test_where_nothing_is_required_the_first_option_takes_the_words() -> None:
    assert parse(today, "next friday limit=3") == {"day": "next friday", "limit": "3"}


@pytest.mark.parametrize(
    ("declared", "text", "complaint"),
    [
        (status, "all of it", "“all of it”"),
        (today, "day=monday or tuesday", "“or tuesday”"),
        (create, "title=a start=b minutes=5 what now", "“what now”"),
        (create, "a b minutes=5 minutes=10", "minutes: was given twice."),
    ],
)
def test_words_that_no_option_takes_are_refused(declared: Command, text: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        parse(declared, text)


@patient
@given(st.text())
def test_any_text_is_parsed_or_refused(text: str) -> None:
    with suppress(UsageError):
        assert set(parse(create, text)) <= {"title", "start", "minutes", "guest_list"}


@patient
@given(plain_words, st.lists(plain_words, min_size=1), st.sampled_from([" ", "\n", "  "]))
def test_the_last_required_option_takes_the_rest_as_it_was_typed(title: str, rest: list[str], gap: str) -> None:
    assert parse(create, f"{title} {gap.join(rest)}") == {"title": title, "start": gap.join(rest)}


@patient
@given(st.lists(plain_words).map(" ".join), quotes)
def test_quotes_of_every_kind_group(title: str, pair: str) -> None:
    assert parse(create, f"{pair[0]}{title}{pair[1]} now") == {"title": title, "start": "now"}


@patient
@given(st.lists(plain_words, min_size=2), st.data())
def test_a_named_option_may_stand_anywhere(words: list[str], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(words)))
    typed = " ".join([*words[:at], "minutes=15", *words[at:]])

    assert parse(create, typed)["minutes"] == "15"
    assert parse(create, typed)["start"].split() == words[1:]


@pytest.mark.parametrize(
    "text", ['"a ' * 100_000, "minutes=“ " + "„a" * 100_000, "' " * 100_000, "\0" * 100_000, "=" * 100_000]
)
def test_a_hundred_thousand_odd_characters_are_no_trouble(text: str) -> None:
    assert parse(create, text)
