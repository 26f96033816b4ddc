"""Moments, days and durations as people write them: option types that a command uses like any other.

They become canonical JSON (ISO 8601 with an offset, an ISO date, minutes) and read their own canonical form back. Validation
needs two things in its context: `now`, aware and in the asker's zone, and `typed`, whether a person wrote the value just now.
"""

from datetime import date, datetime
from typing import Annotated, Any, cast

from pydantic import BeforeValidator, Field, PlainSerializer, ValidationInfo

from commands.clock import duration
from commands.moments import Asked, tidy

_DAY = 24 * 60


def _read_when(value: Any, info: ValidationInfo) -> datetime:
    return value if isinstance(value, datetime) and value.tzinfo else _asked(value, info).moment()


def _read_day(value: Any, info: ValidationInfo) -> date:
    return value if isinstance(value, date) and not isinstance(value, datetime) else _asked(value, info).day()


def _read_minutes(value: Any) -> Any:
    minutes = duration(tidy(value)) if isinstance(value, str) else value
    if minutes is None or isinstance(minutes, bool):
        raise ValueError("I can't read that as a duration. Try “45” for minutes, or “1h30”.")
    if isinstance(minutes, int) and not 1 <= minutes <= _DAY:
        raise ValueError("It has to be between one minute and 24 hours.")
    return minutes


def _asked(value: Any, info: ValidationInfo) -> Asked:
    context: Any = info.context
    return Asked(tidy(value), context["now"], context["typed"])


When = Annotated[datetime, BeforeValidator(_read_when), PlainSerializer(datetime.isoformat, return_type=str, when_used="json")]
Day = Annotated[date, BeforeValidator(_read_day)]
Minutes = Annotated[int, Field(ge=1, le=_DAY), BeforeValidator(_read_minutes)]

TODAY = cast(date, "today")  # the default of a `Day`: defaults are read like anything typed
