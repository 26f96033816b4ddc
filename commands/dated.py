"""Days in words, where a service wants dates."""

from datetime import date

from adapters.errors import Refused
from commands.days import read_days


def in_iso(text: str, today: date) -> str:
    """A day in words as a date, so that “friday” is “2026-11-27”; whatever may be several days, or none, as it stands.

    Raises Refused for a date that is not the day of the week that it is said to be.
    """
    try:
        days = read_days(text.strip().lower(), today)
    except ValueError as error:
        raise Refused(str(error)) from None
    return days[0].isoformat() if len(days) == 1 else text
