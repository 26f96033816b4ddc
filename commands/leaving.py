"""How a write left a meeting: kept to take it back, and compared with what is found then."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from adapters.google_calendar.meeting import Meeting
from commands.agenda import reference
from commands.days import in_words
from commands.preview import Change


def state(meeting: Meeting) -> dict[str, str]:
    """What matters to people, as texts. A guest's answer does not change a meeting; one that is cancelled has nothing more."""
    if meeting.cancelled:
        return {"cancelled": "yes"}
    guests = sorted(guest.email for guest in meeting.guests)
    return {
        "title": meeting.title,
        "start": _noted(meeting.start),
        "end": _noted(meeting.end),
        "place": meeting.place,
        "description": meeting.description,
        "guests": ", ".join(guests),
    }


def answered(meeting: Meeting) -> dict[str, str]:
    """The same, where an answer has been given."""
    return {**state(meeting), "your answer": meeting.answer}


def taking_back(meeting: Meeting, left: Mapping[str, str], **more: Any) -> dict[str, Any]:
    """The arguments of the command that takes a write back."""
    return {**reference(meeting), **more, "left": dict(left)}


def as_it_was(meeting: Meeting, was: Mapping[str, str], zone: tzinfo | None) -> Meeting:
    """The meeting when it was as noted, at the time of then."""
    return replace(meeting, start=_moment(was["start"], zone), end=_moment(was["end"], zone))


def in_words_at(now: datetime) -> Callable[[Change], Change]:
    """Puts what became of a meeting since in words: its times as the asker reads them."""

    def told(change: Change) -> Change:
        if change.name not in ("start", "end"):
            return change
        return replace(change, before=_told(change.before, now), after=_told(change.after, now))

    return told


def _noted(moment: datetime | date) -> str:
    """The same text for the same moment, in whatever zone it is told."""
    return moment.astimezone(UTC).isoformat() if isinstance(moment, datetime) else moment.isoformat()


def _moment(noted: str, zone: tzinfo | None) -> datetime | date:
    is_day = "T" not in noted
    return date.fromisoformat(noted) if is_day else datetime.fromisoformat(noted).astimezone(zone)


def _told(noted: str, now: datetime) -> str:
    if not noted:
        return ""
    moment = _moment(noted, now.tzinfo)
    return f"{in_words(moment, now.date())}, {moment:%H:%M}" if isinstance(moment, datetime) else in_words(moment, now.date())
