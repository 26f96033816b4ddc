import json
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.base import Client
from commands.command import Given, command
from commands.reply import Reply
from commands.usage import UsageError
from commands.when import TODAY, Day, Minutes, When

NOW = datetime(2026, 11, 27, 10, 0, tzinfo=ZoneInfo("Europe/Berlin"))


class Sky(Client):
    """A service."""


class House(Given):
    """Something the bot hands over."""


@command(example="look up sun", undo="look away")
async def look_up(
    sky: Sky,
    house: House,
    at: Annotated[Literal["sun", "moon"], "what to look at"],
    day: Annotated[Day, "which day"] = TODAY,
    minutes: Minutes = 30,
    friends: tuple[str, ...] = (),
    bright: float = 1.0,
) -> Reply:
    """Look at something in the sky.

    More that help does not show.
    """
    return Reply(f"{at} {day} {minutes} {friends} {bright}")


@command
async def test_command() -> Reply:
    """Bears the name of its file."""
    return Reply("")


@command
async def invite(guest: Annotated[list[str], "who comes"], start: When, note: Annotated[str | None, "a note"] = None) -> Reply:
    """Invite people."""
    return Reply(f"{guest} {start} {note}")


@command(irreversible=True)
async def import_() -> AsyncIterator[Reply]:
    """Say three things."""
    try:
        for number in "123":
            yield Reply(number)
    finally:
        closed.append(True)


closed: list[bool] = []


async def replies(declared: Any, raw: dict[str, Any], **provided: Any) -> list[str]:
    return [reply.text async for reply in declared.run(declared.validate(raw, NOW), provided, NOW)]


def complaint(declared: Any, raw: dict[str, Any]) -> UsageError:
    with pytest.raises(UsageError) as caught:
        declared.validate(raw, NOW)
    return caught.value


def test_the_signature_says_everything() -> None:
    assert look_up.name == "test-command look-up"
    assert look_up.about == "Look at something in the sky."
    assert look_up.usage == "test-command look-up <sun|moon> [day=today] [minutes=30] [friends=…] [bright=1.0]"
    assert look_up.clients == (Sky,)
    assert look_up.needs == {"sky": Sky, "house": House}
    assert [option.about for option in look_up.options] == ["what to look at", "which day", "", "", ""]


def test_a_function_named_as_its_file_is_the_subject_alone() -> None:
    assert (test_command.name, test_command.verb, test_command.example) == ("test-command", "", "test-command")


def test_a_name_that_python_keeps_for_itself_is_typed_without_its_underscore() -> None:
    assert import_.verb == "import"


def test_a_bare_command_reads_and_the_others_write() -> None:
    assert not invite.writes
    assert look_up.writes
    assert import_.writes


def test_commands_can_be_kept_in_a_set() -> None:
    assert len({look_up, invite, look_up}) == 2


def test_arguments_become_canonical_json() -> None:
    raw = {"at": " SUN ", "day": "tomorrow", "minutes": "1h30", "friends": "Ann, Bob,, "}

    assert look_up.validate(raw, NOW) == {
        "at": "sun",
        "day": "2026-11-28",
        "minutes": 90,
        "friends": ["Ann", "Bob"],
        "bright": 1.0,
    }


def test_several_values_may_also_come_as_a_list() -> None:
    assert invite.validate({"guest": ["Ann"], "start": "now"}, NOW)["guest"] == ["Ann"]


def test_canonical_arguments_stay_as_they_are() -> None:
    canonical = look_up.validate({"at": "moon"}, NOW)

    assert look_up.validate(canonical, NOW + timedelta(days=400), typed=False) == canonical


@pytest.mark.parametrize(
    ("declared", "raw", "option", "said"),
    [
        (look_up, {}, "at", "at: is missing"),
        (look_up, {"at": "mars"}, "at", "at: Input should be 'sun' or 'moon'"),
        (look_up, {"at": "sun", "fog": "1"}, "fog", "fog: is not an option of this command"),
        (look_up, {"at": "sun", "minutes": "2 days"}, "minutes", "minutes: I can't read that as a duration"),
        (look_up, {"at": "sun", "bright": "nan"}, "bright", "bright: Input should be a finite number"),
        (invite, {"guest": "Ann", "start": "yesterday"}, "start", "start: “yesterday” was already."),
    ],
)
def test_what_does_not_fit_is_said_with_its_option(declared: Any, raw: dict[str, Any], option: str, said: str) -> None:
    error = complaint(declared, raw)

    assert str(error).startswith(said)
    assert (error.command, error.option) == (declared.name, option)


def test_an_ambiguous_value_offers_canonical_ones() -> None:
    error = complaint(invite, {"guest": "Ann", "start": "tomorrow at 3"})

    assert [choice.value for choice in error.choices] == ["2026-11-28T03:00:00+01:00", "2026-11-28T15:00:00+01:00"]
    for choice in error.choices:
        assert invite.validate({"guest": "Ann", "start": choice.value}, NOW)["start"] == choice.value


async def test_a_command_is_run_with_its_values_and_what_it_needs() -> None:
    assert await replies(look_up, {"at": "sun", "friends": "Ann"}, sky=None, house=None) == ["sun 2026-11-27 30 ('Ann',) 1.0"]


async def test_a_generator_says_one_thing_after_another() -> None:
    assert await replies(import_, {}) == ["1", "2", "3"]


async def test_a_generator_that_nobody_listens_to_is_closed_at_once() -> None:
    closed.clear()
    running = import_.run({}, {}, NOW)

    assert (await anext(running)) == Reply("1")
    await running.aclose()

    assert closed == [True]


def test_a_model_can_be_told_what_the_options_are() -> None:
    schema = look_up.model.model_json_schema()["properties"]

    assert schema["day"] == {"default": "today", "description": "which day", "format": "date", "title": "Day", "type": "string"}
    assert schema["minutes"]["maximum"] == 1440
    assert schema["at"]["enum"] == ["sun", "moon"]


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["at", "day", "minutes", "friends", "bright", "fog"]), json_values | st.just("sun")))
def test_whatever_comes_in_is_canonical_json_or_a_usage_error(raw: dict[str, Any]) -> None:
    with suppress(UsageError):
        canonical = look_up.validate(raw, NOW)
        assert json.loads(json.dumps(canonical, allow_nan=False)) == canonical
        assert look_up.validate(canonical, NOW, typed=False) == canonical


def test_defaults_count_from_the_asker_s_own_day() -> None:
    late = datetime(2026, 11, 27, 23, 30, tzinfo=UTC)

    assert look_up.validate({"at": "sun"}, late.astimezone(ZoneInfo("Asia/Tokyo")))["day"] == date(2026, 11, 28).isoformat()
