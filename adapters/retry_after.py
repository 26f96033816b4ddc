"""Reads the Retry-After header: https://datatracker.ietf.org/doc/html/rfc9110#section-10.2.3."""

import re
from datetime import UTC
from email.utils import parsedate_to_datetime

LEAST = 1.0
MOST = 15 * 60.0

_DAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*"
_VALUE = re.compile(rf"{_DAY}, [^,]*|[^,]+")  # a date holds a comma of its own
_SECONDS = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")


def retry_after(header: str, now: float) -> float | None:
    """How many seconds the service asks us to wait, from 1 second to 15 minutes; None where it names no time.

    `header` is its value, or its values joined by commas: the longest counts. `now` is Unix time, for those that name a date.
    """
    waits = [_seconds(value.strip(), now) for value in _VALUE.findall(header)]
    longest = max((wait for wait in waits if wait is not None), default=None)
    return None if longest is None else min(max(longest, LEAST), MOST)


def _seconds(value: str, now: float) -> float | None:
    if _SECONDS.fullmatch(value):
        return float(value)  # thousands of digits make it infinite, and the clamp takes care of that
    try:
        date = parsedate_to_datetime(value)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - now
    except (ValueError, TypeError, OverflowError):
        return None
