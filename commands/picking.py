"""Which meeting is meant, when people name one by words of its title, by “next”, or with a button by its id."""

import re
from collections.abc import Callable

from adapters.errors import Refused
from adapters.google_calendar.client import GoogleCalendar
from adapters.google_calendar.meeting import Meeting
from commands.agenda import hours_on, short
from commands.usage import Choice, Meant, UsageError

_MOST = 8  # choices at once
_ID = re.compile(r"(?=.*\d)\w{16,}")  # what Google's own ids look like, and titles hardly ever
_ANY_ID = re.compile(r"\w{5,}")  # what programs may choose as ids


async def pick(
    google: GoogleCalendar,
    words: str,
    calendar: str,
    command: str,
    cancelled: bool = False,
    invited: bool = False,
    note: Callable[[Meeting], dict[str, str]] | None = None,
) -> Meeting:
    """The one coming (or cancelled) meeting that fits; with `invited`, those with the asker among the guests come first.

    Raises Refused for none, UsageError with the choices for several, and Meant with its id where it was found by words:
    on a later attempt they might fit another. What `note` says of it goes along as `was`: by then it may have been changed.
    """
    fitting = await _found(google, words, calendar, cancelled)
    found = [each for each in fitting if invited and each.answer] or fitting
    if not found:
        raise Refused(f"I found no {'cancelled' if cancelled else 'coming'} meeting called “{words}”.")
    if len(found) > 1:
        shown = f"The next {_MOST} are these" if len(found) > _MOST else "Which one is it"
        choices = tuple(Choice(_label(each), each.id) for each in found[:_MOST])
        raise UsageError(f"“{words}” fits {len(found)} meetings. {shown}:", command, "meeting", choices)
    if found[0].id != words or note:
        raise Meant({"meeting": found[0].id, **({"was": note(found[0])} if note else {})})
    return found[0]


async def _found(google: GoogleCalendar, words: str, calendar: str, cancelled: bool) -> list[Meeting]:
    if words.casefold() == "next" and not cancelled:
        coming = await google.next(calendar)
        return [coming] if coming else []
    by_id = await _by_id(google, words, calendar, _ID)
    return by_id or await google.titled(words, calendar, cancelled) or await _by_id(google, words, calendar, _ANY_ID)


async def _by_id(google: GoogleCalendar, words: str, calendar: str, pattern: re.Pattern[str]) -> list[Meeting]:
    try:
        return [await google.meeting(words, calendar)] if pattern.fullmatch(words) else []
    except Refused:  # then it is a title that looks like an id
        return []


def _label(meeting: Meeting) -> str:
    return f"{meeting.title}, {short(meeting.first_day)}, {hours_on(meeting, meeting.first_day)}"
