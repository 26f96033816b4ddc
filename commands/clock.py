"""Times of day and durations as people write them. A time of day is minutes since midnight, so "24:00" is one too."""

import re

_PARTS = {  # the time when nothing closer is said, and what counts as that part of the day
    "morning": (9 * 60, range(12 * 60)),
    "afternoon": (15 * 60, range(12 * 60, 19 * 60)),
    "evening": (18 * 60, range(16 * 60, 24 * 60)),
    "night": (20 * 60, range(18 * 60, 24 * 60)),
}
_NAMED = {"noon": (12 * 60,), "midday": (12 * 60,), "midnight": (0, 24 * 60)}
_PART = re.compile(rf"\b(?:in the |at |this )?({'|'.join(_PARTS)})\b")
_NAME = re.compile(rf"\b(?:at )?({'|'.join(_NAMED)})\b")
_HOURS = (
    re.compile(
        r"(?:\bat )?(?<![\d.:/-])(?P<hour>\d{1,2})(?:[:.](?P<minute>\d\d))? ?(?P<half>[ap])\.?m(?:\.|\b)"
    ),  # 3pm, 3:30 p.m.
    re.compile(r"(?:\bat )?(?<![\d.:/-])(?P<hour>\d{1,2})[:h](?P<minute>\d\d)(?::00)?(?!\w)"),  # 15:00, 15h30
    re.compile(r"(?:\bat )?(?<![\d.:/-])(?P<hour>\d{1,2})h(?!\w)"),  # 15h
    re.compile(r"\bat (?P<hour>\d{1,2})(?: ?o'?clock)?(?= |$)"),  # at 3
    re.compile(r"(?<![\d.:/-])(?P<hour>\d{1,2}) ?o'?clock\b"),  # 3 o'clock
    re.compile(
        r"(?:^|(?<=tomorrow )|(?<=day )|(?<=\b(?:mon|tue|wed|thu|fri|sat|sun) ))(?P<hour>\d|1[0-2])$"
    ),  # tomorrow 3, mon 9
)
_DURATION = re.compile(r"(?:(\d+(?:\.\d+)?) ?h(?:(?:ou)?rs?)?)? ?(?:and )?(?:(\d+) ?(m(?:in(?:ute)?s?)?)?)?")
_SPELLED = {
    "an hour and a half": "90m",
    "half an hour": "30m",
    "half hour": "30m",
    "a quarter of an hour": "15m",
    "an hour": "60m",
    "one hour": "60m",
    "a minute": "1m",
}


def take_clock(text: str) -> tuple[str, tuple[int, ...]]:
    """The text without its time of day, and every time that may be meant: none where none is said.

    Raises ValueError for a time that no clock shows.
    """
    text, part = _cut(_PART, text)
    text, name = _cut(_NAME, text)
    if name:
        return text, _NAMED[name[1]]
    for pattern in _HOURS:
        rest, hour = _cut(pattern, text)
        if hour:
            return rest, _within(part, _readings(hour), hour[0])
    return text, (_PARTS[part[1]][0],) if part else ()


def duration(text: str) -> int | None:
    """The minutes in "45", "90m", "1h30", "1.5 hours", "half an hour"; None where it is no duration."""
    match = _DURATION.fullmatch(_SPELLED.get(text, text))
    if not text or not match:
        return None
    hours, minutes, _ = match.groups()
    return round(float(hours or 0) * 60) + int(minutes or 0)


def _cut(pattern: re.Pattern[str], text: str) -> tuple[str, re.Match[str] | None]:
    match = pattern.search(text)
    return (" ".join(f"{text[: match.start()]} {text[match.end() :]}".split()), match) if match else (text, None)


def _readings(match: re.Match[str]) -> tuple[int, ...]:
    """One reading where the hour is written as on a 24-hour clock or has its am or pm; else one in each half of the day.

    "9:30" is the morning, but nobody says whether "3:30" or "at 9" is.
    """
    said = match.groupdict()
    hour, minute, half = int(said["hour"]), int(said.get("minute") or 0), said.get("half")
    if minute > 59 or hour * 60 + minute > 24 * 60 or (half and not 1 <= hour <= 12):
        raise ValueError(f"“{match[0].strip()}” is not a time of day.")
    early = hour % 12 * 60 + minute
    if half:
        return (early + 12 * 60 * (half == "p"),)
    if hour > 12 or said["hour"].startswith("0") or (said.get("minute") and hour > 6):
        return (hour * 60 + minute,)
    return early, early + 12 * 60


def _within(part: re.Match[str] | None, readings: tuple[int, ...], said: str) -> tuple[int, ...]:
    """The readings in that part of the day: "3 in the afternoon" is 15:00."""
    if not part:
        return readings
    fitting = tuple(reading for reading in readings if reading in _PARTS[part[1]][1])
    if not fitting:
        raise ValueError(f"“{said.strip()}” is not in the {part[1]}.")
    return fitting
