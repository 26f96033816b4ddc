"""The check against Google's description can fail: else it would be none."""

import aiohttp
import pytest
from aiohttp import web

from tests.adapters.google_calendar.discovery import checking, complaints, method_of, query_complaints
from tests.adapters.servers import serving

EVENT = {
    "id": "abc12",
    "summary": "Lunch",
    "start": {"dateTime": "2026-12-01T12:00:00+01:00"},
    "attendees": [{"email": "a@b.de"}],
}


def test_a_good_event_fits() -> None:
    assert complaints("Event", EVENT) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"summry": "Lunch"},
        {"summary": 5},
        {"start": {"dateTime": "tomorrow"}},
        {"start": {"date": "2026-13-01"}},
        {"attendees": [{"mail": "a@b.de"}]},
        {"attendees": "a@b.de"},
        {"conferenceData": {"createRequest": {"requestId": 1}}},
        {"sequence": "0"},
        {"status": None},
    ],
)
def test_a_wrong_event_does_not(wrong: dict[str, object]) -> None:
    assert complaints("Event", {**EVENT, **wrong})


def test_a_channel_s_expiration_is_a_number_in_a_string() -> None:
    assert complaints("Channel", {"expiration": "1700000000000"}) == []
    assert complaints("Channel", {"expiration": "soon"})


@pytest.mark.parametrize(
    "query",
    [{"calenderId": "x"}, {"maxResults": "many"}, {"singleEvents": "True"}, {"orderBy": "title"}, {"timeMin": "now"}],
)
def test_a_wrong_parameter_does_not_fit(query: dict[str, str]) -> None:
    method = method_of("GET", "calendars/primary/events")
    assert method
    assert query_complaints(method, query)
    assert query_complaints(method, {"maxResults": "5", "singleEvents": "true", "orderBy": "startTime", "alt": "json"}) == []


def test_every_method_is_told_from_the_others() -> None:
    found = [
        method_of("POST", "calendars/primary/events/watch"),
        method_of("GET", "calendars/primary/events/abc/instances"),
        method_of("POST", "calendars/primary/events"),
    ]
    assert [method and method["id"] for method in found] == [
        "calendar.events.watch",
        "calendar.events.instances",
        "calendar.events.insert",
    ]
    assert method_of("GET", "calendars/primary/meetings") is None


async def test_what_a_server_says_wrong_is_noted() -> None:
    noted: list[str] = []

    async def answer(_: web.Request) -> web.Response:
        return web.json_response({"kind": "calendar#event", "titel": "Lunch"})

    app = web.Application(middlewares=[checking(noted)])
    app.add_routes([web.route("*", "/calendar/v3/{path:.*}", answer)])
    async with serving(app) as address, aiohttp.ClientSession() as session:
        await session.post(f"{address}/calendar/v3/calendars/primary/events", json={"title": "Lunch"})
        await session.delete(f"{address}/calendar/v3/calendars/primary/events/abc")
        await session.get(f"{address}/calendar/v3/nowhere")
    assert "'title' was unexpected" in noted[0]
    assert "calendar.events.insert: start is required" in noted
    assert any("'titel' was unexpected" in each for each in noted)
    assert "calendar.events.delete answers nothing" in noted
    assert noted[-1] == "no such method: GET nowhere"
