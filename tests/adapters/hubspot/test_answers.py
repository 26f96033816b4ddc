"""What HubSpot answers becomes one of the four errors, in words that a person understands."""

import asyncio
import threading
from contextlib import suppress
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from adapters.base import Access, Secret
from adapters.errors import OURS, NeedsConnection, Refused, Unavailable
from adapters.hubspot.client import HubSpot
from adapters.hubspot.wire import Api, Wire
from tests.adapters.hubspot.stage import ANA, TOKEN, Stage, answered

GARBAGE = (
    b"",
    b"<html>hello</html>",
    b"null",
    b"[1]",
    b'"text"',
    b"\xff\xfe",
    b'{"results": [',
    b'{"results": null}',
    b'{"results": [5]}',
    b'{"results": [{"key": 5}], "total": "x"}',
    b"[" * 5000,
)


def error(category: str = "VALIDATION_ERROR", message: str = "Some reason.") -> dict[str, object]:
    return {"status": "error", "message": message, "correlationId": "x", "category": category}


async def test_an_expired_token_needs_a_connection(stage: Stage, hubspot: HubSpot) -> None:
    stage.now.value += timedelta(hours=2)
    with pytest.raises(NeedsConnection, match="no longer accepts your connection") as raised:
        await hubspot.find("ada")
    assert raised.value.service == "HubSpot"


@pytest.mark.parametrize(
    ("status", "body", "kind", "text"),
    [
        (400, error(), Refused, "did not accept that: Some reason."),
        (400, [], Refused, "gave no reason"),
        (400, {"message": 5}, Refused, "gave no reason"),
        (403, error("MISSING_SCOPES"), NeedsConnection, "does not allow that"),
        (403, error("BANNED"), Refused, "does not allow you"),
        (403, error("RATE_LIMITS"), Unavailable, "slow down"),
        (404, error(), Refused, "can't find that"),
        (409, error("CONFLICT"), Refused, "Some reason"),
        (423, error(), Unavailable, "busy"),
        (477, error(), Unavailable, "busy"),
        (429, error(), Unavailable, "can't answer"),
        (429, {"policyName": "TEN_SECONDLY_ROLLING"}, Unavailable, "can't answer"),
        (429, {"policyName": "DAILY"}, Refused, "used up the requests that it has for today"),
        (500, error(), Unavailable, "can't answer"),
        (529, error(), Unavailable, "can't answer"),
        (302, error(), Refused, "another address"),
    ],
)
async def test_every_answer_has_its_error(status: int, body: object, kind: type[Exception], text: str) -> None:
    async with answered(status, body) as hubspot:
        with pytest.raises(kind, match=text):
            await hubspot.check()


@pytest.mark.parametrize("body", GARBAGE)
async def test_an_answer_that_can_t_be_read_is_for_later(body: bytes) -> None:
    async with answered(200, body) as hubspot:
        for asked in (hubspot.check, hubspot.owners, hubspot.pipelines, lambda: hubspot.properties("deal")):
            with pytest.raises(Unavailable, match="can't read"):
                await asked()


@pytest.mark.parametrize("kind", ["malformed", "huge", "trickle"])
@pytest.mark.parametrize("path", ["/account-info", "/owners", "/pipelines", "/properties", "/search"])
async def test_whatever_comes_only_our_errors_are_raised(stage: Stage, hubspot: HubSpot, kind: str, path: str) -> None:
    stage.fail(kind, path=path, seconds=0, times=4)
    with suppress(*OURS):
        await hubspot.board()


async def test_no_error_carries_the_token() -> None:
    async with answered(400, error(message=f"Bearer {TOKEN} is wrong")) as hubspot:
        with pytest.raises(Refused) as raised:
            await hubspot.check()
    assert "CANARY" not in repr(raised.value)
    assert raised.value.__cause__ is None


async def test_the_wait_that_is_asked_for_is_told() -> None:
    async with answered(423, error(), **{"Retry-After": "0.5"}) as hubspot:
        with pytest.raises(Unavailable) as raised:
            await hubspot.check()
    assert raised.value.retry_after == 1  # seconds, rounded up


async def test_what_nobody_waits_for_any_more_is_not_sent(stage: Stage) -> None:
    access = Access("call-1", Secret(stage.sandbox.grant(ANA)), ZoneInfo("UTC"), stage.now)
    wire, go_on, done = Wire(stage.service, access), threading.Event(), threading.Event()

    def create(api: Api) -> object:
        try:
            assert go_on.wait(5)
            return api.basic.create("notes", {"properties": {"hs_note_body": "late", "hs_timestamp": "2026-11-23T08:05:00Z"}})
        finally:
            done.set()

    with suppress(TimeoutError):
        async with asyncio.timeout(0.05):
            await wire.ask(create, lambda answer: answer)
    go_on.set()
    assert await asyncio.to_thread(done.wait, 5)
    assert stage.asked("POST") == 0
