"""The calendar's commands as people type them, answered by the stand-in over HTTP."""

from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from adapters.errors import Refused, Unavailable
from adapters.google_calendar.client import GoogleCalendar
from commands import calendar
from commands.command import Command
from commands.parse import parse
from commands.preview import Change, Preview
from commands.reply import Button, Reply
from commands.usage import Meant, UsageError
from tests.adapters.google_calendar.stage import Stage, staged
from tests.adapters.switched_on import MONDAY
from tests.commands.asker import Asker, Meaning, commands_of

COMMANDS = commands_of(calendar)


class Person(Asker):
    """Ana in Berlin, on Monday 23 November 2026 at 09:05."""

    commands = COMMANDS

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.stage = stage

    @property
    def now(self) -> datetime:
        return self.stage.open().now

    def given(self, call: str, again: bool) -> Mapping[str, object]:
        return {"google": self.stage.open(call=call, again=again)}

    async def sees(self, day: str) -> list[str]:
        return [item.title for item in (await self.types(f"calendar today {day}")).items]


def changes_sent(ana: Person) -> int:
    return sum(entry.method != "GET" for entry in ana.stage.sandbox.journal)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as stage:
        yield stage


@pytest.fixture
def ana(stage: Stage) -> Person:
    return Person(stage)


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())
def test_every_command_has_help_and_an_example_that_reads(command: Command) -> None:
    assert command.about.endswith(".")
    assert command.example.startswith(command.name)
    now = MONDAY.astimezone(ZoneInfo("Europe/Berlin"))
    command.validate(parse(command, command.example.removeprefix(command.name).strip()), now)


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())
def test_every_option_says_what_it_is_or_is_named_so(command: Command) -> None:
    assert [option.name for option in command.options if not option.about] in ([], ["title", "start"], ["start"])


def test_a_write_is_taken_back_by_a_command_that_exists() -> None:
    assert {name for name, each in COMMANDS.items() if each.undo} == {
        f"calendar {verb}" for verb in ("create", "move", "cancel", "restore", "respond")
    }
    assert {each.undo for each in COMMANDS.values() if each.undo} <= COMMANDS.keys()


async def test_today_says_what_is_on_and_what_is_next(ana: Person) -> None:
    reply = await ana.types("calendar today")
    assert reply.text == "3 meetings today, Monday 23 November. Next is “Stand-up” at 09:30."
    assert [item.title for item in reply.items] == [
        "09:30–09:45 Stand-up",
        "10:00–11:00 Week planning",
        "14:00–14:30 1:1 with Mira",
    ]
    assert [item.detail for item in reply.items] == ["", "Room Kepler", "video call"]
    assert all(item.url.startswith("https://") for item in reply.items)


async def test_today_in_the_evening_says_that_all_have_begun(ana: Person) -> None:
    ana.stage.now.value += timedelta(hours=8)
    assert (await ana.types("calendar today")).text == "3 meetings today, Monday 23 November. All of them have begun."


async def test_another_day_is_told_by_its_name(ana: Person) -> None:
    reply = await ana.types("calendar today 2026-11-28")
    assert (reply.text, reply.items[0].title) == ("1 meeting on Saturday 28 November.", "10:00–11:00 Farmers' market")


async def test_an_all_day_meeting_is_told_as_such_and_not_counted(ana: Person) -> None:
    reply = await ana.types("calendar today 2026-11-26")
    assert reply.text == "3 meetings on Thursday 26 November."
    assert reply.items[0].title == "all day Release day"


async def test_a_day_with_nothing_but_an_all_day_meeting_says_so(ana: Person) -> None:
    await ana.stage.add("Holiday", "2026-02-03", "2026-02-04")
    assert (await ana.types("calendar today 2026-02-03")).text == "No meetings on Tuesday 3 February, only “Holiday”."


async def test_an_empty_day_is_told_kindly(ana: Person) -> None:
    assert await ana.types("calendar today 2026-02-03") == Reply("Nothing on Tuesday 3 February. Enjoy the quiet!")


async def test_a_meeting_over_midnight_is_told_on_both_days(ana: Person) -> None:
    await ana.stage.add("Release", "2026-02-03T22:00:00+01:00", "2026-02-05T02:00:00+01:00")
    told = [await ana.sees(f"2026-02-0{day}") for day in (3, 4, 5)]
    assert told == [["from 22:00 Release"], ["all day Release"], ["until 02:00 Release"]]


async def test_tomorrow_has_an_invitation_to_answer_right_there(ana: Person) -> None:
    reply = await ana.types("calendar tomorrow")
    assert reply.text == "4 meetings tomorrow, Tuesday 24 November."
    budget = reply.items[2]
    assert budget.detail == "Room Noether · with Lena and Tom · you have not answered yet"
    assert [button.label for button in budget.buttons] == ["Yes", "No", "Maybe"]
    answered = await ana.presses(budget.buttons[0])
    assert answered.text == "You said yes to “Budget review”, Tuesday 24 November, 13:00–13:30."
    assert (await ana.types("calendar tomorrow")).items[2].buttons == ()


async def test_a_week_is_told_day_by_day(ana: Person) -> None:
    reply = await ana.types("calendar week")
    assert reply.text == "17 meetings in the week of Monday 23 November."
    assert len(reply.items) == 18
    assert [reply.items[0].title, reply.items[-1].title] == [
        "Mon 23 Nov, 09:30–09:45 Stand-up",
        "Sun 29 Nov, 17:00–18:00 Call with the family",
    ]


async def test_an_all_day_meeting_is_on_each_of_its_days_of_the_week(ana: Person) -> None:
    titles = [item.title for item in (await ana.types("calendar week 2026-12-02 calendar=team")).items]
    assert [title for title in titles if "Tom" in title] == [
        f"{day}, all day Tom on vacation" for day in ("Mon 30 Nov", "Tue 1 Dec", "Wed 2 Dec", "Thu 3 Dec", "Fri 4 Dec")
    ]


async def test_an_empty_week_is_told(ana: Person) -> None:
    assert (await ana.types("calendar week 2026-02-04")).text == "Nothing at all in the week of Monday 2 February."


async def test_the_next_meeting_is_told_with_how_soon_it_is(ana: Person) -> None:
    assert (await ana.types("calendar next")).text == "Next is “Stand-up”, in 25 minutes."
    ana.stage.now.value += timedelta(minutes=25)
    assert (await ana.types("calendar next")).text == "Next is “Stand-up”, right now."
    ana.stage.now.value += timedelta(hours=2)
    reply = await ana.types("calendar next")
    assert reply.text == "Next is “1:1 with Mira”, Monday 23 November, 14:00–14:30."
    assert (reply.buttons[0].label, reply.buttons[0].url[:24]) == ("Join", "https://meet.google.com/")


async def test_a_far_future_has_no_next_meeting(ana: Person) -> None:
    series = (await ana.types("calendar find stand-up")).items[0].url.rpartition("=")[2].partition("_")[0]
    await ana.stage.send("DELETE", f"calendars/primary/events/{series}")
    ana.stage.now.value += timedelta(days=30)
    assert (await ana.types("calendar next")).text == "Nothing is coming up in the next three months."


async def test_words_are_found_and_a_series_is_told_once(ana: Person) -> None:
    reply = await ana.types("calendar find stand")
    assert (reply.text, len(reply.items)) == ("1 meeting with “stand”.", 1)
    reply = await ana.types("calendar find review")
    assert [item.title for item in reply.items] == [
        "Tuesday 24 November, 11:00–12:00 Design review",
        "Tuesday 24 November, 13:00–13:30 Budget review",
        "Tuesday 1 December, 11:00–12:00 Design review",
    ]


async def test_nothing_found_says_where_was_looked(ana: Person) -> None:
    reply = await ana.types("calendar find zeppelin since=2026-11-01")
    assert reply.text == "I found nothing with “zeppelin” in the 90 days from Sunday 1 November."


async def test_more_than_fits_is_cut_and_said(ana: Person) -> None:
    for number in range(11):
        await ana.stage.add(f"Talk {number}", f"2026-02-0{1 + number % 5}T12:00:00Z", f"2026-02-0{1 + number % 5}T13:00:00Z")
    reply = await ana.types("calendar find talk since=2026-02-01")
    assert (reply.text, len(reply.items)) == ("11 meetings with “talk”, here are the first 10.", 10)


async def test_free_time_of_one_s_own(ana: Person) -> None:
    reply = await ana.types("calendar free")
    assert reply.text == "You are free for 30 minutes or more on Monday 23 November."
    assert [item.title for item in reply.items] == [f"Monday 23 November, {span}" for span in ("11:00–14:00", "14:30–17:00")]


async def test_free_time_with_others_can_be_booked(ana: Person) -> None:
    reply = await ana.types("calendar free 2026-11-24 people=lena@acme.test,x@nowhere.org minutes=1h days=3 hours=8:30-18")
    assert reply.text == (
        "You and lena@acme.test are free for 1 hour or more from Tuesday 24 November to Thursday 26 November."
        " I can't see the calendar of x@nowhere.org."
    )
    (book,) = reply.items[0].buttons
    assert (book.command, book.form) == ("calendar create", True)
    assert book.arguments["guests"] == ["lena@acme.test", "x@nowhere.org"]
    booked = await ana.presses(Button("", book.command, {"title": "Chat", **book.arguments}))
    assert booked.text.startswith(f"Created “Chat”, {reply.items[0].title[:11]}")


async def test_a_weekend_is_not_looked_at(ana: Person) -> None:
    assert "on Monday 30 November" in (await ana.types("calendar free 2026-11-28")).text


async def test_no_free_time_says_what_to_try(ana: Person) -> None:
    reply = await ana.types("calendar free 2026-11-24 minutes=8h")
    assert reply.text == "Nothing free for 8 hours or more on Tuesday 24 November. Look further with days=5."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("calendar free hours=17-9", "I can't read those hours"),
        ("calendar free hours=9-25", "I can't read those hours"),
        ("calendar free people=lena", "“lena” is not an e-mail address"),
        ("calendar free days=90", "days:"),
        ("calendar create Lunch", "start: is missing"),
        ("calendar respond perhaps budget", "answer:"),
    ],
)
async def test_slips_are_told_before_anything_is_asked(ana: Person, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        await ana.types(text)
    assert not ana.stage.sandbox.journal


async def test_a_meeting_is_created_and_taken_back(ana: Person) -> None:
    text = 'calendar create "Design talk" 2026-11-24 15:00 minutes=45 guests=lena@acme.test,tom@acme.test place=Curie video=yes'
    reply = await ana.types(text)
    assert reply.text == (
        "Created “Design talk”, Tuesday 24 November, 15:00–15:45."
        " Invitations are on their way to lena@acme.test and tom@acme.test."
    )
    assert reply.items[0].detail == "Curie · with lena@acme.test and tom@acme.test · video call"
    assert "15:00–15:45 Design talk" in await ana.sees("2026-11-24")
    undone = await ana.undoes(reply, text)
    assert undone.text == "Cancelled “Design talk”, Tuesday 24 November, 15:00–15:45."
    assert "15:00–15:45 Design talk" not in await ana.sees("2026-11-24")
    again = await ana.undoes(undone, "calendar cancel")
    assert again.text == "“Design talk” is back on your calendar, Tuesday 24 November, 15:00–15:45."
    assert (await ana.undoes(again, "calendar restore")).text.startswith("Cancelled")


async def test_a_meeting_is_taken_back_after_a_guest_has_answered(ana: Person) -> None:
    reply = await ana.types("calendar create Tea 2026-11-24 15:00 guests=lena@acme.test")
    assert reply.undo
    accepted = {"attendees": [{"email": "lena@acme.test", "responseStatus": "accepted"}]}
    await ana.stage.send("PATCH", f"calendars/primary/events/{reply.undo['meeting']}", accepted)
    assert (await ana.undoes(reply, "calendar create")).text.startswith("Cancelled “Tea”")


async def test_a_meeting_is_moved_and_moved_back(ana: Person) -> None:
    await ana.types("calendar create Tea 2026-11-24 15:00 minutes=20")
    reply = await ana.types("calendar move tea 2026-11-25 16:00")
    assert reply.text == "Moved “Tea” to Wednesday 25 November, 16:00–16:20. It was on Tuesday 24 November, 15:00–15:20."
    assert (await ana.undoes(reply, "calendar move")).text.startswith("Moved “Tea” to Tuesday 24 November, 15:00–15:20.")


async def test_what_was_moved_on_meanwhile_is_shown_and_asked_about_before_it_is_moved_back(ana: Person) -> None:
    await ana.types("calendar create Tea 2026-11-24 15:00")
    reply = await ana.types("calendar move tea 2026-11-25 16:00")
    await ana.types("calendar move tea 2026-11-26 18:00")
    preview = await ana.foresees(ana.undo_of(reply, "calendar move"))
    assert preview.asks
    assert preview.text == "Move “Tea” to Tuesday 24 November, 15:00–15:30. But it was changed since."
    assert preview.changes[:2] == (
        Change("Changed since: start", "Wednesday 25 November, 16:00", "Thursday 26 November, 18:00"),
        Change("Changed since: end", "Wednesday 25 November, 16:30", "Thursday 26 November, 18:30"),
    )
    assert (await ana.undoes(reply, "calendar move")).text == (  # once it is confirmed
        "Moved “Tea” to Tuesday 24 November, 15:00–15:30. It was on Thursday 26 November, 18:00–18:30."
    )


@pytest.mark.parametrize(
    "text", ["calendar create Tea 2026-11-24 15:00", "calendar move tea 2026-11-25 16:00", "calendar restore tea"]
)
async def test_whatever_somebody_changed_is_asked_about_before_it_is_taken_back(ana: Person, text: str) -> None:
    if "create" not in text:
        await ana.types("calendar create Tea 2026-11-24 15:00")
    if "restore" in text:
        await ana.types("calendar cancel tea")
    reply = await ana.types(text)
    await ana.stage.send("PATCH", f"calendars/primary/events/{reply.record}", {"summary": "Coffee", "location": "Bar"})
    preview = await ana.foresees(ana.undo_of(reply, text))
    since = (Change("Changed since: title", "Tea", "Coffee"), Change("Changed since: place", "", "Bar"))
    assert (preview.asks, preview.changes[:2]) == (True, since)


async def test_an_answer_that_was_changed_elsewhere_is_asked_about(ana: Person) -> None:
    reply = await ana.types("calendar respond yes budget review")
    own = {"attendees": [{"email": "ana@acme.test", "responseStatus": "declined"}], "attendeesOmitted": True}
    await ana.stage.send("PATCH", f"calendars/primary/events/{reply.record}", own)
    preview = await ana.foresees(ana.undo_of(reply, "calendar respond"))
    since = Change("Changed since: your answer", "yes", "no")
    assert (preview.asks, preview.changes) == (True, (since, Change("Your answer", "no", "no answer")))


@pytest.mark.parametrize(
    ("text", "by_hand"),
    [("calendar create Tea 2026-11-24 15:00", "cancel tea"), ("calendar cancel budget review", "restore budget review")],
)
async def test_what_somebody_took_back_already_is_not_asked_about(ana: Person, text: str, by_hand: str) -> None:
    reply = await ana.types(text)
    await ana.types(f"calendar {by_hand}")
    assert not (await ana.foresees(ana.undo_of(reply, text))).asks
    sent = changes_sent(ana)
    await ana.undoes(reply, text)
    assert changes_sent(ana) == sent


async def test_nobody_slips_in_between_looking_and_writing(ana: Person) -> None:
    reply = await ana.types("calendar create Tea 2026-11-24 15:00")
    google = ana.stage.open(call="late")
    arguments = COMMANDS["calendar move"].validate(
        {"meeting": reply.record, "start": "2026-11-25 16:00", "was": {"start": "", "end": ""}}, google.now
    )
    steps = COMMANDS["calendar move"].run(arguments, {"google": google}, google.now)
    async with aclosing(steps):
        assert isinstance(await anext(steps), Preview)
        await ana.stage.send("PATCH", f"calendars/primary/events/{reply.record}", {"summary": "Coffee"})
        with pytest.raises(Refused, match="Somebody changed that meeting meanwhile"):
            await anext(steps)
    assert "15:00–15:30 Coffee" in await ana.sees("2026-11-24")


@pytest.mark.parametrize(
    ("text", "said", "fields", "changes"),
    [
        (
            'calendar create "Design talk" 2026-11-24 13:15 guests=lena@acme.test place=Curie video=yes calendar=Team',
            "Create “Design talk”, Tuesday 24 November, 13:15–13:45.",
            {
                "Where": "Curie",
                "Invited": "lena@acme.test",
                "Video call": "yes",
                "Calendar": "Team",
            },
            (),
        ),
        (
            "calendar move next 2026-11-24 16:00",
            "Move “Stand-up” to Tuesday 24 November, 16:00–16:15.",
            {},
            (Change("When", "Monday 23 November, 09:30–09:45", "Tuesday 24 November, 16:00–16:15"),),
        ),
        (
            "calendar cancel budget review",
            "Take “Budget review” off your calendar, Tuesday 24 November, 13:00–13:30.",
            {"Where": "Room Noether", "Guests who are told": "Lena and Tom"},
            (Change("On your calendar", "Tuesday 24 November, 13:00–13:30", ""),),
        ),
        (
            "calendar respond yes budget review",
            "Say yes to “Budget review”, Tuesday 24 November, 13:00–13:30.",
            {"Where": "Room Noether"},
            (Change("Your answer", "no answer", "yes"),),
        ),
    ],
)
async def test_a_write_is_shown_before_anything_is_written(
    ana: Person, text: str, said: str, fields: dict[str, str], changes: tuple[Change, ...]
) -> None:
    preview = await ana.foresees(text)
    assert (preview.text, {each.name: each.value for each in preview.fields}, preview.changes) == (said, fields, changes)
    assert changes_sent(ana) == 0
    ana.stage.now.value += timedelta(minutes=9)
    assert await ana.foresees(text) == preview  # or nobody could confirm it


async def test_an_unknown_calendar_is_told_before_anything_is_shown(ana: Person) -> None:
    with pytest.raises(Refused, match="You have no calendar “Fun”"):
        await ana.foresees("calendar create Tea 2026-11-24 15:00 calendar=Fun")


@pytest.mark.parametrize(
    "text",
    ["calendar move next 2026-11-24 16:00", "calendar cancel next", "calendar restore tea", "calendar respond yes budget"],
)
async def test_an_attempt_after_a_lost_answer_says_and_undoes_what_the_first_would_have(ana: Person, text: str) -> None:
    if "tea" in text:
        await ana.types("calendar create Tea 2026-11-24 15:00")
        await ana.types("calendar cancel tea")
    meaning, before = await ana.means(ana.reads(text)), ana.stage.sandbox.state("ana@acme.test")
    first = await ana.attempts(meaning)
    sent, after = changes_sent(ana), ana.stage.sandbox.state("ana@acme.test")
    again = await ana.attempts(meaning, again=True)
    assert (again, changes_sent(ana), after == before) == (first, sent, False)
    await ana.undoes(again, text)
    assert ana.stage.sandbox.state("ana@acme.test") == before


async def test_a_changed_length_is_changed_back(ana: Person) -> None:
    await ana.types("calendar create Tea 2026-11-24 15:00 minutes=20")
    reply = await ana.types("calendar move tea 2026-11-24 15:00 minutes=1h")
    assert reply.text.startswith("Moved “Tea” to Tuesday 24 November, 15:00–16:00.")
    assert "15:00–15:20." in (await ana.undoes(reply, "calendar move")).text


async def test_an_all_day_meeting_is_moved_and_moved_back(ana: Person) -> None:
    reply = await ana.types('calendar move "release day" 2026-12-01 10:00')
    assert reply.text == "Moved “Release day” to Tuesday 1 December, all day. It was on Thursday 26 November, all day."
    assert (await ana.undoes(reply, "calendar move")).text.startswith("Moved “Release day” to Thursday 26 November")


async def test_the_length_of_an_all_day_meeting_stays(ana: Person) -> None:
    with pytest.raises(Refused, match="of less than a day"):
        await ana.types('calendar move "release day" 2026-12-01 10:00 minutes=30')


async def test_a_move_to_where_it_is_changes_nothing(ana: Person) -> None:
    await ana.types("calendar create Tea 2026-11-24 15:00")
    reply = await ana.types("calendar move tea 2026-11-24 15:00")
    assert (reply.text, reply.undo) == ("“Tea” is there already: Tuesday 24 November, 15:00–15:30.", None)


async def test_the_next_meeting_is_cancelled_by_that_word(ana: Person) -> None:
    assert (await ana.types("calendar cancel next")).text == "Cancelled “Stand-up”, Monday 23 November, 09:30–09:45."


async def test_somebody_else_s_meeting_is_only_taken_off_one_s_own_calendar(ana: Person) -> None:
    reply = await ana.types("calendar cancel budget review")
    assert reply.text == "Took “Budget review” off your calendar, Tuesday 24 November, 13:00–13:30."
    assert "is back on your calendar" in (await ana.undoes(reply, "calendar cancel")).text


async def test_a_cancelled_meeting_is_restored_by_its_title(ana: Person) -> None:
    await ana.types("calendar create Tea 2026-11-24 15:00")
    await ana.types("calendar cancel tea")
    assert (await ana.types("calendar restore tea")).text.startswith("“Tea” is back")
    with pytest.raises(Refused, match="I found no cancelled meeting called “tea”"):
        await ana.types("calendar restore tea")


async def test_what_is_not_cancelled_needs_no_restoring(ana: Person) -> None:
    reply = await ana.types("calendar create Tea 2026-11-24 15:00")
    assert reply.undo
    told = await ana.presses(Button("", "calendar restore", {"meeting": reply.undo["meeting"]}))
    assert (told.text, told.undo) == ("“Tea” is not cancelled, it is still on: Tuesday 24 November, 15:00–15:30.", None)


async def test_several_meetings_can_be_chosen_from(ana: Person) -> None:
    with pytest.raises(UsageError, match="“demo” fits 2 meetings") as raised:
        await ana.types("calendar cancel demo")
    error = raised.value
    assert (error.command, error.option) == ("calendar cancel", "meeting")
    assert [choice.label for choice in error.choices] == ["Demo, Fri 27 Nov, 15:00–16:00", "Demo, Fri 4 Dec, 15:00–16:00"]
    reply = await ana.presses(Button("", error.command, {error.option: error.choices[1].value}))
    assert reply.text == "Cancelled “Demo”, Friday 4 December, 15:00–16:00."


async def test_of_many_meetings_the_next_ones_can_be_chosen(ana: Person) -> None:
    with pytest.raises(UsageError, match="The next 8 are these") as raised:
        await ana.types("calendar cancel stand-up")
    assert len(raised.value.choices) == 8


async def test_an_unknown_meeting_is_told_by_the_words_that_were_used(ana: Person) -> None:
    with pytest.raises(Refused, match="I found no coming meeting called “zeppelin”"):
        await ana.types("calendar cancel zeppelin")


@pytest.mark.parametrize(
    ("name", "words", "title"),
    [
        ("move", {"meeting": "next", "start": "2026-11-24 16:00"}, "Stand-up"),
        ("cancel", {"meeting": "next"}, "Stand-up"),
        ("respond", {"meeting": "budget review", "answer": "yes"}, "Budget review"),
        ("restore", {"meeting": "tea"}, "Tea"),
    ],
)
async def test_before_anything_is_changed_words_are_turned_into_the_meeting_they_mean(
    ana: Person, name: str, words: dict[str, str], title: str
) -> None:
    await ana.types("calendar create Tea 2026-11-24 15:00")
    await ana.types("calendar cancel tea")
    writes = changes_sent(ana)
    with pytest.raises(Meant) as raised:
        await ana.attempts(Meaning(COMMANDS[f"calendar {name}"], words))
    assert changes_sent(ana) == writes
    found = await ana.stage.open().meeting(raised.value.arguments["meeting"])
    assert ({"meeting", "was"} >= raised.value.arguments.keys(), found.title) == (True, title)


async def test_a_further_attempt_cancels_the_same_meeting_and_not_what_is_next_by_then(ana: Person) -> None:
    await ana.stage.add("Tea", "2026-11-23T09:10:00+01:00", "2026-11-23T09:20:00+01:00")
    meaning = await ana.means(ana.reads("calendar cancel next"))
    ana.stage.fail("drop_after", method="DELETE", times=3)
    with pytest.raises(Unavailable):
        await ana.attempts(meaning)
    again = await ana.attempts(meaning, again=True)
    assert again.text == "Cancelled “Tea”, Monday 23 November, 09:10–09:20."
    assert await ana.sees("2026-11-23") == ["09:30–09:45 Stand-up", "10:00–11:00 Week planning", "14:00–14:30 1:1 with Mira"]


async def test_an_id_of_somebody_s_own_making_is_known_as_one(ana: Person) -> None:
    await ana.stage.add("Tea", "2026-11-24T15:00:00+01:00", "2026-11-24T15:30:00+01:00", id="ourtea")
    assert (await ana.types("calendar cancel tea")).text.startswith("Cancelled “Tea”")


async def test_a_title_may_look_like_an_id(ana: Person) -> None:
    await ana.types("calendar create quarterlyreview2026 2026-11-24 15:00")
    assert (await ana.types("calendar cancel quarterlyreview2026")).text.startswith("Cancelled “quarterlyreview2026”")


@pytest.mark.parametrize(
    ("answer", "said"), [("yes", "You said yes to"), ("no", "You said no to"), ("maybe", "You said maybe to")]
)
async def test_an_answer_is_given_and_taken_back(ana: Person, answer: str, said: str) -> None:
    reply = await ana.types(f"calendar respond {answer} budget review")
    assert reply.text.startswith(f"{said} “Budget review”")
    undone = await ana.undoes(reply, "calendar respond")
    assert undone.text == "You took back your answer to “Budget review”, Tuesday 24 November, 13:00–13:30."


async def test_invitations_come_first_when_answering(ana: Person) -> None:
    await ana.stage.add("Budget draft", "2026-11-24T15:00:00+01:00", "2026-11-24T15:30:00+01:00")
    assert (await ana.types("calendar respond yes budget")).text.startswith("You said yes to “Budget review”")


async def test_where_one_is_no_guest_there_is_nothing_to_answer(ana: Person) -> None:
    with pytest.raises(Refused, match="not among the guests"):
        await ana.types("calendar respond yes next")


async def test_another_calendar_is_read_and_written(ana: Person) -> None:
    assert (await ana.types("calendar today 2026-11-26 calendar=Team")).items[0].title == "16:30–17:00 All hands"
    reply = await ana.types('calendar create "Cake" 2026-11-24 15:00 calendar=team')
    moved = await ana.types("calendar move cake 2026-11-24 16:00 calendar=team")
    assert moved.text.startswith("Moved “Cake”")
    assert (await ana.undoes(moved, "calendar move")).text.startswith("Moved “Cake” to Tuesday 24 November, 15:00")
    assert reply.undo
    assert reply.undo["calendar"] == "c_team@group.calendar.google.com"


async def test_calendars_are_listed(ana: Person) -> None:
    reply = await ana.types("calendar calendars")
    assert reply.text == "You have 2 calendars: Work and Team."
    assert [item.detail for item in reply.items] == ["your own · Europe/Berlin", "Europe/Berlin"]


async def test_times_are_the_asker_s(stage: Stage) -> None:
    await stage.add("Call", "2026-11-25T09:00:00", "2026-11-25T10:00:00", "Pacific/Auckland")
    google: GoogleCalendar = stage.open()
    assert google.now == datetime(2026, 11, 23, 9, 5, tzinfo=ZoneInfo("Europe/Berlin"))
    assert "21:00–22:00 Call" in await Person(stage).sees("2026-11-24")
