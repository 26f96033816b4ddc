"""What the prompt offers."""

from typing import Annotated, Literal

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from bot.terminal.complete import CommandCompleter
from commands.catalog import Catalog, Subject
from commands.command import command
from commands.ping import ping
from commands.reply import Reply


@command
async def today(day: str = "today") -> Reply:
    """Show your meetings of one day."""
    return Reply(day)


@command
async def respond(
    words: str, answer: Annotated[Literal["yes", "no"], "what you answer"] = "yes", quietly: bool = False
) -> Reply:
    """Answer an invitation."""
    return Reply(f"{words} {answer} {quietly}")


SUBJECTS = (
    Subject("calendar", "Your calendar.", (today, respond)),
    Subject("call", "Phone.", (today,)),
    Subject("ping", "Is it there?", (ping,)),
    Subject("both", "A command, and verbs beside it.", (ping, today)),
)
COMPLETER = CommandCompleter(Catalog(SUBJECTS, lambda _: True))


def offered(typed: str) -> list[str]:
    """Each completion as the whole line that it makes."""
    completions = COMPLETER.get_completions(Document(typed), CompleteEvent())
    return [typed[: len(typed) + each.start_position] + each.text for each in completions]


@pytest.mark.parametrize(
    ("typed", "lines"),
    [
        ("", ["calendar", "call", "ping", "both"]),
        ("cal", ["calendar", "call"]),
        ("/cal", ["/calendar", "/call"]),
        ("CAL", ["calendar", "call"]),
        ("x", []),
        ("calendar ", ["calendar today", "calendar respond"]),
        ("calendar r", ["calendar respond"]),
        (
            "calendar respond ",
            [f"calendar respond {each}" for each in ("words=", "answer=yes", "answer=no", "quietly=true", "quietly=false")],
        ),
        ("calendar respond answer=n", ["calendar respond answer=no"]),
        (
            "calendar respond lunch answer=no ",
            [f"calendar respond lunch answer=no {each}" for each in ("words=", "quietly=true", "quietly=false")],
        ),
        ("calendar nonsense ", []),
        ("nonsense today ", []),
        ("ping ", ["ping text="]),
        ("both ", ["both today", "both text="]),
    ],
)
def test_what_may_come_next_is_offered(typed: str, lines: list[str]) -> None:
    assert offered(typed) == lines


def test_each_says_what_it_is_for() -> None:
    first = next(iter(COMPLETER.get_completions(Document("calendar respond a"), CompleteEvent())))
    assert first.display_meta_text == "what you answer"
