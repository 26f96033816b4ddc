from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commands.catalog import Catalog, Subject, subjects
from commands.command import Command, command
from commands.reply import Reply
from commands.usage import UsageError


async def nothing() -> Reply:
    """Do nothing."""
    return Reply("")


def declared(subject: str, *verbs: str) -> Subject:
    return Subject(subject, f"About {subject}.", tuple(_declared(subject, verb) for verb in verbs))


def _declared(subject: str, verb: str) -> Command:
    async def function() -> Reply:
        return Reply("")

    function.__module__, function.__name__ = f"commands.{subject}", verb or subject
    return command(function)


CALENDAR = declared("calendar", "today", "tomorrow", "create", "cancel", "follow_up")
NOTION = declared("notion", "find", "create")
SUBJECTS = (CALENDAR, NOTION, declared("help", ""), declared("ping", ""))
CATALOG = Catalog(SUBJECTS, lambda _: True)


def found(text: str, catalog: Catalog = CATALOG) -> tuple[str, str]:
    command, rest = catalog.find(text)
    return command.name, rest


def suggested(text: str, catalog: Catalog = CATALOG) -> tuple[str, list[str]]:
    with pytest.raises(UsageError) as caught:
        catalog.find(text)
    return str(caught.value), [choice.value for choice in caught.value.choices]


@pytest.mark.parametrize(
    ("text", "name", "rest"),
    [
        ("calendar today", "calendar today", ""),
        ("calendar today next friday", "calendar today", "next friday"),
        ("  /Calendar \n TODAY  ", "calendar today", ""),
        ("/ calendar today", "calendar today", ""),
        ("calendar create a  b\nc", "calendar create", "a  b\nc"),
        ("calendar follow-up x", "calendar follow-up", "x"),
        ("calendar follow_up x", "calendar follow-up", "x"),
        ("ping", "ping", ""),
        ("ping hello today", "ping", "hello today"),
        ("help calendar", "help", "calendar"),
        ("calendar", "help", "calendar"),
        ("/CALENDAR ", "help", "calendar"),
    ],
)
def test_a_command_is_found_by_the_words_that_begin_the_text(text: str, name: str, rest: str) -> None:
    assert found(text) == (name, rest)


@pytest.mark.parametrize(
    ("text", "question", "values"),
    [
        ("calender todya", "Did you mean “calendar today”?", ["calendar today"]),
        ("calendar todya foo", "Did you mean “calendar today foo”?", ["calendar today foo"]),
        ("calendar create-x a  b", "Did you mean “calendar create a  b”?", ["calendar create a  b"]),
        ("calender today next friday", "Did you mean “calendar today next friday”?", ["calendar today next friday"]),
        ("calender", "Did you mean “calendar”?", ["calendar"]),
        ("cal today", "Did you mean “calendar today”?", ["calendar today"]),
        ("today", "Did you mean “calendar today”?", ["calendar today"]),
        ("create x", "Did you mean “calendar create x” or “notion create x”?", ["calendar create x", "notion create x"]),
        ("pong hello", "Did you mean “ping hello”?", ["ping hello"]),
        ("calendar to", "Did you mean “calendar today” or “calendar tomorrow”?", ["calendar today", "calendar tomorrow"]),
    ],
)
def test_a_near_miss_is_offered_corrected(text: str, question: str, values: list[str]) -> None:
    assert suggested(text) == (question, values)


@pytest.mark.parametrize(
    ("text", "said", "values"),
    [
        ("xylophone solo", "I don't know “xylophone”. “help” shows what I can do.", ["help"]),
        ("calendar xylophone", "I don't know “calendar xylophone”. “help calendar” shows what I can do.", ["help calendar"]),
        ("", "“help” shows what I can do.", ["help"]),
        (" / ", "“help” shows what I can do.", ["help"]),
    ],
)
def test_what_nobody_knows_leads_to_the_help(text: str, said: str, values: list[str]) -> None:
    assert suggested(text) == (said, values)


def test_a_long_text_is_kept_whole_but_shown_short() -> None:
    with pytest.raises(UsageError) as caught:
        CATALOG.find("calender today " + "x" * 5_000)

    assert len(str(caught.value)) < 100
    assert caught.value.choices[0].value == "calendar today " + "x" * 5_000


def test_what_may_not_be_run_is_neither_found_nor_suggested() -> None:
    catalog = Catalog(SUBJECTS, lambda each: each.verb != "create")

    assert suggested("calendar create x", catalog)[1] == ["help calendar"]
    assert suggested("create x", catalog)[1] == ["help"]
    assert [each.verb for each in catalog.subjects[0].commands] == ["today", "tomorrow", "cancel", "follow-up"]
    with pytest.raises(UsageError, match="“calendar create” is not available here"):
        catalog.named("calendar create")


def test_a_subject_of_which_nothing_may_be_run_is_said_to_be_off() -> None:
    catalog = Catalog(SUBJECTS, lambda each: each.subject != "notion")

    assert suggested("/Notion find x", catalog) == ("“notion” is not switched on here.", ["help"])
    assert catalog.subject("notion") is None


def test_what_is_forbidden_to_somebody_is_neither_found_nor_suggested_and_is_not_called_switched_off() -> None:
    catalog = Catalog(SUBJECTS, lambda each: each.subject != "ping").only(lambda each: each.subject != "notion")

    assert suggested("notion find x", catalog) == ("“notion” is not open to you here: “rules” shows why.", ["help"])
    assert suggested("ping", catalog) == ("“ping” is not switched on here.", ["help"])
    assert suggested("create x", catalog)[1] == ["calendar create x"]
    assert suggested("notoin find", catalog)[1] == ["help"]
    assert CATALOG.only(lambda _: True).subjects == CATALOG.subjects


def test_what_is_left_out_for_somebody_is_known_as_such() -> None:
    switched_on = Catalog(SUBJECTS, lambda each: each.subject != "ping")
    catalog = switched_on.only(lambda each: each.subject != "notion" and each.verb != "cancel")

    barred = [
        catalog.barred(words) for words in ("calendar cancel x", "/Notion", "notion create", "notion xyz", "NOTION find a")
    ]
    assert [each.name if each else "" for each in barred] == [
        "calendar cancel",
        "notion find",
        "notion create",
        "notion find",
        "notion find",
    ]
    assert [catalog.barred(words) for words in ("", "calendar", "calendar today", "cancel", "ping", "xyz")] == [None] * 6
    assert CATALOG.barred("notion find") is None


MIXED = Catalog((declared("garden", "", "plant", "water"), declared("help", "")), lambda _: True)


@pytest.mark.parametrize(
    ("text", "name", "rest"),
    [("garden", "garden", ""), ("garden plant a rose", "garden plant", "a rose"), ("help garden", "help", "garden")],
)
def test_beside_verbs_a_subject_alone_may_be_a_command(text: str, name: str, rest: str) -> None:
    assert found(text, MIXED) == (name, rest)


@pytest.mark.parametrize(
    ("text", "values"),
    [("garden plnt a rose", ["garden plant a rose"]), ("garden xyz", ["help garden"]), ("gardn", ["garden"])],
)
def test_a_misspelled_verb_is_not_taken_for_words_to_it(text: str, values: list[str]) -> None:
    assert suggested(text, MIXED)[1] == values


def test_a_command_is_known_by_its_exact_name() -> None:
    assert CATALOG.named("calendar today") is CALENDAR.commands[0]


def test_a_subject_holds_its_own_commands_in_their_order() -> None:
    module = ModuleType("commands.garden", "Your garden.\n\nMore about it.")
    water, plant = _declared("garden", "water"), _declared("garden", "plant")
    vars(module).update(water=water, borrowed=CALENDAR.commands[0], plant=plant, other=5)

    assert subjects([module]) == (Subject("garden", "Your garden.", (water, plant)),)


@settings(deadline=None)
@given(st.text() | st.lists(st.sampled_from(["calendar", "todya", "/", "help", "x", "create", "cal"])).map(" ".join))
def test_any_text_finds_a_command_or_suggestions_that_do(text: str) -> None:
    try:
        command, rest = CATALOG.find(text)
    except UsageError:
        said, values = suggested(text)
        assert said
        assert values
        for value in values:
            assert CATALOG.find(value)
    else:
        assert command in CATALOG.subjects[0].commands or command.subject in ("notion", "help", "ping")
        assert rest in text or rest == command.subject or rest in ("calendar", "notion")


@pytest.mark.parametrize("text", ["a" * 200_000, "a " * 100_000, "calendar " + "a" * 200_000, "\0" * 200_000, "/" * 200_000])
def test_hostile_text_is_answered_shortly(text: str) -> None:
    assert len(suggested(text)[0]) < 200
