"""What people see of an account: the same again once something is taken back, however it came about."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from adapters.google_calendar.client import GoogleCalendar
from tests.adapters.google_calendar.stage import ANA, Stage

THEN = datetime(2026, 11, 24, 15, 0, tzinfo=ZoneInfo("Europe/Berlin"))


async def test_what_was_taken_back_leaves_no_trace(stage: Stage, google: GoogleCalendar) -> None:
    standup = (await google.agenda(THEN.date()))[0]
    before = stage.sandbox.state(ANA)
    made = await google.create("Tea", THEN, 30, ["lena@acme.test"])
    moved = await google.move(standup, THEN)
    changed = stage.sandbox.state(ANA)[ANA]
    assert (changed[made.id]["summary"], changed[moved.id]["start"]) == ("Tea", "2026-11-24T14:00:00+00:00")
    await google.cancel(made)
    assert isinstance(standup.start, datetime)
    await google.cancel(await google.move(moved, standup.start))
    assert standup.id not in stage.sandbox.state(ANA)[ANA]
    await google.restore(await google.meeting(standup.id))
    assert stage.sandbox.state(ANA) == before


async def test_whatever_people_see_is_seen_there(stage: Stage, google: GoogleCalendar) -> None:
    (budget,) = await google.titled("budget review")
    (release,) = [each for each in await google.agenda(date(2026, 11, 26)) if each.all_day]
    seen = [stage.sandbox.state(ANA)]
    await google.respond(budget, "yes")
    seen.append(stage.sandbox.state(ANA))
    await google.move(release, THEN + timedelta(days=7))
    seen.append(stage.sandbox.state(ANA))
    await stage.send("PATCH", f"calendars/primary/events/{release.id}", {"description": "v2"})
    seen.append(stage.sandbox.state(ANA))
    assert all(seen.count(each) == 1 for each in seen)


async def test_it_is_told_to_another_process(stage: Stage, google: GoogleCalendar) -> None:
    await google.agenda(THEN.date())
    async with stage.session.get(f"{stage.service.base_url}_sandbox/state?account={ANA}") as answer:
        assert await answer.json() == stage.sandbox.state(ANA)
    assert stage.sandbox.state("nobody@acme.test") == {}
