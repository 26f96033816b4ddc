"""Moments that have been, as people write them: since when something is looked at. What may mean two is asked about.

A day alone is its beginning. They become and read ISO 8601 with an offset, as those of `commands.when` do.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, ValidationInfo

from commands.clock import duration, take_clock
from commands.days import in_words, read_days
from commands.moments import tidy
from commands.usage import Ambiguous, Choice

_AGO = re.compile(r"(.+) ago|(?:the )?(?:last|past) (hour|half hour|\d.*)")
_WEEKDAY = re.compile(r"(?:on )?(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*")
_DATE = re.compile(r"(?!in )(?=.*\d)(?!.* ago).*")
_WEEK, _YEAR = timedelta(days=7), timedelta(days=365)
_LONGEST = 366 * 24 * 60  # minutes


def _read(value: Any, info: ValidationInfo) -> datetime:
    if isinstance(value, datetime) and value.tzinfo:
        return value
    context: Any = info.context
    text, now = tidy(value), context["now"]
    return _canonical(text, now) or _meant(text, sorted(_moments(text, now)), now)


Past = Annotated[datetime, BeforeValidator(_read), PlainSerializer(datetime.isoformat, return_type=str, when_used="json")]


def _canonical(text: str, now: datetime) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    if not moment.tzinfo or moment > now:
        return None
    return moment.astimezone(now.tzinfo)


def _moments(text: str, now: datetime) -> Iterator[datetime]:
    """Every moment that the words may mean. Raises ValueError for what no clock and no calendar shows."""
    if ago := _ago(text):
        yield (now.astimezone(UTC).replace(second=0, microsecond=0) - ago).astimezone(now.tzinfo)
    rest, clocks = take_clock(re.sub(r"(?<=\d)t(?=\d)", " ", text))
    days = _days(rest, now.date()) if rest else {now.date()} if clocks else set()
    yield from (_local(day, clock, now) for day in days for clock in clocks or (0,))


def _ago(text: str) -> timedelta | None:
    """As in “2 hours ago”, “the last hour”, “90m”."""
    found = _AGO.fullmatch(text)
    said = (found[1] or found[2]) if found else text
    minutes = duration(said) or duration(f"an {said}")
    return timedelta(minutes=minutes) if minutes and minutes <= _LONGEST and not said.isdigit() else None


def _days(text: str, today: date) -> set[date]:
    """A weekday or a date without a year is the last such day, as is seen from a week or a year before."""
    if found := re.fullmatch(r"(?:the )?(?:last|past) (\d.*)", text):
        return set(read_days(f"{found[1]} ago", today))
    days = set(read_days(text, today))
    if text.endswith(" week"):  # it begins with its first day
        return {min(days)} if days else days
    if _WEEKDAY.fullmatch(text):
        return days | set(read_days(text, today - _WEEK))
    is_last_years = days and min(days) > today and _DATE.fullmatch(text)
    return days | set(read_days(text, today - _YEAR)) if is_last_years else days


def _local(day: date, clock: int, now: datetime) -> datetime:
    """That time of that day. When the clocks go back it comes twice: the first is meant."""
    wall = datetime.combine(day, time()) + timedelta(minutes=clock)
    return wall.replace(tzinfo=now.tzinfo).astimezone(UTC).astimezone(now.tzinfo)


def _meant(text: str, moments: list[datetime], now: datetime) -> datetime:
    gone = [each for each in moments if each <= now]
    if len(gone) == 1:
        return gone[0]
    if gone:
        choices = _choices(gone, now)
        raise Ambiguous(_which(choices), choices)
    if not moments:
        said = f"“{text}”" if text else "that"
        raise ValueError(f"I can't read {said} as a day or time. Try “monday”, “14:00” or “2 hours ago”.")
    if moments[0].date() == now.date():  # of yesterday, perhaps
        choices = _choices((each - timedelta(days=1) for each in moments), now)
        raise Ambiguous(f"“{text}” is still to come. {_which(choices)}", choices)
    raise ValueError(f"“{text}” is still to come. Try “yesterday”, “14:00” or “2 hours ago”.")


def _choices(moments: Iterable[datetime], now: datetime) -> tuple[Choice, ...]:
    return tuple(Choice(f"{in_words(each.date(), now.date())}, {each:%H:%M}", each.isoformat()) for each in moments)


def _which(choices: tuple[Choice, ...]) -> str:
    *others, last = [choice.label for choice in choices]
    return f"Do you mean since {'; '.join(others)}; or {last}?" if others else f"Do you mean since {last}?"
