"""Meetings made, moved, cancelled, put back and answered, each exactly once."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from adapters.errors import Refused, Unavailable, Unknown
from adapters.google_calendar.client import GoogleCalendar
from adapters.google_calendar.meeting import Meeting
from adapters.google_calendar.sandbox import Notice
from tests.adapters.google_calendar.stage import Stage

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 2, 3, 15, 0, tzinfo=BERLIN)  # before everything that a new account finds
LATER = datetime(2026, 2, 4, 9, 0, tzinfo=BERLIN)


async def on(google: GoogleCalendar, start: datetime) -> list[Meeting]:
    return await google.agenda(start.date())


@pytest.fixture
async def review(google: GoogleCalendar) -> Meeting:
    return await google.create("Design review", START, 45)


async def invitation(google: GoogleCalendar) -> Meeting:
    (budget,) = await google.titled("budget review")
    return budget


async def prepared(stage: Stage, verb: str) -> Callable[[GoogleCalendar], Awaitable[Meeting]]:
    """A change that can be asked for, again and again."""
    if verb == "create":
        return lambda google: google.create("Lunch", START, 30)
    if verb == "respond":
        budget = await invitation(stage.open())
        return lambda google: google.respond(budget, "yes")
    lunch = await stage.open(call="before").create("Lunch", START, 30)
    if verb == "restore":
        await stage.open().cancel(lunch)
        gone = await stage.open().meeting(lunch.id)
        return lambda google: google.restore(gone)
    return lambda google: google.move(lunch, LATER) if verb == "move" else google.cancel(lunch)


def changes_sent(stage: Stage) -> int:
    return sum(entry.method != "GET" for entry in stage.sandbox.journal)


async def test_a_meeting_is_made(google: GoogleCalendar) -> None:
    made = await google.create("Design review", START, 45, place="Room Curie", description="The new icons")
    assert (made.title, made.start, made.minutes) == ("Design review", START, 45)
    assert (made.place, made.description, made.mine, made.cancelled) == ("Room Curie", "The new icons", True, False)
    assert await on(google, START) == [made]


async def test_its_id_is_one_that_google_takes_and_comes_from_the_call(stage: Stage) -> None:
    first, again, other = [(await stage.open(call=call).create("X", START, 30)).id for call in ("a", "a", "ü / b")]
    assert first == again != other
    assert re.fullmatch("[a-v0-9]{5,1024}", other)


async def test_asking_twice_makes_one_meeting(stage: Stage) -> None:
    first = await stage.open(call="call-7").create("Lunch", START, 30)
    assert await stage.open(call="call-7").create("Lunch", START, 30) == first
    assert await on(stage.open(), START) == [first]


async def test_an_insert_whose_answer_is_lost_makes_one_meeting(stage: Stage, google: GoogleCalendar) -> None:
    stage.fail("drop_after", method="POST")
    made = await google.create("Lunch", START, 30)
    assert await on(google, START) == [made]
    assert stage.asked("POST", "/events") == 2


async def test_an_insert_that_never_arrived_makes_one_meeting(stage: Stage, google: GoogleCalendar) -> None:
    stage.fail("drop_before", method="POST")
    assert await google.create("Lunch", START, 30) == (await on(google, START))[0]


async def test_a_meeting_made_while_google_was_silent_is_found_by_the_next_attempt(stage: Stage) -> None:
    stage.fail("drop_after", method="POST", times=3)
    with pytest.raises(Unavailable):
        await stage.open(call="call-9").create("Lunch", START, 30)
    made = await stage.open(call="call-9").create("Lunch", START, 30)
    assert await on(stage.open(), START) == [made]


async def test_a_meeting_that_was_cancelled_since_an_earlier_attempt_is_not_said_to_be_created(google: GoogleCalendar) -> None:
    await google.cancel(await google.create("Lunch", START, 30))
    with pytest.raises(Refused, match="“Lunch” was created before and has been cancelled since"):
        await google.create("Lunch", START, 30)
    assert await on(google, START) == []


async def test_guests_are_invited_and_told(stage: Stage, google: GoogleCalendar) -> None:
    made = await google.create("Lunch", START, 30, guests=["lena@acme.test", "tom@acme.test"])
    assert [(guest.email, guest.answer, guest.me) for guest in made.guests] == [
        ("lena@acme.test", "unanswered", False),
        ("tom@acme.test", "unanswered", False),
    ]
    assert stage.sandbox.notices == [Notice(made.id, ("lena@acme.test", "tom@acme.test"), "POST")]


async def test_a_video_call_comes_with_the_meeting_and_is_the_same_however_often_it_is_asked_for(stage: Stage) -> None:
    made = await stage.open(call="call-3").create("Call", START, 30, video=True)
    assert re.fullmatch(r"https://meet\.google\.com/[a-z]{3}-[a-z]{4}-[a-z]{3}", made.video)
    assert (await stage.open(call="call-3").create("Call", START, 30, video=True)).video == made.video
    assert (await stage.open(call="call-4").create("Call", START, 30, video=True)).video != made.video
    assert (await stage.open(call="call-5").create("Call", START, 30)).video == ""


async def test_a_meeting_is_made_in_a_named_calendar(google: GoogleCalendar) -> None:
    made = await google.create("Party", START, 30, calendar="Team")
    assert await google.agenda(START.date()) == []
    assert await google.agenda(START.date(), calendar="Team") == [made]


async def test_a_meeting_lasts_as_long_as_asked_when_clocks_change(google: GoogleCalendar) -> None:
    made = await google.create("Night shift", datetime(2026, 3, 29, 1, 30, tzinfo=BERLIN), 60)
    assert (f"{made.end:%H:%M}", made.minutes) == ("03:30", 60)


async def test_a_moved_meeting_keeps_its_length(google: GoogleCalendar, review: Meeting) -> None:
    moved = await google.move(review, LATER)
    assert (moved.id, moved.start, moved.minutes) == (review.id, LATER, 45)
    assert await on(google, START) == []
    assert await on(google, LATER) == [moved]


async def test_it_keeps_its_true_length_where_clocks_change(google: GoogleCalendar, review: Meeting) -> None:
    moved = await google.move(review, datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN))  # the first of two
    assert (moved.minutes, f"{moved.end:%H:%M %z}") == (45, "02:15 +0100")


async def test_its_length_can_be_changed(google: GoogleCalendar, review: Meeting) -> None:
    assert (await google.move(review, START, minutes=90)).end == START + timedelta(minutes=90)


async def test_an_all_day_meeting_moves_by_days(stage: Stage, google: GoogleCalendar) -> None:
    await stage.add("Offsite", "2026-02-03", "2026-02-05")
    (offsite,) = await google.agenda(date(2026, 2, 3))
    moved = await google.move(offsite, datetime(2026, 2, 10, 17, 0, tzinfo=BERLIN))
    assert (moved.start, moved.end) == (date(2026, 2, 10), date(2026, 2, 12))


async def test_one_of_a_series_moves_alone(google: GoogleCalendar) -> None:
    standup = (await google.agenda(date(2026, 11, 23)))[0]
    moved = await google.move(standup, datetime(2026, 11, 23, 11, 30, tzinfo=BERLIN))
    found = [each for each in await google.agenda(date(2026, 11, 23), date(2026, 11, 24)) if each.series == standup.series]
    assert [f"{each.start:%d %H:%M}" for each in found] == ["23 11:30", "24 09:30"]
    assert moved.series == standup.series


async def test_what_somebody_changed_meanwhile_is_not_moved(stage: Stage, google: GoogleCalendar, review: Meeting) -> None:
    await stage.send("PATCH", f"calendars/primary/events/{review.id}", {"summary": "Icon review"})
    with pytest.raises(Refused, match="Somebody changed that meeting meanwhile"):
        await google.move(review, LATER)
    assert [(each.title, each.start) for each in await on(google, START)] == [("Icon review", START)]


async def test_where_it_is_already_nothing_is_sent(stage: Stage, google: GoogleCalendar, review: Meeting) -> None:
    assert await google.move(review, START) == review
    assert stage.asked("PATCH") == 0


async def test_a_move_whose_answer_is_lost_is_not_taken_for_somebody_else_s(
    stage: Stage, google: GoogleCalendar, review: Meeting
) -> None:
    stage.fail("drop_after", method="PATCH")
    moved = await google.move(review, LATER)
    assert moved.start == LATER
    assert stage.asked("PATCH") == 2


async def test_a_cancelled_meeting_does_not_move(google: GoogleCalendar, review: Meeting) -> None:
    gone = await google.cancel(review)
    with pytest.raises(Refused, match="was cancelled already"):
        await google.move(gone, LATER)


async def test_a_cancelled_meeting_is_gone_and_comes_back_as_it_was(google: GoogleCalendar, review: Meeting) -> None:
    await google.cancel(review)
    assert await on(google, START) == []
    gone = await google.meeting(review.id)
    assert gone.cancelled
    back = await google.restore(gone)
    assert (back.title, back.start, back.minutes, back.cancelled) == (review.title, START, 45, False)
    assert await on(google, START) == [back]


async def test_one_of_a_series_is_cancelled_and_comes_back_alone(google: GoogleCalendar) -> None:
    standup = (await google.agenda(date(2026, 11, 23)))[0]
    await google.cancel(standup)
    assert [each.title for each in await google.agenda(date(2026, 11, 23), date(2026, 11, 24))].count("Stand-up") == 1
    gone = await google.meeting(standup.id)
    assert (gone.cancelled, gone.start) == (True, standup.start)
    back = await google.restore(gone)
    assert (back.title, back.start, back.end) == ("Stand-up", standup.start, standup.end)


async def test_cancelling_twice_is_cancelling_once(google: GoogleCalendar, review: Meeting) -> None:
    await google.cancel(review)
    await google.cancel(review)
    assert (await google.meeting(review.id)).cancelled


async def test_a_cancellation_whose_answer_is_lost_is_one(stage: Stage, google: GoogleCalendar, review: Meeting) -> None:
    stage.fail("drop_after", method="DELETE")
    await google.cancel(review)
    assert await on(google, START) == []
    assert stage.asked("DELETE") == 2


async def test_what_somebody_changed_meanwhile_is_not_cancelled(stage: Stage, google: GoogleCalendar, review: Meeting) -> None:
    await stage.send("PATCH", f"calendars/primary/events/{review.id}", {"summary": "Icon review"})
    with pytest.raises(Refused, match="Somebody changed"):
        await google.cancel(review)
    assert len(await on(google, START)) == 1


@pytest.mark.parametrize("silent", [1, 2, 3])
@pytest.mark.parametrize("verb", ["create", "move", "cancel", "restore", "respond"])
async def test_a_further_attempt_finds_what_an_earlier_one_has_done(stage: Stage, verb: str, silent: int) -> None:
    """The earlier one heard nothing at all, however often it asked."""
    change = await prepared(stage, verb)
    before = stage.sandbox.state("ana@acme.test")
    for method in ("POST", "PATCH", "DELETE"):
        stage.fail("drop_after", method=method, times=silent)
    if silent == 3:
        with pytest.raises(Unavailable):
            await change(stage.open(call="c1"))
    else:
        await change(stage.open(call="c1"))
    after, sent = stage.sandbox.state("ana@acme.test"), changes_sent(stage)
    assert after != before
    await change(stage.open(call="c1", again=True))
    assert (stage.sandbox.state("ana@acme.test"), changes_sent(stage)) == (after, sent)


async def test_a_further_attempt_does_what_never_arrived(stage: Stage) -> None:
    made = await stage.open(call="c1", again=True).create("Lunch", START, 30)
    assert await on(stage.open(), START) == [made]
    moved = await stage.open(call="c2", again=True).move(made, LATER)
    assert await on(stage.open(), LATER) == [moved]


async def test_without_a_version_a_lost_answer_is_not_asked_for_again(stage: Stage, google: GoogleCalendar) -> None:
    gone = await google.cancel(await google.create("Lunch", START, 30))
    stage.fail("drop_after", method="PATCH")
    with pytest.raises(Unknown):
        await google.restore(gone)
    assert stage.asked("PATCH") == 1
    assert not (await stage.open(again=True).restore(gone)).cancelled
    assert stage.asked("PATCH") == 1


async def test_a_cancelled_one_of_a_series_is_known_by_what_its_series_says(google: GoogleCalendar) -> None:
    standup = (await google.agenda(date(2026, 11, 23)))[0]
    await google.cancel(standup)
    gone = await google.meeting(standup.id)
    assert (gone.title, gone.start, gone.end, gone.mine) == ("Stand-up", standup.start, standup.end, True)


async def test_a_cancelled_meeting_is_found_by_its_title(google: GoogleCalendar) -> None:
    made = await google.create("Design talk", datetime(2026, 11, 25, 18, 0, tzinfo=BERLIN), 30)
    assert await google.titled("design talk", cancelled=True) == []
    await google.cancel(made)
    assert [each.id for each in await google.titled("design talk", cancelled=True)] == [made.id]
    assert await google.titled("design talk") == []


async def test_guests_are_told_of_every_change(stage: Stage, google: GoogleCalendar) -> None:
    made = await google.create("Lunch", START, 30, guests=["lena@acme.test"])
    await google.restore(await google.cancel(await google.move(made, LATER)))
    assert [notice.change for notice in stage.sandbox.notices] == ["POST", "PATCH", "DELETE", "PATCH"]


@pytest.mark.parametrize("answer", ["yes", "no", "maybe", "unanswered"])
async def test_an_invitation_is_answered(google: GoogleCalendar, answer: str) -> None:
    budget = await invitation(google)
    assert (budget.answer, budget.mine) == ("unanswered", False)
    assert (await google.respond(budget, answer)).answer == answer
    assert (await invitation(google)).answer == answer


async def test_an_answer_leaves_everybody_else_s_as_they_are(google: GoogleCalendar) -> None:
    await google.respond(await invitation(google), "no")
    told = {guest.email: guest.answer for guest in (await invitation(google)).guests}
    assert told == {"lena@acme.test": "yes", "ana@acme.test": "no", "tom@acme.test": "yes"}


async def test_where_one_is_no_guest_there_is_nothing_to_answer(google: GoogleCalendar, review: Meeting) -> None:
    with pytest.raises(Refused, match="not among the guests of “Design review”"):
        await google.respond(review, "yes")


async def test_only_the_organizer_moves_a_meeting(google: GoogleCalendar) -> None:
    with pytest.raises(Refused, match="can only be changed by the organizer"):
        await google.move(await invitation(google), LATER)


async def test_writes_reach_the_calendar_that_a_meeting_is_in(google: GoogleCalendar) -> None:
    made = await google.create("Party", START, 30, calendar="Team")
    moved = await google.move(made, LATER)
    gone = await google.cancel(moved)
    assert replace(await google.meeting(made.id, "Team"), etag="") == gone
    assert (await google.restore(await google.meeting(made.id, "Team"))).calendar == made.calendar
