"""Your calendar: what is on, when there is time, and meetings made, moved, cancelled and answered."""

from collections.abc import AsyncIterator
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from adapters.errors import Refused
from adapters.google_calendar.client import GoogleCalendar
from adapters.google_calendar.free import Availability, Slot, working_days
from adapters.google_calendar.meeting import Guest, Meeting, elapsed, later
from commands import meetings
from commands.address import Address
from commands.agenda import count, hours_on, length, line, listed, short, stretch, when
from commands.command import command
from commands.days import in_words
from commands.hours import Hours, read_hours
from commands.leaving import answered, as_it_was, in_words_at, state, taking_back
from commands.picking import pick
from commands.preview import NOTHING, Preview, State, compared
from commands.reply import Button, Item, Reply
from commands.when import TODAY, Day, Minutes, When

_MOST = 10  # entries at once; more are no answer
_A_DAY = 24 * 60  # minutes

Where = Annotated[str, "which calendar, by its name; your own by default"]
Which = Annotated[str, "words of its title, or “next”"]
People = list[Address]
NOBODY: Final[list[str]] = []


@command(example="calendar today", lists=True)
async def today(google: GoogleCalendar, day: Annotated[Day, "which day"] = TODAY, calendar: Where = "") -> Reply:
    """Show your meetings of one day."""
    return _day(await google.agenda(day, calendar=calendar), day, google.now)


@command(example="calendar tomorrow")
async def tomorrow(google: GoogleCalendar, calendar: Where = "") -> Reply:
    """Show your meetings of tomorrow."""
    day = google.now.date() + timedelta(days=1)
    return _day(await google.agenda(day, calendar=calendar), day, google.now)


@command(example="calendar week next monday", lists=True)
async def week(google: GoogleCalendar, day: Annotated[Day, "a day of that week"] = TODAY, calendar: Where = "") -> Reply:
    """Show your meetings from Monday to Sunday."""
    monday = day - timedelta(days=day.weekday())
    days = [monday + timedelta(days=number) for number in range(7)]
    meetings = await google.agenda(days[0], days[-1], calendar)
    items = tuple(line(each, f"{short(on)}, {hours_on(each, on)}") for on in days for each in meetings if each.on(on))
    timed = [each for each in meetings if not each.all_day]
    said = f"the week of {in_words(monday, google.now.date())}"
    if not items:
        return Reply(f"Nothing at all in {said}.")
    return Reply(f"{count(len(timed), 'meeting').capitalize()} in {said}.", items)


@command(example="calendar next")
async def next(google: GoogleCalendar, calendar: Where = "") -> Reply:
    """Show your next meeting."""
    meeting = await google.next(calendar)
    if meeting is None:
        return Reply("Nothing is coming up in the next three months.")
    join = (Button("Join", url=meeting.video, style="primary"),) if meeting.video else ()
    text = f"Next is “{meeting.title}”, {_how_soon(meeting, google.now)}."
    return Reply(text, (line(meeting, when(meeting, google.now.date())),), buttons=join)


@command(example="calendar find budget", lists=True)
async def find(
    google: GoogleCalendar,
    words: Annotated[str, "what to look for in titles, places, descriptions and guests"],
    since: Annotated[Day, "the first of the 90 days to look at"] = TODAY,
    calendar: Where = "",
) -> Reply:
    """Find meetings by words."""
    found = _once_a_series(await google.find(words, since, calendar))
    if not found:
        return Reply(f"I found nothing with “{words}” in the 90 days from {in_words(since, google.now.date())}.")
    shown = f", here are the first {_MOST}" if len(found) > _MOST else ""
    items = tuple(line(each, when(each, google.now.date())) for each in found[:_MOST])
    return Reply(f"{count(len(found), 'meeting').capitalize()} with “{words}”{shown}.", items)


@command(example="calendar free tomorrow people=lena@acme.test minutes=45")
async def free(
    google: GoogleCalendar,
    day: Annotated[Day, "the first day to look at"] = TODAY,
    people: Annotated[People, "e-mail addresses of those who should have time too"] = NOBODY,
    minutes: Annotated[Minutes, "how long it takes"] = 30,
    days: Annotated[int, Field(ge=1, le=20), "how many working days to look at"] = 1,
    hours: Annotated[Hours, "working hours"] = "9-17",
) -> Reply:
    """Find free time, for yourself or with others."""
    window = working_days(day, days)
    found = await google.free(people, window, read_hours(hours), minutes)
    text = _free_text(found, window, people, minutes, google.now.date())
    return Reply(text, tuple(_slot(each, people, minutes, google.now.date()) for each in found.slots[:_MOST]))


@command(undo="calendar cancel", example='calendar create "Design review" tomorrow 3pm minutes=45 guests=lena@acme.test')
async def create(
    google: GoogleCalendar,
    title: str,
    start: When,
    minutes: Annotated[Minutes, "how long it takes"] = 30,
    guests: Annotated[People, "e-mail addresses to invite"] = NOBODY,
    place: Annotated[str, "where it is"] = "",
    description: Annotated[str, "what it is about"] = "",
    video: Annotated[bool, "with a video call"] = False,
    calendar: Where = "",
) -> AsyncIterator[Preview | Reply]:
    """Put a meeting on your calendar and invite people."""
    begin = start.astimezone(google.now.tzinfo)
    end, invited = later(begin, timedelta(minutes=minutes)), tuple(Guest(each, "", "unanswered", False) for each in guests)
    planned = Meeting("", "", title, begin, end, place=place, description=description, guests=invited)
    await google.calendar_id(calendar)  # an unknown one is told now, not when it is confirmed
    yield meetings.created(planned, video, calendar, await google.busy(planned), google.now.date())
    meeting = await google.create(title, start, minutes, guests, place, description, video, calendar)
    mails = f" Invitations are on their way to {listed(guests)}." if guests else ""
    text = f"Created “{meeting.title}”, {when(meeting, google.now.date())}.{mails}"
    yield Reply(text, (_own_line(meeting, google),), undo=taking_back(meeting, state(meeting)), record=meeting.id)


@command(undo="calendar move", example="calendar move “Design review” friday 14:00")
async def move(
    google: GoogleCalendar,
    meeting: Which,
    start: When,
    minutes: Annotated[Minutes | None, "how long it takes from now on"] = None,
    calendar: Where = "",
    left: State = NOTHING,
    was: State = NOTHING,
) -> AsyncIterator[Preview | Reply]:
    """Move a meeting to another time."""
    found = await pick(google, meeting, calendar, "calendar move", note=None if was or left else state)
    if found.cancelled:
        raise Refused(f"“{found.title}” was cancelled, so it can't be moved.")
    if minutes and not 0 < found.minutes < _A_DAY:  # no option could say its length when this is undone
        raise Refused("I can only change the length of meetings of less than a day.")
    today, wanted = google.now.date(), found.at(start.astimezone(google.now.tzinfo), minutes)
    is_there = found.is_when(wanted)
    if is_there and not (google.again or left):
        yield Reply(f"“{found.title}” is there already: {when(found, today)}.", (_own_line(found, google),))
        return
    old = as_it_was(found, was or left, google.now.tzinfo) if is_there else found
    yield compared(meetings.moved(old, wanted, today), {} if is_there else left, state(found), in_words_at(google.now))
    new = await google.move(found, start, minutes)
    text = f"Moved “{new.title}” to {when(new, today)}. It was on {when(old, today)}."
    yield Reply(text, (_own_line(new, google),), undo=_back(old, new, minutes, google.now), record=new.id)


@command(undo="calendar restore", example="calendar cancel design review")
async def cancel(
    google: GoogleCalendar, meeting: Which, calendar: Where = "", left: State = NOTHING
) -> AsyncIterator[Preview | Reply]:
    """Cancel a meeting; of a series, this one time."""
    found = await pick(google, meeting, calendar, "calendar cancel")
    today = google.now.date()
    if found.cancelled and not (google.again or left):
        yield Reply(f"“{found.title}” is cancelled already: {when(found, today)}.")
        return
    yield compared(meetings.cancelled(found, today), {} if found.cancelled else left, state(found), in_words_at(google.now))
    gone = await google.cancel(found)
    text = f"Cancelled “{found.title}”, {when(found, today)}."
    if not found.mine:
        text = f"Took “{found.title}” off your calendar, {when(found, today)}."
    yield Reply(text, undo=taking_back(gone, state(gone)), record=gone.id)


@command(undo="calendar cancel", example="calendar restore design review")
async def restore(
    google: GoogleCalendar, meeting: Which, calendar: Where = "", left: State = NOTHING
) -> AsyncIterator[Preview | Reply]:
    """Put a cancelled meeting back."""
    found = await pick(google, meeting, calendar, "calendar restore", cancelled=True)
    today = google.now.date()
    if not found.cancelled and not (google.again or left):
        yield Reply(f"“{found.title}” is not cancelled, it is still on: {when(found, today)}.")
        return
    yield meetings.restored(found, today)  # of a cancelled meeting nothing can be changed, except that it comes back
    back = await google.restore(found)
    text = f"“{back.title}” is back on your calendar, {when(back, today)}."
    yield Reply(text, (_own_line(back, google),), undo=taking_back(back, state(back)), record=back.id)


@command(undo="calendar respond", example="calendar respond yes budget review")
async def respond(
    google: GoogleCalendar,
    answer: Annotated[Literal["yes", "no", "maybe", "unanswered"], "your answer"],
    meeting: Which,
    calendar: Where = "",
    left: State = NOTHING,
    was: State = NOTHING,
) -> AsyncIterator[Preview | Reply]:
    """Answer an invitation."""
    note = None if was or left else answered
    found = await pick(google, meeting, calendar, "calendar respond", invited=True, note=note)
    today, is_said = google.now.date(), found.answer == answer
    if is_said and not (google.again or left):
        yield Reply(f"You said {answer} to “{found.title}” already.", (_own_line(found, google),))
        return
    before = (was or left)["your answer"] if is_said and google.again else found.answer
    preview = meetings.answered(found, before, answer, today)
    yield compared(preview, {} if is_said else left, answered(found), in_words_at(google.now))
    new = await google.respond(found, answer)
    said = f"You said {answer} to" if answer != "unanswered" else "You took back your answer to"
    undo = taking_back(new, answered(new), answer=before)
    yield Reply(f"{said} “{new.title}”, {when(new, today)}.", (_own_line(new, google),), undo=undo, record=new.id)


@command(example="calendar calendars")
async def calendars(google: GoogleCalendar) -> Reply:
    """List the calendars you can name."""
    found = await google.calendars()
    items = tuple(Item(each.name, f"{'your own · ' if each.primary else ''}{each.zone}") for each in found)
    return Reply(f"You have {count(len(found), 'calendar')}: {listed(each.name for each in found)}.", items)


def _day(meetings: list[Meeting], day: date, now: datetime) -> Reply:
    items = tuple(line(each, hours_on(each, day)) for each in meetings)
    timed = [each for each in meetings if not each.all_day]
    said = {0: "today, ", 1: "tomorrow, "}.get((day - now.date()).days, "on ") + in_words(day, now.date())
    if not meetings:
        return Reply(f"Nothing {said}. Enjoy the quiet!")
    if not timed:
        return Reply(f"No meetings {said}, only {listed(f'“{each.title}”' for each in meetings)}.", items)
    return Reply(f"{count(len(timed), 'meeting').capitalize()} {said}.{_what_is_left(timed, day, now)}", items)


def _what_is_left(timed: list[Meeting], day: date, now: datetime) -> str:
    if day != now.date():
        return ""
    left = [each for each in timed if isinstance(each.start, datetime) and each.start >= now]
    return f" Next is “{left[0].title}” at {left[0].start:%H:%M}." if left else " All of them have begun."


def _how_soon(meeting: Meeting, now: datetime) -> str:
    left = int(elapsed(now, meeting.start).total_seconds()) // 60
    if left >= 60:
        return when(meeting, now.date())
    return f"in {count(left, 'minute')}" if left else "right now"


def _once_a_series(meetings: list[Meeting]) -> list[Meeting]:
    """Of a series, the first one only."""
    return list({each.series or each.id: each for each in reversed(meetings)}.values())[::-1]


def _own_line(meeting: Meeting, google: GoogleCalendar) -> Item:
    return line(meeting, f"{when(meeting, google.now.date())}:")


def _back(old: Meeting, new: Meeting, minutes: int | None, now: datetime) -> dict[str, Any]:
    """The arguments that move a meeting back. For one that takes whole days, any time of its first day will do."""
    start = old.start if isinstance(old.start, datetime) else datetime.combine(old.start, time(), now.tzinfo)
    length = {"minutes": old.minutes} if minutes else {}
    return taking_back(new, state(new), start=start.isoformat(), **length)


def _free_text(found: Availability, window: list[date], people: list[str], minutes: int, today: date) -> str:
    seen = ["You", *(person for person in people if person not in found.unseen)]
    days = f"on {in_words(window[0], today)}"
    if len(window) > 1:
        days = f"from {in_words(window[0], today)} to {in_words(window[-1], today)}"
    free = f"free for {length(minutes)} or more"
    text = f"{listed(seen)} are {free} {days}." if found.slots else f"Nothing {free} {days}. Look further with days=5."
    return f"{text} I can't see the calendar of {listed(found.unseen)}." if found.unseen else text


def _slot(slot: Slot, people: list[str], minutes: int, today: date) -> Item:
    booked = {"start": slot.start.isoformat(), "minutes": minutes, **({"guests": people} if people else {})}
    return Item(stretch(slot, today), buttons=(Button("Book", "calendar create", booked, form=True),))
