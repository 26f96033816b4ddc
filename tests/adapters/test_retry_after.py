"""Every spelling of Retry-After that services have been seen to use, and then some."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.retry_after import LEAST, MOST, retry_after

NOW = 784111777.0 - 60  # a minute before the date that RFC 9110 uses as its example


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("5", 5),
        (" 5 ", 5),
        ("1.5", 1.5),
        ("0", LEAST),
        ("-5", LEAST),
        ("0.2", LEAST),
        ("999999999", MOST),
        ("9" * 5000, MOST),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 60),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 60),
        ("Sun Nov  6 08:49:37 1994", 60),
        ("Sun, 06 Nov 1994 08:00:00 GMT", LEAST),
        ("Sun, 06 Nov 2044 08:49:37 GMT", MOST),
    ],
)
def test_a_time_is_understood_and_clamped(header: str, seconds: float) -> None:
    assert retry_after(header, NOW) == seconds


@pytest.mark.parametrize(
    "header",
    [
        "",
        "  ",
        "abc",
        "5s",
        "1e3",
        "1_000",
        "٣",
        "nan",
        "inf",
        "0x10",
        "--5",
        "1.",
        "Sun, 31 Feb 2026 08:49:37 GMT",
        "Sun, ",
        ",",
    ],
)
def test_what_names_no_time_is_no_time(header: str) -> None:
    assert retry_after(header, NOW) is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("5, 10", 10),
        ("10, 5", 10),
        ("abc, 5", 5),
        ("Sun, 06 Nov 1994 08:49:37 GMT, 5", 60),
        ("5, Sun, 06 Nov 1994 08:49:37 GMT", 60),
    ],
)
def test_of_several_headers_the_longest_wait_counts(header: str, seconds: float) -> None:
    assert retry_after(header, NOW) == seconds


@given(st.text(), st.floats(min_value=0, max_value=1e11))
def test_no_text_makes_it_raise_or_leave_its_bounds(header: str, now: float) -> None:
    seconds = retry_after(header, now)
    assert seconds is None or LEAST <= seconds <= MOST


@given(
    st.from_regex(
        r"(Mon|Sun), [0-9]{1,3} [A-Z][a-z]{2} [0-9]{1,6} [0-9]{1,3}:[0-9]{2}:[0-9]{2} [+A-Z-][A-Z0-9]{2,5}", fullmatch=True
    )
)
def test_no_date_makes_it_raise(header: str) -> None:
    retry_after(header, NOW)
