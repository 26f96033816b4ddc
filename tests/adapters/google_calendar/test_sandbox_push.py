"""The stand-in tells watchers of changes, as Google does."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web

from adapters.base import Event, Incoming, Secret
from adapters.google_calendar.webhook import WEBHOOK
from tests.adapters.google_calendar.stage import Stage
from tests.adapters.servers import serving

EVENTS = "calendars/primary/events"
TOKEN = "CANARY-channel-9d"


class Ear:
    """Where notifications arrive."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[Incoming] = asyncio.Queue()
        self.address = ""

    async def listen(self, request: web.Request) -> web.Response:
        headers, at = dict(request.headers), 1_800_000_000.0
        self.heard.put_nowait(Incoming(request.method, str(request.url), headers, await request.read(), at))
        return web.Response(status=204)

    async def next(self) -> Incoming:
        async with asyncio.timeout(5):
            return await self.heard.get()


@pytest.fixture
async def ear() -> AsyncIterator[Ear]:
    ear = Ear()
    app = web.Application()
    app.add_routes([web.post("/news", ear.listen)])
    async with serving(app) as address:
        ear.address = f"{address}/news"
        yield ear


async def watch(stage: Stage, ear: Ear, **more: str) -> dict[str, str]:
    body = {"id": "channel-1", "type": "web_hook", "address": ear.address, "token": TOKEN, **more}
    answer = await stage.send("POST", f"{EVENTS}/watch", body)
    assert answer.status == 200, answer.body
    return answer.body


async def test_a_channel_opens_with_a_message_that_is_no_news(stage: Stage, ear: Ear) -> None:
    channel = await watch(stage, ear)
    heard = await ear.next()
    assert (heard.header("x-goog-resource-state"), heard.header("x-goog-message-number")) == ("sync", "1")
    assert heard.header("x-goog-channel-expiration") == "Mon, 30 Nov 2026 08:05:00 GMT"
    assert heard.header("x-goog-resource-id") == channel["resourceId"]
    assert heard.header("x-goog-resource-uri") == channel["resourceUri"]
    assert WEBHOOK.verify(heard, Secret(TOKEN))
    assert WEBHOOK.read(heard) == ()


async def test_every_change_is_news_with_a_number_of_its_own(stage: Stage, ear: Ear) -> None:
    channel = await watch(stage, ear)
    made = await stage.add("Lunch", "2026-02-03T12:00:00Z", "2026-02-03T13:00:00Z")
    await stage.send("DELETE", f"{EVENTS}/{made['id']}")
    await ear.next()
    news = [event for _ in range(2) for event in WEBHOOK.read(await ear.next())]
    resource = channel["resourceId"]
    assert news == [Event(f"channel-1:{number}", "calendar.changed", resource) for number in (2, 3)]


async def test_other_people_s_changes_are_no_news(stage: Stage, ear: Ear) -> None:
    await watch(stage, ear)
    await stage.open(account="ben@acme.test").create("Lunch", stage.now(), 30)
    await stage.add("Mine", "2026-02-03T12:00:00Z", "2026-02-03T13:00:00Z")
    await ear.next()
    assert (await ear.next()).header("x-goog-message-number") == "2"
    assert ear.heard.empty()


async def test_a_stopped_channel_is_silent(stage: Stage, ear: Ear) -> None:
    channel = await watch(stage, ear)
    await ear.next()
    stop = {"id": "channel-1", "resourceId": channel["resourceId"]}
    assert (await stage.send("POST", "channels/stop", stop)).status == 204
    assert (await stage.send("POST", "channels/stop", stop)).status == 404
    await watch(stage, ear, id="channel-2")
    await stage.add("Lunch", "2026-02-03T12:00:00Z", "2026-02-03T13:00:00Z")
    assert [(await ear.next()).header("x-goog-channel-id") for _ in range(2)] == ["channel-2"] * 2


async def test_an_expired_channel_is_silent(stage: Stage, ear: Ear) -> None:
    soon = str(int((stage.now() + timedelta(minutes=1)).timestamp() * 1000))
    assert (await watch(stage, ear, expiration=soon))["expiration"] == soon
    await ear.next()
    stage.now.value += timedelta(minutes=2)
    await watch(stage, ear, id="channel-2")
    await stage.add("Lunch", "2026-02-03T12:00:00Z", "2026-02-03T13:00:00Z")
    assert [(await ear.next()).header("x-goog-channel-id") for _ in range(2)] == ["channel-2"] * 2


@pytest.mark.parametrize(
    "wrong",
    [{"id": ""}, {"id": "x" * 65}, {"type": "mail"}, {"address": "http://192.0.2.1/news"}, {"address": "ftp://127.0.0.1/"}],
)
async def test_a_channel_that_can_t_be_is_refused(stage: Stage, ear: Ear, wrong: dict[str, str]) -> None:
    body = {"id": "channel-1", "type": "web_hook", "address": ear.address, **wrong}
    assert (await stage.send("POST", f"{EVENTS}/watch", body)).status == 400


async def test_a_channel_s_id_is_used_once(stage: Stage, ear: Ear) -> None:
    await watch(stage, ear)
    body = {"id": "channel-1", "type": "web_hook", "address": ear.address}
    assert (await stage.send("POST", f"{EVENTS}/watch", body)).status == 400


async def test_a_deaf_ear_stops_nobody_else(stage: Stage, ear: Ear) -> None:
    await watch(stage, ear, id="deaf", address="http://127.0.0.1:9/")
    await watch(stage, ear)
    assert (await ear.next()).header("x-goog-channel-id") == "channel-1"
