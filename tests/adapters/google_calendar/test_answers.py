"""What Google answers becomes one of the four errors, in words that a person understands."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from adapters.errors import NeedsConnection, Refused, Unavailable
from adapters.google_calendar.client import GoogleCalendar
from adapters.http import Http, Rate
from tests.adapters.google_calendar.stage import ANA, Stage, answered, opened

DAY = date(2026, 11, 23)
START = datetime(2026, 2, 3, 15, 0, tzinfo=ZoneInfo("Europe/Berlin"))


def error(code: int, reason: str, message: str = "Some reason.") -> dict[str, object]:
    return {"error": {"code": code, "message": message, "errors": [{"domain": "global", "reason": reason, "message": message}]}}


async def test_an_expired_token_needs_a_connection(stage: Stage, google: GoogleCalendar) -> None:
    stage.now.value += timedelta(hours=2)
    with pytest.raises(NeedsConnection, match="no longer accepts your connection") as raised:
        await google.agenda(DAY)
    assert raised.value.service == "Google Calendar"


@pytest.mark.parametrize("reason", ["insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"])
async def test_a_scope_that_was_not_granted_needs_a_connection(reason: str) -> None:
    async with answered(403, error(403, reason)) as google:
        with pytest.raises(NeedsConnection, match="does not allow that"):
            await google.agenda(DAY)


async def test_the_newer_form_of_errors_is_understood_too() -> None:
    body = {"error": {"code": 403, "message": "No.", "details": [{"reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]}}
    async with answered(403, body) as google:
        with pytest.raises(NeedsConnection):
            await google.agenda(DAY)


async def test_asking_too_fast_is_for_later(stage: Stage, google: GoogleCalendar) -> None:
    stage.fail("status", status=403, retry_after="17")
    with pytest.raises(Unavailable, match="slow down") as raised:
        await google.agenda(DAY)
    assert raised.value.retry_after == 17


async def test_one_tenant_s_haste_does_not_hold_up_another(stage: Stage) -> None:
    http = Http(stage.session, now=lambda: 0.0, rates={"google_calendar": Rate(1, 3600)})
    service, token = replace(stage.service, http=http), stage.sandbox.grant(ANA, "Europe/Berlin")
    hasty, other = (opened(service, token, "Europe/Berlin", stage.now, tenant=tenant) for tenant in ("T1", "T2"))
    await hasty.agenda(DAY)
    assert len(await other.agenda(DAY)) == 3


@pytest.mark.parametrize("reason", ["userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded"])
async def test_every_limit_is_for_later(reason: str) -> None:
    async with answered(403, error(403, reason)) as google:
        with pytest.raises(Unavailable) as raised:
            await google.agenda(DAY)
    assert raised.value.retry_after is None


@pytest.mark.parametrize("status", [429, 500, 502, 503])
async def test_trouble_on_google_s_side_is_tried_again(stage: Stage, google: GoogleCalendar, status: int) -> None:
    stage.fail("status", status=status, times=2)
    assert len(await google.agenda(DAY)) == 3
    assert stage.asked("GET", "/events") == 3


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_lasting_trouble_is_for_later(stage: Stage, google: GoogleCalendar, status: int) -> None:
    stage.fail("status", status=status, times=3)
    with pytest.raises(Unavailable):
        await google.agenda(DAY)


@pytest.mark.parametrize(
    ("status", "reason", "text"),
    [
        (400, "invalid", "did not accept that: Some reason."),
        (403, "forbidden", "does not allow that: Some reason."),
        (404, "notFound", "can't find that in your Google Calendar"),
        (410, "deleted", "was cancelled already"),
        (412, "conditionNotMet", "changed that meeting meanwhile"),
        (418, "teapot", "did not accept that: Some reason."),
    ],
)
async def test_what_google_says_no_to_is_refused(status: int, reason: str, text: str) -> None:
    async with answered(status, error(status, reason)) as google:
        with pytest.raises(Refused, match=text):
            await google.agenda(DAY)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"error": "invalid"}', b'{"error": {"errors": "x"}}', b"\xff\xfe"])
async def test_a_refusal_in_no_known_form_is_one_all_the_same(body: bytes) -> None:
    async with answered(400, body) as google:
        with pytest.raises(Refused, match="it gave no reason"):
            await google.agenda(DAY)


@pytest.mark.parametrize("body", [b"", b"<html>hello</html>", b"[1]", b'"text"', b"\xff\xfe", b'{"items": ['])
async def test_an_answer_that_can_t_be_read_is_for_later(body: bytes) -> None:
    async with answered(200, body) as google:
        with pytest.raises(Unavailable, match="can't read"):
            await google.agenda(DAY)


async def test_a_broken_answer_to_an_insert_leaves_one_meeting(stage: Stage) -> None:
    stage.fail("malformed", method="POST")
    with pytest.raises(Unavailable):
        await stage.open(call="call-5").create("Lunch", START, 30)
    made = await stage.open(call="call-5").create("Lunch", START, 30)
    assert await stage.open().agenda(START.date()) == [made]


async def test_a_redirect_is_not_followed(stage: Stage, google: GoogleCalendar) -> None:
    stage.fail("redirect", location="http://127.0.0.2:1/")
    with pytest.raises(Refused):
        await google.agenda(DAY)


async def test_a_slip_in_the_times_is_told(google: GoogleCalendar) -> None:
    with pytest.raises(Refused, match="The specified time range is empty"):
        await google.create("Backwards", START, -30)


async def test_no_error_carries_the_token() -> None:
    async with answered(401, error(401, "authError", "Bearer CANARY-token-5f0c is wrong")) as google:
        with pytest.raises(NeedsConnection) as raised:
            await google.agenda(DAY)
    assert "CANARY" not in repr(raised.value)
    assert raised.value.__cause__ is None
