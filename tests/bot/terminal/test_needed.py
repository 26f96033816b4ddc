"""Which services one line of words has loaded."""

from collections.abc import Callable

import pytest

from adapters import ADAPTERS
from bot.plan import Plan
from bot.terminal.needed import needed

EVERY = {adapter.name for adapter in ADAPTERS}
CHATTING = {"openai", "anthropic", "gemini", "perplexity"}


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("calendar today", {"google_calendar"}),
        ("/Calendar Create Lunch friday 1pm --dry-run", {"google_calendar"}),
        ("notion default page=Home", {"notion"}),
        ("imagine a lighthouse", {"openai"}),
        ("ask What is a leap second?", CHATTING),  # another one may stand in
        ("search leap seconds", CHATTING),
        ("models", CHATTING),
        ("help", set()),
        ("integrations", set()),
        ("What is that?", set()),
        ("calender todya", set()),
        ("", set()),
    ],
)
def test_words_need_what_their_command_may_reach(make_plan: Callable[..., Plan], words: str, names: set[str]) -> None:
    assert {adapter.name for adapter in needed(make_plan(adapters=ADAPTERS), words)} == names


@pytest.mark.parametrize("words", ["undo", "undo k3vq7x2m", "confirm k3vq7x2m", "status"])
def test_what_may_lead_to_any_service_needs_all(make_plan: Callable[..., Plan], words: str) -> None:
    assert {adapter.name for adapter in needed(make_plan(adapters=ADAPTERS), words)} == EVERY


def test_a_service_that_is_off_is_not_needed(make_plan: Callable[..., Plan]) -> None:
    plan = make_plan(adapters=ADAPTERS, sandbox="openai,notion")

    assert {adapter.name for adapter in needed(plan, "ask What is a leap second?")} == {"openai"}
    assert {adapter.name for adapter in needed(plan, "calendar today")} == set()
    assert {adapter.name for adapter in needed(plan, "status")} == {"openai", "notion"}
