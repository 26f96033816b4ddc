import subprocess
import sys
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from commands.usage import Ambiguous
from commands.when import TODAY, Day, Minutes, When

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 27, 10, 0, 37, tzinfo=BERLIN)  # a Friday
WHEN, DAY, MINUTES = TypeAdapter(When), TypeAdapter(Day), TypeAdapter(Minutes)
CHANGES = [1774746000, 1792890000, 1793512800, 1775314800]  # of the clocks: Berlin twice, New York, Lord Howe
patient = settings(deadline=None)

zones = st.sampled_from(
    [
        ZoneInfo(f"{each}")
        for each in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC", "Pacific/Apia")
    ]
)
days_said = st.sampled_from(
    [
        *("", "today", "tomorrow", "yesterday", "day after tomorrow", "monday", "fri", "next sat", "last tue", "this wed"),
        *("monday next week", "next week", "in 3 days", "2 weeks ago", "2026-03-29", "2026-10-25", "2027-03-28", "03/04"),
        *("12/31", "1.12.", "dec 1", "29 feb", "the 25th of october 2026", "in a month", "three weeks from now", "fri 4 dec"),
    ]
)
times_said = st.sampled_from(
    [
        *(
            "",
            "3pm",
            "12am",
            "2:30",
            "02:30",
            "23:59",
            "24:00",
            "0:00",
            "15h30",
            "at 3",
            "at 12",
            "9 o'clock",
            "noon",
            "midnight",
        ),
        *("morning", "at 9 in the evening", "tonight", "15pm", "25:00"),
    ]
)
said = st.tuples(days_said, times_said).map(" ".join) | st.sampled_from(["now", "in 2 hours", "in 1h30", "20 minutes from now"])


@st.composite
def moments(draw: st.DrawFn) -> datetime:
    """Any moment in any zone; every other one close to where the clocks change."""
    anywhere = st.integers(157_766_400, 4_102_444_800)  # 1975 to 2100
    close = st.builds(int.__add__, st.sampled_from(CHANGES), st.integers(-86_400, 86_400))
    return datetime.fromtimestamp(draw(anywhere | close), draw(zones))


def read(kind: TypeAdapter[Any], value: Any, now: datetime = NOW, typed: bool = True) -> Any:
    """The canonical JSON value."""
    return kind.dump_python(kind.validate_python(value, context={"now": now, "typed": typed}), mode="json")


def refusal(kind: TypeAdapter[Any], value: Any, now: datetime = NOW, typed: bool = True) -> ValueError:
    with pytest.raises(ValidationError) as caught:
        read(kind, value, now, typed)
    error = caught.value.errors()[0]["ctx"]["error"]
    assert isinstance(error, ValueError)
    return error


def offered(kind: TypeAdapter[Any], value: Any, now: datetime = NOW) -> list[str]:
    error = refusal(kind, value, now)
    assert isinstance(error, Ambiguous)
    return [choice.value for choice in error.choices]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("now", "2026-11-27T10:00:00+01:00"),
        ("in 2 hours", "2026-11-27T12:00:00+01:00"),
        ("in half an hour", "2026-11-27T10:30:00+01:00"),
        ("in 1h30", "2026-11-27T11:30:00+01:00"),
        ("20 minutes from now", "2026-11-27T10:20:00+01:00"),
        ("3pm", "2026-11-27T15:00:00+01:00"),
        ("3 p.m.", "2026-11-27T15:00:00+01:00"),
        ("3.30pm", "2026-11-27T15:30:00+01:00"),
        ("14:00", "2026-11-27T14:00:00+01:00"),
        ("15h30", "2026-11-27T15:30:00+01:00"),
        ("noon", "2026-11-27T12:00:00+01:00"),
        ("midnight", "2026-11-28T00:00:00+01:00"),
        ("tonight", "2026-11-27T20:00:00+01:00"),
        ("tonight at 8", "2026-11-27T20:00:00+01:00"),
        ("today at noon", "2026-11-27T12:00:00+01:00"),
        ("today at 3", "2026-11-27T15:00:00+01:00"),  # 03:00 was already
        ("tomorrow 3pm", "2026-11-28T15:00:00+01:00"),
        ("Tomorrow, 3 PM", "2026-11-28T15:00:00+01:00"),
        ("3pm tomorrow", "2026-11-28T15:00:00+01:00"),
        ("tomorrow at 03", "2026-11-28T03:00:00+01:00"),
        ("tomorrow morning at 9", "2026-11-28T09:00:00+01:00"),
        ("tomorrow at 3 in the afternoon", "2026-11-28T15:00:00+01:00"),
        ("tomorrow 24:00", "2026-11-29T00:00:00+01:00"),
        ("day after tomorrow 10:00", "2026-11-29T10:00:00+01:00"),
        ("in 2 days at 3pm", "2026-11-29T15:00:00+01:00"),
        ("monday morning", "2026-11-30T09:00:00+01:00"),
        ("next monday 9:30", "2026-11-30T09:30:00+01:00"),
        ("monday next week 9:30", "2026-11-30T09:30:00+01:00"),
        ("at 14:00 on tuesday", "2026-12-01T14:00:00+01:00"),
        ("next friday 14:00", "2026-12-04T14:00:00+01:00"),
        ("fri 4 dec 14:00", "2026-12-04T14:00:00+01:00"),
        ("2026-12-01 15:00", "2026-12-01T15:00:00+01:00"),
        ("2026-12-01T15:00", "2026-12-01T15:00:00+01:00"),
        ("dec 1 2pm", "2026-12-01T14:00:00+01:00"),
        ("1 dec 14:00", "2026-12-01T14:00:00+01:00"),
        ("on the 1st of December at 2 pm", "2026-12-01T14:00:00+01:00"),
        ("1.12. 14:00", "2026-12-01T14:00:00+01:00"),
        ("nov 27 3pm", "2026-11-27T15:00:00+01:00"),
        ("25/12 3pm", "2026-12-25T15:00:00+01:00"),
        ("jun 1 3pm", "2027-06-01T15:00:00+02:00"),
        ("５pm", "2026-11-27T17:00:00+01:00"),
        ("2026-12-01T15:00:00+01:00", "2026-12-01T15:00:00+01:00"),
        ("2026-12-01T15:00:00-08:00", "2026-12-01T15:00:00-08:00"),
        ("2026-12-01T15:00:00Z", "2026-12-01T15:00:00+00:00"),
    ],
)
def test_a_moment_is_read_as_people_write_it(text: str, moment: str) -> None:
    assert read(WHEN, text) == moment


@pytest.mark.parametrize(
    ("text", "question", "choices"),
    [
        (
            "tomorrow at 3",
            "Do you mean Saturday 28 November 03:00 or Saturday 28 November 15:00?",
            ["2026-11-28T03:00:00+01:00", "2026-11-28T15:00:00+01:00"],
        ),
        (
            "at 3",
            "Do you mean Friday 27 November 15:00 or Saturday 28 November 03:00?",
            ["2026-11-27T15:00:00+01:00", "2026-11-28T03:00:00+01:00"],
        ),
        (
            "tomorrow 3:30",
            "Do you mean Saturday 28 November 03:30 or Saturday 28 November 15:30?",
            ["2026-11-28T03:30:00+01:00", "2026-11-28T15:30:00+01:00"],
        ),
        (
            "03/04 3pm",
            "Do you mean Thursday 4 March 2027 15:00 or Saturday 3 April 2027 15:00?",
            ["2027-03-04T15:00:00+01:00", "2027-04-03T15:00:00+02:00"],
        ),
        (
            "friday 14:00",
            "Do you mean Friday 27 November 14:00 or Friday 4 December 14:00?",
            ["2026-11-27T14:00:00+01:00", "2026-12-04T14:00:00+01:00"],
        ),
        (
            "next sat 3pm",
            "Do you mean Saturday 28 November 15:00 or Saturday 5 December 15:00?",
            ["2026-11-28T15:00:00+01:00", "2026-12-05T15:00:00+01:00"],
        ),
        (
            "tomorrow",
            "At what time on Saturday 28 November?",
            ["2026-11-28T09:00:00+01:00", "2026-11-28T12:00:00+01:00", "2026-11-28T15:00:00+01:00"],
        ),
        ("today", "At what time on Friday 27 November?", ["2026-11-27T12:00:00+01:00", "2026-11-27T15:00:00+01:00"]),
        ("three weeks from now 3pm", "Do you mean Friday 18 December 15:00?", ["2026-12-18T15:00:00+01:00"]),
    ],
)
def test_what_may_be_meant_in_more_ways_than_one_is_asked_about(text: str, question: str, choices: list[str]) -> None:
    assert str(refusal(WHEN, text)) == question
    assert offered(WHEN, text) == choices


@pytest.mark.parametrize(
    ("text", "question", "choices"),
    [
        ("yesterday 5pm", "“yesterday 5pm” was already. Do you mean Friday 27 November 17:00?", ["2026-11-27T17:00:00+01:00"]),
        ("9am", "“9am” was already. Do you mean Saturday 28 November 09:00?", ["2026-11-28T09:00:00+01:00"]),
        ("friday 9am", "“friday 9am” was already. Do you mean Friday 4 December 09:00?", ["2026-12-04T09:00:00+01:00"]),
        ("nov 20 3pm", "“nov 20 3pm” was already. Do you mean Saturday 20 November 2027 15:00?", ["2027-11-20T15:00:00+01:00"]),
    ],
)
def test_a_past_moment_is_a_slip_where_it_was_typed(text: str, question: str, choices: list[str]) -> None:
    assert str(refusal(WHEN, text)) == question
    assert offered(WHEN, text) == choices


@pytest.mark.parametrize("text", ["2025-12-01 15:00", "yesterday"])
def test_a_slip_without_a_likely_cure_is_asked_about_openly(text: str) -> None:
    assert str(refusal(WHEN, text)) == f"“{text}” was already. Which day do you mean, and at what time?"


@pytest.mark.parametrize("text", ["yesterday 5pm", "2025-12-01 15:00", "2025-12-01T15:00:00+01:00"])
def test_a_past_moment_that_nobody_typed_just_now_stands(text: str) -> None:
    assert read(WHEN, text, typed=False) < NOW.isoformat()


def test_the_present_minute_is_not_past() -> None:
    assert read(WHEN, "10:00") == "2026-11-27T10:00:00+01:00"


def test_a_time_that_the_clocks_skip_is_asked_about() -> None:
    assert str(refusal(WHEN, "2027-03-28 02:30")).startswith("The clocks change then. Do you mean")
    assert offered(WHEN, "2027-03-28 02:30") == ["2027-03-28T01:30:00+01:00", "2027-03-28T03:30:00+02:00"]


def test_a_time_that_comes_twice_is_asked_about() -> None:
    assert str(refusal(WHEN, "2027-10-31 02:30")).endswith("02:30 CEST or Sunday 31 October 2027 02:30 CET?")
    assert offered(WHEN, "2027-10-31 02:30") == ["2027-10-31T02:30:00+02:00", "2027-10-31T02:30:00+01:00"]


def test_of_a_time_that_comes_twice_only_the_second_is_left_after_the_first() -> None:
    between = datetime(2026, 10, 25, 2, 40, tzinfo=BERLIN, fold=0)

    assert read(WHEN, "02:30", between) == "2026-10-25T02:30:00+01:00"


def test_hours_are_counted_through_a_change_of_the_clocks() -> None:
    assert read(WHEN, "in 2 hours", datetime(2026, 3, 29, 1, 0, tzinfo=BERLIN)) == "2026-03-29T04:00:00+02:00"


@pytest.mark.parametrize(
    "text",
    [
        *("banana", "5 bananas", "dec 1 buy milk", "feb 30 3pm", "31.4. 10:00", "thu 99", "0900", "tomorrow 10:00-11:00"),
        *("dec 1 at 14:00 est", "", " ", "\0", "tomorrow\0 3pm", "明日 15:00", "9" * 60, "9" * 10_000, "tomorrow " * 5_000),
        *("9999-12-31 24:00", "0001-01-01T00:00:00+14:00", "in 99999999999 h", "in 2"),
        *(None, 5, 1.5, True, [], {}, datetime(2026, 12, 1, 15, 0)),  # noqa: DTZ001 - naive on purpose
    ],
)
def test_what_is_no_moment_is_answered_with_examples(text: Any) -> None:
    complaint = str(refusal(WHEN, text))

    assert complaint.startswith("I can't read")
    assert complaint.endswith("Try “tomorrow 3pm” or “2026-12-01 15:00”.")
    assert len(complaint) < 200


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("25:00", "“25:00” is not a time of day."),
        ("tomorrow 15pm", "“15pm” is not a time of day."),
        ("tonight at 2", "“at 2” is not in the night."),
        ("fri 5 dec 10:00", "5 December 2026 is a Saturday, not a Friday."),
    ],
)
def test_what_contradicts_itself_is_said_to(text: str, complaint: str) -> None:
    assert str(refusal(WHEN, text)) == complaint


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", "2026-11-27"),
        (TODAY, "2026-11-27"),
        ("Tomorrow", "2026-11-28"),
        ("yesterday", "2026-11-26"),
        ("the day before yesterday", "2026-11-25"),
        ("monday", "2026-11-30"),
        ("wed", "2026-12-02"),
        ("next tuesday", "2026-12-01"),
        ("last friday", "2026-11-20"),
        ("this friday", "2026-11-27"),
        ("2026-12-01", "2026-12-01"),
        ("dec 1", "2026-12-01"),
        ("1-dec-2026", "2026-12-01"),
        ("sept 3rd", "2027-09-03"),
        ("nov 27", "2026-11-27"),
        ("feb 29", "2028-02-29"),
        ("1.12.", "2026-12-01"),
        ("1.12.26", "2026-12-01"),
        ("25/12", "2026-12-25"),
        ("12/25/2026", "2026-12-25"),
        ("4/4", "2027-04-04"),
        ("fri 03/12", "2027-03-12"),  # the third of December is a Thursday
        ("two weeks ago", "2026-11-13"),
        ("2019-02-28", "2019-02-28"),
    ],
)
def test_a_day_is_read_as_people_write_it(text: str, day: str) -> None:
    assert read(DAY, text) == day


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("friday", ["2026-11-27", "2026-12-04"]),
        ("12/1", ["2026-12-01", "2027-01-12"]),
        ("03/04/2027", ["2027-03-04", "2027-04-03"]),
        ("nov 20", ["2026-11-20", "2027-11-20"]),
        ("last monday", ["2026-11-16", "2026-11-23"]),
        ("next saturday", ["2026-11-28", "2026-12-05"]),
        ("next week", [f"2026-{day}" for day in ("11-30", "12-01", "12-02", "12-03", "12-04", "12-05", "12-06")]),
        ("in a month", ["2026-12-27"]),
    ],
)
def test_a_day_that_may_be_another_is_asked_about(text: str, days: list[str]) -> None:
    assert offered(DAY, text) == days


def test_next_monday_said_on_a_sunday_may_be_tomorrow() -> None:
    sunday = datetime(2026, 11, 29, 10, 0, tzinfo=BERLIN)

    assert offered(DAY, "next monday", sunday) == ["2026-11-30", "2026-12-07"]
    assert read(DAY, "monday", sunday) == "2026-11-30"


@pytest.mark.parametrize("text", ["banana", "5", "dec", "feb 30", "2026-02-30", "15:00", "9" * 10_000, "\0", 5, None])
def test_what_is_no_day_is_answered_with_examples(text: Any) -> None:
    assert str(refusal(DAY, text)).endswith("Try “tomorrow” or “2026-12-01”.")


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("45", 45),
        (45, 45),
        ("90m", 90),
        ("90 minutes", 90),
        ("1h", 60),
        ("1h30", 90),
        ("1h 30m", 90),
        ("1 hour and 5 min", 65),
        ("1.5h", 90),
        ("an hour", 60),
        ("half an hour", 30),
        ("an hour and a half", 90),
        ("24h", 1440),
    ],
)
def test_a_duration_is_read_as_people_write_it(text: Any, minutes: int) -> None:
    assert read(MINUTES, text) == minutes


@pytest.mark.parametrize("text", ["banana", "", "-5", "1:30", "9" * 10_000, "\0", True, None, "h"])
def test_what_is_no_duration_is_answered_with_examples(text: Any) -> None:
    assert str(refusal(MINUTES, text)) == "I can't read that as a duration. Try “45” for minutes, or “1h30”."


@pytest.mark.parametrize("text", ["0", 0, "1441", "25h", "9" * 50, -5])
def test_a_duration_is_between_a_minute_and_a_day(text: Any) -> None:
    assert str(refusal(MINUTES, text)) == "It has to be between one minute and 24 hours."


@patient
@given(moments(), moments())
def test_the_canonical_form_of_a_moment_stays_as_it_is(moment: datetime, now: datetime) -> None:
    canonical = read(WHEN, moment, now)

    assert canonical == moment.isoformat()
    assert read(WHEN, canonical, now, typed=False) == canonical
    again = WHEN.validate_python(canonical, context={"now": now.astimezone(moment.tzinfo), "typed": False})
    assert (again.timestamp(), again.tzinfo) == (moment.timestamp(), moment.tzinfo)


@patient
@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)), moments(), st.booleans())
def test_the_canonical_form_of_a_day_stays_as_it_is(day: date, now: datetime, typed: bool) -> None:
    assert read(DAY, day, now) == read(DAY, day.isoformat(), now, typed) == day.isoformat()


@patient
@given(st.integers(1, 1440))
def test_the_canonical_form_of_a_duration_stays_as_it_is(minutes: int) -> None:
    assert read(MINUTES, minutes) == read(MINUTES, f"{minutes // 60}h{minutes % 60:02}") == minutes


@patient
@given(moments(), zones, moments())
def test_a_date_and_a_time_are_those_of_the_asker_s_zone(moment: datetime, zone: ZoneInfo, now: datetime) -> None:
    """Or else they are asked about, because that time comes twice there, or never."""
    now, local = now.astimezone(zone), moment.astimezone(zone).replace(second=0, microsecond=0)
    text = f"{local:%Y-%m-%d %H:%M}"
    with suppress(ValidationError):
        assert read(WHEN, text, now, typed=False)[:16] == local.isoformat()[:16]
        return
    error = refusal(WHEN, text, now, typed=False)
    assert isinstance(error, Ambiguous)
    assert local.isoformat() in [choice.value for choice in error.choices]


@patient
@given(said | st.text(max_size=70), moments(), st.booleans())
def test_a_moment_is_never_guessed(text: str, now: datetime, typed: bool) -> None:
    """It is read, and to come where it was typed; or there is a question, each answer to which is one."""
    try:
        moment = WHEN.validate_python(text, context={"now": now, "typed": typed})
    except ValidationError:
        error = refusal(WHEN, text, now, typed)
        choices = error.choices if isinstance(error, Ambiguous) else ()
        assert len({choice.label for choice in choices}) == len(choices)
        for choice in choices:
            assert read(WHEN, choice.value, now, typed) == choice.value
    else:
        assert not typed or moment.timestamp() >= now.replace(second=0, microsecond=0).timestamp()


@patient
@given(days_said | said | st.text(max_size=70), moments())
def test_a_day_is_never_guessed(text: str, now: datetime) -> None:
    with suppress(ValidationError):
        read(DAY, text, now)
        return
    error = refusal(DAY, text, now)
    for choice in error.choices if isinstance(error, Ambiguous) else ():
        assert read(DAY, choice.value, now) == choice.value


@patient
@given(st.sampled_from(["monday", "tue", "thurs", "next friday", "last sunday", "this wed"]), moments())
def test_a_day_of_the_week_is_that_day_of_the_week(text: str, now: datetime) -> None:
    with suppress(ValidationError):
        days = [read(DAY, text, now)]
        assert days
        return
    assert len({date.fromisoformat(day).weekday() for day in offered(DAY, text, now)}) == 1


def test_what_needs_dateparser_says_so_before_it_is_loaded() -> None:
    """In a process of its own: another test may have loaded it here."""
    code = (
        "import sys\n"
        "from datetime import date\n"
        "from commands.days import NotLoadedError, guess_day, load_dateparser\n"
        "assert 'dateparser' not in sys.modules\n"
        "try: guess_day('three weeks from now', date(2026, 11, 23)); assert False\n"
        "except NotLoadedError: load_dateparser()\n"
        "assert guess_day('three weeks from now', date(2026, 11, 23)) == date(2026, 12, 14)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
