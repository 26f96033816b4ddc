"""How meetings are told: their times, their lines, and what can be pressed beside them."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from adapters.google_calendar.free import Slot
from adapters.google_calendar.meeting import Guest, Meeting
from commands.days import in_words
from commands.reply import Button, Item

_NAMED = 3  # guests told by name; the others are counted
_SAID = {"yes": "you said yes", "no": "you said no", "maybe": "you said maybe", "unanswered": "you have not answered yet"}


def line(meeting: Meeting, when: str) -> Item:
    """A meeting in a list. An invitation without an answer can be answered right there."""
    answers = ("yes", "no", "maybe") if meeting.answer == "unanswered" else ()
    buttons = tuple(Button(each.title(), "calendar respond", {"answer": each, **reference(meeting)}) for each in answers)
    return Item(f"{when} {meeting.title}", " · ".join(_details(meeting)), meeting.url, buttons)


def reference(meeting: Meeting) -> dict[str, Any]:
    """The arguments by which a command finds this very meeting again."""
    return {"meeting": meeting.id, **({"calendar": meeting.calendar} if meeting.calendar else {})}


def hours_on(meeting: Meeting, day: date) -> str:
    """When it is on that day: "09:30–10:00", "all day", "from 22:00"."""
    if not isinstance(meeting.start, datetime) or not isinstance(meeting.end, datetime):
        return "all day"
    begins, ends = meeting.first_day == day, meeting.last_day == day
    if begins and ends:
        return span(meeting.start, meeting.end)
    if begins:
        return f"from {meeting.start:%H:%M}"
    return f"until {meeting.end:%H:%M}" if ends else "all day"


def when(meeting: Meeting, today: date) -> str:
    """Day and time, in words: "Monday 23 November, 09:30–10:00"."""
    first, last = in_words(meeting.first_day, today), in_words(meeting.last_day, today)
    if not isinstance(meeting.start, datetime) or not isinstance(meeting.end, datetime):
        return f"{first}, all day" if first == last else f"{first} to {last}, all day"
    if first != last:
        return f"{first}, {meeting.start:%H:%M}, to {last}, {meeting.end:%H:%M}"
    return f"{first}, {span(meeting.start, meeting.end)}"


def short(day: date) -> str:
    """As in "Mon 23 Nov"."""
    return f"{day:%a} {day.day} {day:%b}"


def span(start: datetime, end: datetime) -> str:
    """As in "09:30–10:00"."""
    return f"{start:%H:%M}–{end:%H:%M}"


def stretch(slot: Slot, today: date) -> str:
    """A free time in words: "Monday 23 November, 09:30–11:00"."""
    return f"{in_words(slot.start.date(), today)}, {span(slot.start, slot.end)}"


def count(number: int, noun: str) -> str:
    """As in "1 meeting", "2 meetings", "no meetings"."""
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def length(minutes: int) -> str:
    """As in "45 minutes", "1 hour", "1 hour and 30 minutes"."""
    hours, rest = divmod(minutes, 60)
    return listed([count(hours, "hour")] * bool(hours) + [count(rest, "minute")] * bool(rest))


def listed(words: Iterable[str]) -> str:
    """As in "Lena, Tom and Mira"; nothing for nobody."""
    *first, last = list(words) or [""]
    return f"{', '.join(first)} and {last}" if first else last


def _details(meeting: Meeting) -> Iterator[str]:
    others = [_name(guest) for guest in meeting.guests if not guest.me]
    if meeting.place:
        yield meeting.place
    if others:
        more = [f"{len(others) - _NAMED} more"] if len(others) > _NAMED else []
        yield f"with {listed([*others[:_NAMED], *more])}"
    if meeting.video:
        yield "video call"
    if meeting.answer:
        yield _SAID[meeting.answer]


def _name(guest: Guest) -> str:
    return guest.name or guest.email
