"""Days as people write them. What can be read in more ways than one is read in all of them; nothing is guessed."""

import calendar
import importlib
import re
import sys
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    *("", "january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_WORDS = {"day before yesterday": -2, "yesterday": -1, "today": 0, "tomorrow": 1, "day after tomorrow": 2}
_COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_LENGTHS = {"day": 1, "week": 7, "fortnight": 14}
_RECENT = timedelta(days=60)


class NotLoadedError(Exception):
    """These words need dateparser: call `load_dateparser` in a thread, and ask again."""


def load_dateparser() -> None:
    """Takes 0.2 to 0.4 s."""
    importlib.import_module("dateparser")
    guess_day("in three days", date(2000, 1, 1))


def read_days(text: str, today: date) -> tuple[date, ...]:
    """Every day that the words may mean, earliest first: none where they mean nothing.

    Raises ValueError for a date that is not the day of the week it is said to be.
    """
    text = re.sub(r"^(?:on )?(?:the )?", "", text)
    first, _, rest = text.partition(" ")
    weekday = _named(first, _WEEKDAYS)
    if weekday is not None and rest:
        return _only(weekday, read_days(rest, today))
    for shape, reading in _SHAPES:
        match = shape.fullmatch(text)
        if match and (days := reading(match, today)):
            return tuple(sorted(set(days)))
    return ()


def guess_day(text: str, today: date) -> date | None:
    """What dateparser makes of other words, such as "three weeks from now". It is generous: ask before you believe it.

    It weighs 12 MB and few ever need it, so it is not loaded before: raises NotLoadedError then.
    """
    dateparser: Any = sys.modules.get("dateparser")
    if dateparser is None:
        raise NotLoadedError
    found: datetime | None = dateparser.parse(
        text,
        languages=["en"],
        settings={
            "RELATIVE_BASE": datetime.combine(today, datetime.min.time()),
            "PREFER_DATES_FROM": "future",
            "REQUIRE_PARTS": ["day", "month"],
            "PARSERS": ["relative-time", "absolute-time"],
        },
    )
    return found.date() if found and not found.tzinfo else None  # a zone is more than a day; it can't be dropped


def in_words(day: date, today: date) -> str:
    """As in "Tuesday 1 December", with the year where it is not this one."""
    return f"{day:%A} {day.day} {day:%B}" + (f" {day.year}" if day.year != today.year else "")


def _named(word: str, names: Sequence[str]) -> int | None:
    """Which of the names the word begins: "thurs" is the fourth."""
    return next((at for at, name in enumerate(names) if len(word) > 2 and name.startswith(word)), None)


def _only(weekday: int, days: tuple[date, ...]) -> tuple[date, ...]:
    fitting = tuple(day for day in days if day.weekday() == weekday)
    if days and not fitting:
        raise ValueError(f"{days[0].day} {days[0]:%B %Y} is a {days[0]:%A}, not a {_WEEKDAYS[weekday].title()}.")
    return fitting


def _word(match: re.Match[str], today: date) -> tuple[date, ...]:
    return (today + timedelta(days=_WORDS[match[0]]),)


def _weekday(match: re.Match[str], today: date) -> tuple[date, ...]:
    """Typed on that very day, it is today or in a week; "next" and "last" leave it open where this week has one too."""
    which, index = match[1], _named(match[2], _WEEKDAYS)
    if index is None:
        return ()
    week, ahead = timedelta(days=7), (index - today.weekday()) % 7
    coming = today + timedelta(days=ahead)
    if which == "this":
        return (coming,)
    if which == "last":
        past = coming - week
        return (past, past - week) if index < today.weekday() else (past,)
    if ahead == 0:
        return (coming + week,) if which else (coming, coming + week)
    this_week = index > today.weekday() or ahead == 1
    return (coming, coming + week) if which == "next" and this_week else (coming,)


def _week(match: re.Match[str], today: date) -> tuple[date, ...]:
    monday = today + timedelta(days={"last": -7, "this": 0, "next": 7}[match[1]] - today.weekday())
    return tuple(monday + timedelta(days=day) for day in range(7))


def _away(match: re.Match[str], today: date) -> tuple[date, ...]:
    """In three days, two weeks ago."""
    said = match.groupdict()
    count = _COUNTS.get(said["count"]) or int(said["count"])
    return (today + timedelta(days=count * _LENGTHS[said["length"]]) * (-1 if "ago" in match[0] else 1),)


def _date(match: re.Match[str], today: date) -> tuple[date, ...]:
    said = match.groupdict()
    month = int(said["month"]) if said["month"].isdigit() else _named(said["month"], _MONTHS)
    return _dates(int(said["day"]), month or 0, said["year"], today)


def _either(match: re.Match[str], today: date) -> tuple[date, ...]:
    """The fourth of March or the third of April: it depends on who writes."""
    one, other, year = int(match[1]), int(match[3]), match[4]
    return _dates(one, other, year, today) + _dates(other, one, year, today)


def _dates(day: int, month: int, year: str | None, today: date) -> tuple[date, ...]:
    """Without a year it is the next such day; the last one as well, where that was not long ago."""
    years = [int(year) + 2000 * (len(year) == 2)] if year else range(today.year - 1, today.year + 9)
    days = [date(each, month, day) for each in years if _exists(each, month, day)]
    if year or not days:
        return tuple(days)
    coming = next(found for found in days if found >= today)
    return (*(found for found in days if today - _RECENT <= found < today), coming)


def _exists(year: int, month: int, day: int) -> bool:
    return year > 0 and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]


_NTH = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_MONTH = r"(?P<month>[a-z]{3,9})\.?"
_YEAR = r"(?:[ -](?P<year>\d{4}))?"
_COUNT = rf"(?P<count>\d{{1,3}}|{'|'.join(_COUNTS)}) (?P<length>{'|'.join(_LENGTHS)})s?"
_SHAPES = (
    (re.compile("|".join(_WORDS)), _word),
    (re.compile(r"(?:(this|coming|next|last) )?([a-z]{3,9})"), _weekday),
    (re.compile(r"(this|next|last) week"), _week),
    (re.compile(f"in {_COUNT}"), _away),
    (re.compile(f"{_COUNT} ago"), _away),
    (re.compile(r"(?P<year>\d{4})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})"), _date),
    (re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4}|\d\d)?"), _date),
    (re.compile(r"(\d{1,2})([/-])(\d{1,2})(?:\2(\d{4}|\d\d))?"), _either),
    (re.compile(rf"{_NTH}(?: of)?[ -]{_MONTH}{_YEAR}"), _date),
    (re.compile(rf"{_MONTH}[ -](?:the )?{_NTH}{_YEAR}"), _date),
)
