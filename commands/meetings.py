"""What would become of a meeting, in words that stay true until somebody confirms them."""

from collections.abc import Sequence
from datetime import date

from adapters.google_calendar.meeting import Meeting
from commands.agenda import listed, when
from commands.preview import Change, Preview
from commands.reply import Field

_MOST = 3  # meetings at the same time
_ANSWERS = {"unanswered": "no answer", "": "no answer"}


def created(planned: Meeting, video: bool, calendar: str, busy: Sequence[Meeting], today: date) -> Preview:
    """Of what `busy` holds only the times are told: others may read along."""
    told = {
        "Where": planned.place,
        "About": planned.description,
        "Invited": _others(planned),
        "Video call": "yes" if video else "",
        "Calendar": calendar,
    }
    hints = {"At the same time": f"you are busy {listed(when(each, today) for each in busy[:_MOST])}" if busy else ""}
    return Preview(f"Create “{planned.title}”, {when(planned, today)}.", _filled(told), hints=_filled(hints))


def moved(old: Meeting, new: Meeting, today: date) -> Preview:
    change = Change("When", when(old, today), when(new, today))
    return Preview(f"Move “{new.title}” to {when(new, today)}.", _around(old), (change,))


def cancelled(meeting: Meeting, today: date) -> Preview:
    said = f"Cancel “{meeting.title}”" if meeting.mine else f"Take “{meeting.title}” off your calendar"
    change = Change("On your calendar", when(meeting, today), "")
    return Preview(f"{said}, {when(meeting, today)}.", _around(meeting), (change,))


def restored(meeting: Meeting, today: date) -> Preview:
    change = Change("On your calendar", "", when(meeting, today))
    return Preview(f"Put “{meeting.title}” back on your calendar, {when(meeting, today)}.", _around(meeting), (change,))


def answered(meeting: Meeting, before: str, answer: str, today: date) -> Preview:
    said = f"Say {answer} to" if answer != "unanswered" else "Take back your answer to"
    change = Change("Your answer", _ANSWERS.get(before, before), _ANSWERS.get(answer, answer))
    return Preview(f"{said} “{meeting.title}”, {when(meeting, today)}.", _filled({"Where": meeting.place}), (change,))


def _around(meeting: Meeting) -> tuple[Field, ...]:
    return _filled({"Where": meeting.place, "Guests who are told": _others(meeting)})


def _others(meeting: Meeting) -> str:
    return listed(guest.name or guest.email for guest in meeting.guests if not guest.me)


def _filled(told: dict[str, str]) -> tuple[Field, ...]:
    return tuple(Field(name, value) for name, value in told.items() if value)
