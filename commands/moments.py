"""What somebody asked for becomes a moment or a day. What may be meant in more ways than one is asked about, never guessed."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from commands.clock import duration, take_clock
from commands.days import guess_day, in_words, read_days
from commands.usage import Ambiguous, Choice

_LONGEST = 60  # characters: what is longer is no date, and hostile text ends here
_YEARS = range(1900, 2200)
_WEEK = timedelta(days=7)
_OFFERED = (9 * 60, 12 * 60, 15 * 60)  # where a day came without a time


def tidy(value: Any) -> str:
    """Lower case, single spaces, no commas; empty where it can't be a date or a time at all."""
    text = unicodedata.normalize("NFKC", value).strip() if isinstance(value, str) and len(value) <= _LONGEST else ""
    return " ".join(text.replace(",", " ").lower().split()) if text.isascii() and text.isprintable() else ""


@dataclass(frozen=True)
class Asked:
    """What somebody wrote, when that was (in their own zone), and whether they typed it just now."""

    text: str
    now: datetime
    typed: bool

    def moment(self) -> datetime:
        """Raises ValueError, or Ambiguous with the moments that may be meant."""
        moment = self._canonical() or self._from_now()
        return self._meant([moment]) if moment else self._at_a_time()

    def day(self) -> date:
        """Raises ValueError, or Ambiguous with the days that may be meant."""
        days, sure = self._days(self.text)
        if not days:
            raise self._unreadable("day", "tomorrow", self._soon)
        if sure and len(days) == 1:
            return days[0]
        choices = tuple(Choice(in_words(day, self._today), day.isoformat()) for day in days)
        raise Ambiguous(_which(choices), choices)

    @property
    def _today(self) -> date:
        return self.now.date()

    @property
    def _soon(self) -> str:
        """A date for an example, which does not grow old."""
        return (self._today + timedelta(days=4)).isoformat()

    def _canonical(self) -> datetime | None:
        """An ISO moment with its offset, in the asker's zone where that has the same offset then."""
        try:
            moment = datetime.fromisoformat(self.text.upper())
        except ValueError:
            return None
        if not moment.tzinfo or moment.year not in _YEARS:
            return None
        local = moment.astimezone(self.now.tzinfo)
        return local if local.utcoffset() == moment.utcoffset() else moment

    def _from_now(self) -> datetime | None:
        """Now, in two hours, 20 minutes from now."""
        match = re.fullmatch(r"in (.+)|(.+) from now", self.text)
        ahead = (match[1] or match[2]) if match else "0m" if self.text == "now" else ""
        minutes = duration(ahead)
        if minutes is None or minutes > 366 * 24 * 60 or ahead.isdigit():
            return None
        later = self.now.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=minutes)
        return later.astimezone(self.now.tzinfo)

    def _at_a_time(self) -> datetime:
        rest, clocks = take_clock(re.sub(r"(?<=\d)t(?=\d)", " ", self.text.replace("tonight", "today night")))
        if clocks and not rest:
            coming = [self._next(clock) for clock in clocks]
            return self._meant(coming if len(clocks) > 1 else self._moments(self._today, clocks[0]))
        days, sure = self._days(rest)
        if not days:
            raise self._unreadable("date and time", "tomorrow 3pm", f"{self._soon} 15:00")
        if not clocks:
            raise self._at_what_time(days)
        moments = [moment for day in days for clock in clocks for moment in self._moments(day, clock)]
        return self._meant(moments, sure, changing=len(moments) > len(days) * len(clocks))

    def _days(self, text: str) -> tuple[tuple[date, ...], bool]:
        """The days that the text may mean, and whether it was read rather than guessed at."""
        days = read_days(text, self._today)
        guess = guess_day(text, self._today) if text and not days else None
        return tuple(day for day in (*days, guess) if day and day.year in _YEARS), guess is None

    def _meant(self, moments: list[datetime], sure: bool = True, changing: bool = False) -> datetime:
        """The one that is meant. What is typed is never meant for the past; where that leaves a doubt, it is asked about."""
        moments = sorted({moment.timestamp(): moment for moment in moments}.values(), key=datetime.timestamp)
        coming = [moment for moment in moments if not self._past(moment)]
        gone = moments[: len(moments) - len(coming)]
        if sure and len(coming) == 1 and all(moment.date() == coming[0].date() for moment in gone):
            return coming[0]
        if not coming:
            raise self._already(gone[-1])
        before = f"“{self.text}” was already. " if gone and len(coming) == 1 else "The clocks change then. " if changing else ""
        choices = self._choices(coming)
        raise Ambiguous(before + _which(choices), choices)

    def _already(self, gone: datetime) -> ValueError:
        """The next time that the clock says the same is offered, where the slip is a small one."""
        said = f"“{self.text}” was already."
        if self.now - gone > _WEEK:
            return ValueError(f"{said} Which day do you mean, and at what time?")
        choices = self._choices([self._next(gone.hour * 60 + gone.minute)])
        return Ambiguous(f"{said} {_which(choices)}", choices)

    def _at_what_time(self, days: tuple[date, ...]) -> ValueError:
        if self.typed and days[-1] < self._today:
            return ValueError(f"“{self.text}” was already. Which day do you mean, and at what time?")
        offered = _OFFERED if len(days) < 3 else _OFFERED[:1]
        moments = [moment for day in days for clock in offered for moment in self._moments(day, clock)]
        day = f" on {in_words(days[0], self._today)}" if len(days) == 1 else ", and on which day"
        return Ambiguous(f"At what time{day}?", self._choices(moment for moment in moments if not self._past(moment)))

    def _unreadable(self, kind: str, *examples: str) -> ValueError:
        said = f"“{self.text}”" if self.text else "that"
        return ValueError(f"I can't read {said} as a {kind}. Try {' or '.join(f'“{example}”' for example in examples)}.")

    def _moments(self, day: date, clock: int) -> list[datetime]:
        """That time of that day. When the clocks change it may come twice; or never, which gives the times before and after."""
        wall = datetime.combine(day, time()) + timedelta(minutes=clock)
        both = {wall.replace(tzinfo=self.now.tzinfo, fold=fold).astimezone(UTC) for fold in (0, 1)}
        return [moment.astimezone(self.now.tzinfo) for moment in sorted(both)]

    def _next(self, clock: int) -> datetime:
        days = (self._today + timedelta(days=ahead) for ahead in range(3))
        return next(moment for day in days for moment in self._moments(day, clock) if not self._past(moment))

    def _past(self, moment: datetime) -> bool:
        """By the absolute time: datetimes of one zone compare by their clocks, which go back in autumn."""
        return self.typed and moment.timestamp() < self.now.replace(second=0, microsecond=0).timestamp()

    def _choices(self, moments: Iterable[datetime]) -> tuple[Choice, ...]:
        """Those that read the same are told apart by their zone's name."""
        labels = [(f"{in_words(moment, self._today)} {moment:%H:%M}", moment) for moment in moments]
        read = [label for label, _ in labels]
        return tuple(
            Choice(f"{label} {moment:%Z}" if read.count(label) > 1 else label, moment.isoformat()) for label, moment in labels
        )


def _which(choices: tuple[Choice, ...]) -> str:
    *others, last = [choice.label for choice in choices]
    return f"Do you mean {', '.join(others)} or {last}?" if others else f"Do you mean {last}?"
