"""The stand-in's single events: kept, versioned, and refused as Google refuses them."""

from datetime import timedelta
from typing import Any

import pytest

from adapters.google_calendar.client import GoogleCalendar
from adapters.google_calendar.sandbox import Notice
from tests.adapters.google_calendar.stage import Stage

EVENTS = "calendars/primary/events"
START, END = {"dateTime": "2026-02-03T15:00:00+01:00"}, {"dateTime": "2026-02-03T16:00:00+01:00"}
LUNCH: dict[str, Any] = {"id": "lunch01", "summary": "Lunch", "start": START, "end": END}


@pytest.fixture
async def lunch(stage: Stage) -> dict[str, Any]:
    return (await stage.send("POST", EVENTS, LUNCH)).body


async def test_google_fills_in_what_it_fills_in(lunch: dict[str, Any]) -> None:
    me = {"email": "ana@acme.test", "self": True}
    assert (lunch["organizer"], lunch["creator"], lunch["status"], lunch["iCalUID"]) == (
        me,
        me,
        "confirmed",
        "lunch01@google.com",
    )
    assert lunch["start"] == {"dateTime": "2026-02-03T15:00:00+01:00", "timeZone": "Europe/Berlin"}
    assert lunch["created"] == lunch["updated"] == "2026-11-23T08:05:00.000Z"
    assert lunch["htmlLink"].startswith("https://")


async def test_an_id_is_given_where_none_is_sent(stage: Stage) -> None:
    made = [await stage.send("POST", EVENTS, {"start": START, "end": END}) for _ in range(2)]
    assert made[0].body["id"] != made[1].body["id"]
    assert (await stage.send("GET", f"{EVENTS}/{made[0].body['id']}")).body == made[0].body


async def test_the_same_id_twice_is_a_duplicate(stage: Stage, lunch: dict[str, Any]) -> None:
    answer = await stage.send("POST", EVENTS, LUNCH)
    assert (answer.status, answer.reason) == (409, "duplicate")


async def test_an_id_stays_taken_when_its_event_is_cancelled(stage: Stage, lunch: dict[str, Any]) -> None:
    await stage.send("DELETE", f"{EVENTS}/lunch01")
    assert (await stage.send("POST", EVENTS, LUNCH)).status == 409


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"id": "Lunch"}, "Invalid resource id value."),
        ({"id": "abc"}, "Invalid resource id value."),
        ({"id": 12345}, "Invalid resource id value."),
        ({"start": None}, "Missing start time."),
        ({"end": {}}, "Missing end time."),
        ({"start": "2026-02-03"}, "Missing start time."),
        ({"start": {"dateTime": "noon"}}, "Invalid start time."),
        ({"start": {"date": "2026-02-30"}}, "Invalid start time."),
        ({"start": {**START, "date": "2026-02-03"}}, "Invalid start time."),
        ({"start": {"date": "2026-02-03"}}, "Start and end times must either both be date or both be dateTime."),
        ({"start": {"dateTime": "2026-02-03T15:00:00"}}, "Missing time zone definition for start time."),
        ({"start": {**START, "timeZone": "Mars/Base"}}, "Invalid time zone definition for start time."),
        ({"start": END, "end": START}, "The specified time range is empty."),
        ({"recurrence": ["RRULE:FREQ=DAILY"]}, "Missing time zone definition for start time."),
        ({"status": "perhaps"}, "Invalid status value."),
        ({"attendees": [{"displayName": "Tom"}]}, "Missing attendee email."),
        ({"attendees": [{"email": "tom"}]}, "Invalid attendee email."),
        ({"attendees": [{"email": "t@a.de", "responseStatus": "yes"}]}, "Invalid attendee response status."),
    ],
)
async def test_bad_events_are_refused_in_google_s_words(stage: Stage, wrong: dict[str, Any], message: str) -> None:
    answer = await stage.send("POST", EVENTS, {**LUNCH, **wrong})
    assert (answer.status, answer.body["error"]["message"]) == (400, message)
    assert answer.body["error"]["errors"][0]["domain"] in ("global", "calendar")


@pytest.mark.parametrize("rule", ["RRULE:FREQ=SOMETIMES", "every day", "RRULE:", 5])
async def test_a_recurrence_that_can_t_be_read_is_refused(stage: Stage, rule: object) -> None:
    start, end = {**START, "timeZone": "Europe/Berlin"}, {**END, "timeZone": "Europe/Berlin"}
    answer = await stage.send("POST", EVENTS, {"start": start, "end": end, "recurrence": [rule]})
    assert (answer.status, answer.body["error"]["message"]) == (400, "Invalid recurrence rule.")


async def test_what_is_no_json_object_is_refused(stage: Stage) -> None:
    assert (await stage.send("POST", EVENTS, [LUNCH])).status == 400


async def test_a_patch_merges_and_null_removes(stage: Stage, lunch: dict[str, Any]) -> None:
    await stage.send("PATCH", f"{EVENTS}/lunch01", {"location": "Cafe Luna", "reminders": {"useDefault": False}})
    patched = (await stage.send("PATCH", f"{EVENTS}/lunch01", {"location": None, "reminders": {"overrides": []}})).body
    assert "location" not in patched
    assert patched["reminders"] == {"useDefault": False, "overrides": []}
    assert patched["summary"] == "Lunch"


async def test_an_update_replaces_all_but_google_s_own(stage: Stage, lunch: dict[str, Any]) -> None:
    updated = (await stage.send("PUT", f"{EVENTS}/lunch01", {"start": START, "end": END, "description": "x"})).body
    assert "summary" not in updated
    assert (updated["id"], updated["organizer"], updated["description"]) == ("lunch01", lunch["organizer"], "x")


async def test_every_change_gives_a_new_version(stage: Stage, lunch: dict[str, Any]) -> None:
    patched = (await stage.send("PATCH", f"{EVENTS}/lunch01", {"summary": "Late lunch"})).body
    assert patched["etag"] != lunch["etag"]
    assert (await stage.send("GET", f"{EVENTS}/lunch01")).body["etag"] == patched["etag"]


@pytest.mark.parametrize("method", ["PATCH", "PUT", "DELETE"])
async def test_an_old_version_is_not_changed(stage: Stage, lunch: dict[str, Any], method: str) -> None:
    body = None if method == "DELETE" else {"summary": "Late", "start": START, "end": END}
    answer = await stage.send(method, f"{EVENTS}/lunch01", body, **{"If-Match": '"1"'})
    assert (answer.status, answer.reason) == (412, "conditionNotMet")
    answer = await stage.send(method, f"{EVENTS}/lunch01", body, **{"If-Match": lunch["etag"]})
    assert answer.status in (200, 204)


async def test_a_cancelled_event_keeps_its_details_and_is_cancelled_once(stage: Stage, lunch: dict[str, Any]) -> None:
    assert (await stage.send("DELETE", f"{EVENTS}/lunch01")).status == 204
    gone = (await stage.send("GET", f"{EVENTS}/lunch01")).body
    assert (gone["status"], gone["summary"]) == ("cancelled", "Lunch")
    again = await stage.send("DELETE", f"{EVENTS}/lunch01")
    assert (again.status, again.reason) == (410, "deleted")


async def test_a_patch_of_the_status_cancels_too(stage: Stage, lunch: dict[str, Any]) -> None:
    assert (await stage.send("PATCH", f"{EVENTS}/lunch01", {"status": "cancelled"})).body["status"] == "cancelled"


@pytest.mark.parametrize("path", [f"{EVENTS}/nowhere1", "calendars/unknown@acme.test/events", "users/me/calendarList/unknown"])
async def test_what_is_not_there_is_not_found(stage: Stage, path: str) -> None:
    answer = await stage.send("GET", path)
    assert (answer.status, answer.reason) == (404, "notFound")


async def test_calendars_are_found_by_their_id(stage: Stage) -> None:
    own = (await stage.send("GET", "calendars/ana@acme.test")).body
    assert own == (await stage.send("GET", "calendars/primary")).body
    entry = (await stage.send("GET", "users/me/calendarList/primary")).body
    assert (own["timeZone"], entry["summary"], entry["primary"]) == ("Europe/Berlin", "Work", True)


async def test_something_is_added_by_its_words_alone(stage: Stage) -> None:
    added = (await stage.send("POST", f"{EVENTS}/quickAdd?text=Tea")).body
    assert (added["summary"], added["start"]["dateTime"]) == ("Tea", "2026-11-23T10:00:00+01:00")


async def test_a_conference_is_made_only_when_the_parameter_says_so(stage: Stage) -> None:
    request = {"createRequest": {"requestId": "r1", "conferenceSolutionKey": {"type": "hangoutsMeet"}}}
    without = (await stage.send("POST", EVENTS, {**LUNCH, "conferenceData": request})).body
    with_one = (await stage.send("PATCH", f"{EVENTS}/lunch01?conferenceDataVersion=1", {"conferenceData": request})).body
    assert "conferenceData" not in without
    assert with_one["hangoutLink"] == with_one["conferenceData"]["entryPoints"][0]["uri"]
    assert with_one["conferenceData"]["createRequest"]["status"] == {"statusCode": "success"}


async def test_mails_go_out_only_when_asked_for(stage: Stage) -> None:
    guests = {"attendees": [{"email": "tom@acme.test"}]}
    await stage.send("POST", f"{EVENTS}?sendUpdates=none", {**LUNCH, **guests})
    await stage.send("PATCH", f"{EVENTS}/lunch01?sendUpdates=all", {"summary": "Late lunch"})
    assert stage.sandbox.notices == [Notice("lunch01", ("tom@acme.test",), "PATCH")]


async def test_a_guest_changes_nothing_that_everybody_shares(stage: Stage, google: GoogleCalendar) -> None:
    (budget,) = await google.titled("budget")
    answer = await stage.send("PATCH", f"{EVENTS}/{budget.id}", {"summary": "Party"})
    assert (answer.status, answer.reason) == (403, "forbiddenForNonOrganizer")
    assert (await stage.send("PATCH", f"{EVENTS}/{budget.id}", {"colorId": "4"})).status == 200


async def test_tokens_are_strict_and_expire(stage: Stage) -> None:
    assert (await stage.send("GET", EVENTS, Authorization="Bearer CANARY-none")).reason == "authError"
    token = stage.sandbox.grant("ana@acme.test", seconds=60)
    assert (await stage.send("GET", EVENTS, Authorization=f"Bearer {token}")).status == 200
    stage.now.value += timedelta(seconds=60)
    assert (await stage.send("GET", EVENTS, Authorization=f"Bearer {token}")).status == 401


async def test_accounts_see_nothing_of_each_other(stage: Stage, lunch: dict[str, Any]) -> None:
    token = stage.sandbox.grant("slack:T1:U1", "Europe/Berlin")
    other = {"Authorization": f"Bearer {token}"}
    assert (await stage.send("GET", f"{EVENTS}/lunch01", **other)).status == 404
    assert (await stage.send("GET", "calendars/primary", **other)).body["id"] == "slack-t1-u1@acme.test"
    assert (await stage.send("GET", "calendars/ana@acme.test", **other)).status == 404
