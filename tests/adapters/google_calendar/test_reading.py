"""What is on: days, words, and the next meeting."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web

from adapters.errors import Refused
from adapters.google_calendar.client import GoogleCalendar
from adapters.google_calendar.meeting import Meeting
from tests.adapters.google_calendar.stage import Stage, answered, connected, opened
from tests.adapters.servers import serving
from tests.adapters.switched_on import Moment

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 11, 23)  # days in February lie before everything that a new account finds


def titles(meetings: list[Meeting]) -> list[str]:
    return [meeting.title for meeting in meetings]


async def test_a_day_is_told_in_order(google: GoogleCalendar) -> None:
    meetings = await google.agenda(MONDAY)
    assert [(f"{each.start:%H:%M}", each.title) for each in meetings] == [
        ("09:30", "Stand-up"),
        ("10:00", "Week planning"),
        ("14:00", "1:1 with Mira"),
    ]
    assert meetings[1].place == "Room Kepler"
    assert meetings[1].url.startswith("https://www.google.com/calendar/event")
    assert meetings[2].video.startswith("https://meet.google.com/")
    assert meetings[0].series
    assert not meetings[1].series


async def test_a_span_of_days_has_every_day_s_meetings(google: GoogleCalendar) -> None:
    meetings = await google.agenda(MONDAY, date(2026, 11, 29))
    assert [sum(each.on(date(2026, 11, day)) for each in meetings) for day in range(23, 30)] == [3, 4, 2, 4, 3, 1, 1]


async def test_a_cancelled_occurrence_is_left_out(google: GoogleCalendar) -> None:
    found = [each for each in await google.agenda(MONDAY, date(2026, 11, 27)) if each.title == "Stand-up"]
    assert [each.start.day for each in found] == [23, 24, 26, 27]


async def test_an_all_day_meeting_has_dates_and_no_times(google: GoogleCalendar) -> None:
    release = next(each for each in await google.agenda(date(2026, 11, 26)) if each.all_day)
    assert (release.title, release.start, release.end) == ("Release day", date(2026, 11, 26), date(2026, 11, 27))
    around = [*await google.agenda(date(2026, 11, 25)), *await google.agenda(date(2026, 11, 27))]
    assert not any(each.all_day for each in around)


async def test_an_all_day_meeting_is_on_each_of_its_days(stage: Stage, google: GoogleCalendar) -> None:
    await stage.add("Offsite", "2026-02-01", "2026-02-04")
    (offsite,) = await google.agenda(date(2026, 2, 2))
    assert [offsite.on(date(2026, 2, day)) for day in (1, 2, 3)] == [True] * 3
    assert not offsite.on(date(2026, 1, 31))
    assert not offsite.on(date(2026, 2, 4))
    assert await google.agenda(date(2026, 2, 4)) == []


async def test_an_all_day_meeting_stays_on_its_date_for_somebody_far_away(stage: Stage) -> None:
    await stage.add("Holiday", "2026-02-02", "2026-02-03")
    for zone in ("Pacific/Auckland", "America/Los_Angeles"):
        far = stage.open(zone)
        days = [day for day in (1, 2, 3) if await far.agenda(date(2026, 2, day))]
        assert days == [2]


async def test_a_meeting_over_midnight_is_on_both_days(stage: Stage, google: GoogleCalendar) -> None:
    await stage.add("Release night", "2026-02-01T22:00:00+01:00", "2026-02-02T02:00:00+01:00")
    await stage.add("Late", "2026-02-01T23:00:00+01:00", "2026-02-02T00:00:00+01:00")
    assert titles(await google.agenda(date(2026, 2, 1))) == ["Release night", "Late"]
    assert titles(await google.agenda(date(2026, 2, 2))) == ["Release night"]


async def test_a_meeting_made_in_another_zone_is_told_in_the_asker_s(stage: Stage, google: GoogleCalendar) -> None:
    await stage.add("Call with Wellington", "2026-02-02T09:00:00", "2026-02-02T10:00:00", "Pacific/Auckland")
    (call,) = await google.agenda(date(2026, 2, 1))
    assert (call.start, call.minutes) == (datetime(2026, 2, 1, 21, 0, tzinfo=BERLIN), 60)
    assert isinstance(call.start, datetime)
    assert call.start.tzinfo == BERLIN


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
        ("Pacific/Auckland", date(2026, 9, 27), 23),
        ("Pacific/Auckland", date(2026, 4, 5), 25),
        ("Europe/Berlin", date(2026, 6, 1), 24),
    ],
)
async def test_days_begin_and_end_in_the_asker_s_zone_when_clocks_change(
    stage: Stage, zone: str, day: date, hours: int
) -> None:
    google = stage.open(zone, account=f"{zone}@acme.test".replace("/", "."))
    near = ZoneInfo(zone)
    midnights = [datetime(day.year, day.month, day.day + more, tzinfo=near).timestamp() for more in (0, 1)]
    assert midnights[1] - midnights[0] == hours * 3600
    for number, (title, at) in enumerate(
        [("before", midnights[0] - 900), ("first", midnights[0]), ("last", midnights[1] - 900), ("after", midnights[1])]
    ):
        begins = datetime.fromtimestamp(at, near)
        await stage.open(zone, f"{zone}@acme.test".replace("/", "."), f"call-{number}").create(title, begins, 15)
    assert titles(await google.agenda(day)) == ["first", "last"]


async def test_a_recurring_meeting_keeps_its_hour_when_clocks_change(stage: Stage, google: GoogleCalendar) -> None:
    rule = ["RRULE:FREQ=DAILY;COUNT=3"]
    await stage.add("Sunrise", "2026-03-28T08:00:00+01:00", "2026-03-28T08:30:00+01:00", "Europe/Berlin", recurrence=rule)
    found = await google.agenda(date(2026, 3, 28), date(2026, 3, 31))
    assert [f"{each.start:%d %H:%M %z}" for each in found] == ["28 08:00 +0100", "29 08:00 +0200", "30 08:00 +0200"]


async def test_lists_are_read_to_their_end(stage: Stage, google: GoogleCalendar) -> None:
    for number in range(251):
        await stage.add(f"No. {number}", "2026-02-01T10:00:00+01:00", "2026-02-01T10:30:00+01:00")
    assert len(await google.agenda(date(2026, 2, 1))) == 251
    assert stage.asked("GET", "/events") == 2


async def test_a_list_without_an_end_is_given_up() -> None:
    async with answered(200, {"items": [], "nextPageToken": "again"}) as google:
        with pytest.raises(Refused, match="more than I can go through"):
            await google.agenda(MONDAY)


async def test_the_next_meeting_is_the_next_to_begin(stage: Stage, google: GoogleCalendar) -> None:
    await stage.add("Running", "2026-11-23T09:00:00+01:00", "2026-11-23T12:00:00+01:00")
    for minute, title in ((29, "Stand-up"), (30, "Stand-up"), (31, "Week planning")):
        stage.now.value = datetime(2026, 11, 23, 9, minute, tzinfo=BERLIN)
        found = await google.next()
        assert found
        assert found.title == title


async def test_what_was_declined_is_not_next(stage: Stage, google: GoogleCalendar) -> None:
    (budget,) = await google.titled("budget")
    stage.now.value = datetime(2026, 11, 24, 12, 30, tzinfo=BERLIN)
    google = stage.open()
    assert await google.next() == budget
    await google.respond(budget, "no")
    after = await google.next()
    assert after
    assert after.title == "Call with Globex"


async def test_nothing_is_next_in_an_empty_calendar() -> None:
    async with answered(200, {"items": []}) as google:
        assert await google.next() is None


async def test_words_are_found_in_titles_places_and_guests(google: GoogleCalendar) -> None:
    assert {each.title for each in await google.find("kepler", MONDAY)} == {"Week planning", "Roadmap workshop", "Demo"}
    assert titles(await google.find("lena", MONDAY)) == ["Budget review"]
    assert await google.find("zeppelin", MONDAY) == []


async def test_words_are_found_in_the_past_when_asked_for(google: GoogleCalendar) -> None:
    assert [each.start.day for each in await google.find("retrospective", date(2026, 11, 16))] == [20, 27, 4]


async def test_titles_need_all_the_words_and_exact_ones_win(stage: Stage, google: GoogleCalendar) -> None:
    await stage.add("Review", "2026-11-26T18:00:00+01:00", "2026-11-26T18:30:00+01:00")
    assert titles(await google.titled("REVIEW")) == ["Review"]
    assert titles(await google.titled("budget rev")) == ["Budget review"]
    assert await google.titled("budget demo") == []


async def test_a_meeting_is_found_by_its_id(google: GoogleCalendar) -> None:
    first = (await google.agenda(MONDAY))[0]
    assert await google.meeting(first.id) == first


async def test_an_unknown_id_is_refused_in_words(google: GoogleCalendar) -> None:
    with pytest.raises(Refused, match="I can't find that in your Google Calendar"):
        await google.meeting("0123456789abcdef")


async def test_calendars_are_listed(google: GoogleCalendar) -> None:
    own, team = await google.calendars()
    assert (own.name, own.id, own.primary, own.writable) == ("Work", "ana@acme.test", True, True)
    assert (team.name, team.zone, team.primary) == ("Team", "Europe/Berlin", False)


@pytest.mark.parametrize("name", ["Team", "team", "c_team@group.calendar.google.com"])
async def test_a_calendar_is_named_by_its_name_or_id(google: GoogleCalendar, name: str) -> None:
    (meeting,) = await google.agenda(date(2026, 11, 26), calendar=name)
    assert (meeting.title, meeting.calendar) == ("All hands", "c_team@group.calendar.google.com")


async def test_an_unknown_calendar_is_refused_with_those_there_are(google: GoogleCalendar) -> None:
    with pytest.raises(Refused, match=r"no calendar “Golf”. Yours are: Work, Team\."):
        await google.agenda(MONDAY, calendar="Golf")


async def test_a_name_that_two_calendars_share_is_refused_with_their_ids() -> None:
    async with answered(200, {"items": [{"id": "a@x", "summary": "Team"}, {"id": "b@x", "summary": "team"}]}) as google:
        with pytest.raises(Refused, match=r"2 calendars “TEAM”.*a@x, b@x"):
            await google.agenda(MONDAY, calendar="TEAM")


async def test_a_name_of_one_s_own_counts() -> None:
    async with answered(200, {"items": [{"id": "a@x", "summary": "Team", "summaryOverride": "Crew"}]}) as google:
        assert [each.name for each in await google.calendars()] == ["Crew"]


async def test_a_deleted_meeting_without_details_is_refused() -> None:
    async with answered(200, {"id": "abc", "status": "cancelled"}) as google:
        with pytest.raises(Refused, match="was deleted"):
            await google.meeting("abc")


async def test_the_token_goes_out_as_a_bearer_and_below_the_given_path() -> None:
    seen: list[tuple[str, str]] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append((request.path, request.headers["Authorization"]))
        return web.json_response({"items": []})

    app = web.Application()
    app.add_routes([web.get("/{path:.*}", answer)])
    async with serving(app) as address, connected(f"{address}/deep/down") as (service, _):
        await opened(service, "CANARY-token-77", "UTC", Moment()).calendars()
    assert seen == [("/deep/down/calendar/v3/users/me/calendarList", "Bearer CANARY-token-77")]


async def test_a_meeting_without_length_is_on_its_day(stage: Stage, google: GoogleCalendar) -> None:
    made = await stage.add("Reminder", "2026-02-02T00:00:00+01:00", "2026-02-02T00:00:00+01:00")
    meeting = await google.meeting(made["id"])
    assert (meeting.minutes, meeting.first_day, meeting.last_day) == (0, date(2026, 2, 2), date(2026, 2, 2))
