"""The stand-in's lists: filters, pages, series and incremental sync."""

from datetime import timedelta
from typing import Any

import pytest

from tests.adapters.google_calendar.stage import Stage

EVENTS = "calendars/primary/events"
FEBRUARY = "timeMin=2026-02-01T00:00:00Z&timeMax=2026-03-01T00:00:00Z"  # before everything that a new account finds
DAILY = ["RRULE:FREQ=DAILY;COUNT=5", "EXDATE;TZID=Europe/Berlin:20260204T090000"]


async def listed(stage: Stage, query: str = "") -> list[dict[str, Any]]:
    answer = await stage.send("GET", f"{EVENTS}?{FEBRUARY}{query}")
    assert answer.status == 200, answer.body
    items: list[dict[str, Any]] = answer.body["items"]
    return items


async def daily(stage: Stage) -> str:
    start, end = "2026-02-02T09:00:00+01:00", "2026-02-02T09:15:00+01:00"
    return str((await stage.add("Tea", start, end, "Europe/Berlin", recurrence=DAILY))["id"])


async def test_a_series_is_one_event_or_its_occurrences(stage: Stage) -> None:
    series = await daily(stage)
    assert [each["id"] for each in await listed(stage)] == [series]
    occurrences = await listed(stage, "&singleEvents=true")
    assert [each["start"]["dateTime"][:10] for each in occurrences] == [f"2026-02-0{day}" for day in (2, 3, 5, 6)]
    assert {each["recurringEventId"] for each in occurrences} == {series}
    assert occurrences[0]["id"] == f"{series}_20260202T080000Z"
    assert "recurrence" not in occurrences[0]


async def test_an_all_day_series_has_dates(stage: Stage) -> None:
    made = await stage.add("Pay day", "2026-02-02", "2026-02-03", recurrence=["RRULE:FREQ=WEEKLY;COUNT=2"])
    occurrences = await listed(stage, "&singleEvents=true")
    assert [(each["id"], each["start"]) for each in occurrences] == [
        (f"{made['id']}_20260202", {"date": "2026-02-02"}),
        (f"{made['id']}_20260209", {"date": "2026-02-09"}),
    ]


async def test_the_occurrences_of_one_series_are_listed(stage: Stage) -> None:
    series = await daily(stage)
    answer = await stage.send("GET", f"{EVENTS}/{series}/instances?maxResults=3")
    assert len(answer.body["items"]) == 3
    rest = await stage.send("GET", f"{EVENTS}/{series}/instances?maxResults=3&pageToken={answer.body['nextPageToken']}")
    assert len(rest.body["items"]) == 1
    assert (await stage.send("GET", f"{EVENTS}/unknown1/instances")).status == 404


async def test_an_occurrence_is_found_changed_and_cancelled_by_its_id(stage: Stage) -> None:
    series = await daily(stage)
    third, sixth = f"{series}_20260203T080000Z", f"{series}_20260206T080000Z"
    changed = await stage.send("PATCH", f"{EVENTS}/{third}", {"summary": "Coffee"})
    assert (changed.body["recurringEventId"], changed.body["start"]["dateTime"]) == (series, "2026-02-03T09:00:00+01:00")
    await stage.send("DELETE", f"{EVENTS}/{sixth}")
    assert [each["summary"] for each in await listed(stage, "&singleEvents=true&orderBy=startTime")] == ["Tea", "Coffee", "Tea"]
    gone = (await stage.send("GET", f"{EVENTS}/{sixth}")).body
    assert gone.keys() == {"kind", "etag", "id", "status", "recurringEventId", "originalStartTime"}
    assert (await stage.send("GET", f"{EVENTS}/{series}_20260204T080000Z")).status == 404  # excepted from the start


async def test_a_moved_occurrence_is_listed_where_it_is_now(stage: Stage) -> None:
    series = await daily(stage)
    body = {"start": {"dateTime": "2026-03-05T09:00:00+01:00"}, "end": {"dateTime": "2026-03-05T09:15:00+01:00"}}
    await stage.send("PATCH", f"{EVENTS}/{series}_20260203T080000Z", body)
    assert len(await listed(stage, "&singleEvents=true")) == 3
    march = "timeMin=2026-03-05T00:00:00Z&timeMax=2026-03-06T00:00:00Z&singleEvents=true"
    assert len((await stage.send("GET", f"{EVENTS}?{march}")).body["items"]) == 1


async def test_a_cancelled_series_takes_its_occurrences_along(stage: Stage) -> None:
    series = await daily(stage)
    await stage.send("PATCH", f"{EVENTS}/{series}_20260203T080000Z", {"summary": "Coffee"})
    await stage.send("DELETE", f"{EVENTS}/{series}")
    assert await listed(stage, "&singleEvents=true") == []
    assert await listed(stage) == []


async def test_cancelled_ones_are_shown_when_asked_for(stage: Stage) -> None:
    made = await stage.add("Lunch", "2026-02-03T12:00:00+01:00", "2026-02-03T13:00:00+01:00")
    await stage.send("DELETE", f"{EVENTS}/{made['id']}")
    assert await listed(stage) == []
    assert [each["status"] for each in await listed(stage, "&showDeleted=true")] == ["cancelled"]
    assert [each["summary"] for each in await listed(stage, "&showDeleted=true&singleEvents=true")] == ["Lunch"]


async def test_the_bounds_are_exclusive_for_what_touches_them(stage: Stage) -> None:
    await stage.add("Before", "2026-01-31T23:00:00Z", "2026-02-01T00:00:00Z")
    await stage.add("Across", "2026-01-31T23:00:00Z", "2026-02-01T00:00:01Z")
    await stage.add("Last", "2026-02-28T23:59:59Z", "2026-03-01T01:00:00Z")
    await stage.add("After", "2026-03-01T00:00:00Z", "2026-03-01T01:00:00Z")
    assert [each["summary"] for each in await listed(stage)] == ["Across", "Last"]


async def test_times_are_told_in_the_zone_that_is_asked_for(stage: Stage) -> None:
    await stage.add("Lunch", "2026-02-03T12:00:00+01:00", "2026-02-03T13:00:00+01:00")
    (told,) = await listed(stage, "&timeZone=America/New_York")
    assert told["start"] == {"dateTime": "2026-02-03T06:00:00-05:00", "timeZone": "Europe/Berlin"}


async def test_words_are_looked_for_everywhere(stage: Stage) -> None:
    times = "2026-02-03T12:00:00+01:00", "2026-02-03T13:00:00+01:00"
    await stage.add("Lunch", *times, location="Cafe LUNA", attendees=[{"email": "tom@acme.test", "displayName": "Tom Lee"}])
    await stage.add("Dinner", *times, description="with candles")
    for words, found in (("luna", 1), ("tom lee", 1), ("CANDLES", 1), ("candles lunch", 0), ("ana@acme", 2)):
        assert len(await listed(stage, f"&q={words}")) == found


async def test_lists_are_ordered(stage: Stage) -> None:
    for day in (5, 3, 4):
        stage.now.value += timedelta(seconds=1)
        await stage.add(f"{day}", f"2026-02-0{day}T12:00:00Z", f"2026-02-0{day}T13:00:00Z")
    by_start = await listed(stage, "&singleEvents=true&orderBy=startTime")
    assert [each["summary"] for each in by_start] == ["3", "4", "5"]
    assert [each["summary"] for each in await listed(stage, "&orderBy=updated")] == ["5", "3", "4"]


async def test_pages_follow_each_other_to_the_end(stage: Stage) -> None:
    for number in range(5):
        await stage.add(f"{number}", "2026-02-03T12:00:00Z", "2026-02-03T13:00:00Z")
    seen, token = [], ""
    for _ in range(3):
        page = (await stage.send("GET", f"{EVENTS}?{FEBRUARY}&maxResults=2{token}")).body
        seen += [each["summary"] for each in page["items"]]
        token = f"&pageToken={page.get('nextPageToken')}"
    assert seen == ["0", "1", "2", "3", "4"]
    assert "nextPageToken" not in page
    assert "nextSyncToken" in page


@pytest.mark.parametrize(
    "query",
    [
        "orderBy=startTime",
        "timeMin=2026-02-01",
        "timeMin=2026-02-01T00:00:00",
        "timeMin=2026-03-01T00:00:00Z&timeMax=2026-02-01T00:00:00Z",
        "maxResults=0",
        "maxResults=few",
        "pageToken=abc",
        "syncToken=abc",
        "timeZone=Mars/Base",
    ],
)
async def test_bad_parameters_are_refused(stage: Stage, query: str) -> None:
    answer = await stage.send("GET", f"{EVENTS}?{query}")
    assert (answer.status, answer.body["error"]["code"]) == (400, 400)


async def sync_token(stage: Stage) -> str:
    return str((await stage.send("GET", f"{EVENTS}?maxResults=2500")).body["nextSyncToken"])


async def test_a_sync_token_brings_what_changed_since_cancelled_ones_too(stage: Stage) -> None:
    gone = await stage.add("Gone", "2026-02-03T12:00:00Z", "2026-02-03T13:00:00Z")
    await stage.add("Same", "2026-02-03T12:00:00Z", "2026-02-03T13:00:00Z")
    token = await sync_token(stage)
    await stage.send("DELETE", f"{EVENTS}/{gone['id']}")
    await stage.add("New", "2026-02-03T12:00:00Z", "2026-02-03T13:00:00Z")
    answer = (await stage.send("GET", f"{EVENTS}?syncToken={token}")).body
    assert [(each["summary"], each["status"]) for each in answer["items"]] == [("Gone", "cancelled"), ("New", "confirmed")]
    again = (await stage.send("GET", f"{EVENTS}?syncToken={answer['nextSyncToken']}")).body
    assert again["items"] == []


async def test_a_changed_series_brings_its_occurrences(stage: Stage) -> None:
    series = await daily(stage)
    token = await sync_token(stage)
    await stage.send("PATCH", f"{EVENTS}/{series}", {"summary": "Coffee"})
    answer = (await stage.send("GET", f"{EVENTS}?syncToken={token}&singleEvents=true")).body
    assert [each["summary"] for each in answer["items"]] == ["Coffee"] * 4


async def test_a_sync_token_grows_too_old(stage: Stage) -> None:
    token = await sync_token(stage)
    stage.now.value += timedelta(days=7, seconds=1)
    answer = await stage.send("GET", f"{EVENTS}?syncToken={token}")
    assert (answer.status, answer.reason) == (410, "fullSyncRequired")


async def test_a_sync_token_allows_no_other_filters(stage: Stage) -> None:
    token = await sync_token(stage)
    assert (await stage.send("GET", f"{EVENTS}?syncToken={token}&q=lunch")).status == 400


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"timeMin": "2026-02-01T00:00:00Z", "timeMax": "2026-02-01T00:00:00Z", "items": []},
        {"timeMin": "2026-02-01T00:00:00Z", "timeMax": "2026-12-01T00:00:00Z", "items": []},
        {"timeMin": "noon", "timeMax": "2026-12-01T00:00:00Z", "items": []},
    ],
)
async def test_bad_questions_about_busy_times_are_refused(stage: Stage, body: dict[str, Any]) -> None:
    assert (await stage.send("POST", "freeBusy", body)).status == 400


async def test_busy_times_are_merged_and_cut_and_told_in_the_zone_asked_for(stage: Stage) -> None:
    for start, end in (("10", "12"), ("11", "13"), ("15", "18")):
        await stage.add("Busy", f"2026-02-03T{start}:00:00Z", f"2026-02-03T{end}:00:00Z")
    await stage.add("Free", "2026-02-03T08:00:00Z", "2026-02-03T09:00:00Z", transparency="transparent")
    span = {"timeMin": "2026-02-03T07:00:00Z", "timeMax": "2026-02-03T17:00:00Z", "timeZone": "America/New_York"}
    told = (await stage.send("POST", "freeBusy", {**span, "items": [{"id": "ana@acme.test"}]})).body
    assert [(busy["start"], busy["end"]) for busy in told["calendars"]["ana@acme.test"]["busy"]] == [
        ("2026-02-03T05:00:00-05:00", "2026-02-03T08:00:00-05:00"),
        ("2026-02-03T10:00:00-05:00", "2026-02-03T12:00:00-05:00"),
    ]
