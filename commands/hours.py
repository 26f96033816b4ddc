"""Working hours as people write them: an option type."""

import re
from datetime import time
from typing import Annotated

from pydantic import AfterValidator

_HOURS = re.compile(r"(\d{1,2})(?::(\d\d))?\s*[-–]\s*(\d{1,2})(?::(\d\d))?")


def read_hours(text: str) -> tuple[time, time]:
    """From when to when, for "9-17" or "8:30-16:00". Raises ValueError."""
    match = _HOURS.fullmatch(text)
    try:
        opening, closing = (time(int(match[at]), int(match[at + 1] or 0)) for at in (1, 3)) if match else (time(), time())
    except ValueError:  # no such hour
        opening = closing = time()
    if opening >= closing:
        raise ValueError("I can't read those hours. Try “9-17” or “8:30-16:00”.")
    return opening, closing


def _checked(text: str) -> str:
    read_hours(text)
    return text


Hours = Annotated[str, AfterValidator(_checked)]
