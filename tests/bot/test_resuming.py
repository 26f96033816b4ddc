"""What waited for an account runs by itself once it is connected: the real inbox, and Slack telling who asked what."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from adapters.base import Secret
from adapters.http import Http, pooled_session
from bot import replies
from bot.clock import Clock
from bot.metrics import Metrics
from bot.notices import Notices
from bot.resuming import Resuming
from bot.sandboxes import serving
from bot.slack.app import SlackApp
from bot.slack.sandbox import SlackSandbox
from bot.slack.sandbox.workspace import ADA, GENERAL, GRACE, TEAM
from commands import SUBJECTS
from commands.call import Actor
from commands.catalog import Catalog, subjects
from storage.database import Database
from storage.delivery import Delivery
from storage.inbox import Inbox
from storage.offers import Offer, Offers
from storage.waiting import Waiting

ASKER = Actor("slack", TEAM, ADA)
SERVICE = "google_calendar"


class MovedClock(Clock):
    """The real time and some more."""

    more = 0.0

    def time(self) -> float:
        return super().time() + self.more


@dataclass
class Road:
    """The inbox with its deliveries; a delivery is taken by hand, and finished by hand."""

    inbox: Inbox
    resuming: Resuming
    clock: MovedClock
    taken: "asyncio.Queue[Delivery]"
    numbers: Any = field(default_factory=itertools.count)

    async def asks(self, text: str, user: str = ADA, **changes: str) -> Delivery:
        """Somebody asks this, and is answered."""
        delivery = await self.running(text, user, **changes)
        await self.inbox.finish(delivery)
        return delivery

    async def running(self, text: str, user: str = ADA, **changes: str) -> Delivery:
        body = {"command": "/interact", "text": text, "team_id": TEAM, "user_id": user, "channel_id": GENERAL, **changes}
        await self.inbox.put(f"slack:test:{next(self.numbers)}", "slack", f"slack:{body['channel_id']}", json.dumps(body))
        return await self.next()

    async def presses(self, offer: str) -> None:
        """Ada presses a button in the same channel, and is answered."""
        action = {"type": "button", "action_id": "press:0", "block_id": "b", "value": offer}
        press = {"type": "block_actions", "team": {"id": TEAM}, "user": {"id": ADA}, "container": {"channel_id": GENERAL}}
        body = json.dumps({**press, "actions": [action]})
        await self.inbox.put(f"slack:test:{next(self.numbers)}", "slack", f"slack:{GENERAL}", body)
        await self.inbox.finish(await self.next())

    async def next(self) -> Delivery:
        async with asyncio.timeout(20):
            return await self.taken.get()

    async def told(self) -> str:
        """What the person is told unasked."""
        notice = json.loads((await self.next()).payload)
        assert Actor(**notice["actor"]) == ASKER
        return replies.load(notice["reply"]).text

    async def is_quiet(self) -> bool:
        await asyncio.sleep(0.15)  # several rounds of the inbox
        return self.taken.empty()


@asynccontextmanager
async def open_road(folder: Path, pause: float = 0.02) -> AsyncIterator[Road]:
    clock = MovedClock()
    slack = SlackSandbox(clock.now, "http://127.0.0.1:9/nobody", delays=())
    database = Database(f"sqlite:///{folder / 'inbox.sqlite'}")
    await database.open()
    inbox = Inbox(database, clock.time, "test", poll=0.02)
    await inbox.open()
    async with serving({"slack": slack}, 0) as address, pooled_session() as session:
        slack.address = f"{address}slack/"
        catalog, where = Catalog(subjects(SUBJECTS), lambda _: True), (session, Http(session), inbox)
        app = SlackApp(slack.bot_token, [Secret("s")], Secret(""), slack.api_url, "UTC", *where, catalog, Metrics(), clock)
        platforms = {"slack": await app.open()}
        notices = Notices(inbox, platforms)
        resuming = Resuming(Waiting(database, clock.time), inbox, Offers(database), notices, platforms, pause)
        road = Road(inbox, resuming, clock, asyncio.Queue())
        inbox.claim(road.taken.put_nowait, 10)
        yield road
    await inbox.close()
    await database.close()


@pytest.fixture
async def road(tmp_path: Path) -> AsyncIterator[Road]:
    async with open_road(tmp_path) as opened:
        yield opened


async def test_what_waited_is_answered_anew_as_if_it_had_just_arrived(road: Road) -> None:
    asked = await road.asks("calendar today")
    await road.resuming.wait(ASKER, SERVICE, asked)
    road.clock.more = 1800.0
    await road.resuming.resume(ASKER, SERVICE)
    again = await road.next()

    assert (again.key, again.payload, again.attempt, again.intent) == (asked.key, asked.payload, 1, "")
    assert again.received > asked.received + 1700, "so that it does not count as too old"
    assert again.fence > asked.fence


async def test_it_runs_once_however_often_the_account_is_connected(road: Road) -> None:
    await road.resuming.wait(ASKER, SERVICE, await road.asks("calendar today"))
    await asyncio.gather(*(road.resuming.resume(ASKER, SERVICE) for _ in range(4)))
    await road.inbox.finish(await road.next())

    assert await road.is_quiet()


async def test_who_has_asked_for_something_else_since_is_told_and_it_does_not_run(road: Road) -> None:
    await road.resuming.wait(ASKER, SERVICE, await road.asks("calendar cancel next"))
    await road.asks("ping")
    await road.resuming.resume(ASKER, SERVICE)

    assert "asked for something else since" in await road.told()
    assert await road.is_quiet()


async def test_a_button_pressed_since_overtakes_it_too(road: Road) -> None:
    await road.resuming.wait(ASKER, SERVICE, await road.asks("calendar today"))
    await road.presses("offer-1")
    await road.resuming.resume(ASKER, SERVICE)

    assert "asked for something else since" in await road.told()


async def test_to_press_connect_in_another_list_is_no_change_of_mind(road: Road) -> None:
    asked = await road.asks("calendar today")
    await road.resuming.wait(ASKER, SERVICE, asked)
    listed = await road.running("integrations")
    call = {"command": "connect", "arguments": {"service": SERVICE}, "form": False, "typed": False, "asked": 0.0}
    await road.inbox.intend(listed, "", [Offer("offer-1", json.dumps(call), ASKER.key, "{}", road.clock.time() + 60)])
    await road.inbox.finish(listed)
    await road.presses("offer-1")
    await road.resuming.resume(ASKER, SERVICE)

    assert (await road.next()).key == asked.key


@pytest.mark.parametrize("words", ["connect google calendar", "Connect", "integrations"])
async def test_to_ask_for_the_way_to_connect_is_no_change_of_mind(road: Road, words: str) -> None:
    asked = await road.asks("calendar today")
    await road.resuming.wait(ASKER, SERVICE, asked)
    await road.asks(words)
    await road.resuming.resume(ASKER, SERVICE)

    assert (await road.next()).key == asked.key


async def test_what_others_say_there_overtakes_nothing(road: Road) -> None:
    asked = await road.asks("calendar today")
    await road.resuming.wait(ASKER, SERVICE, asked)
    await road.asks("ping", user=GRACE)
    await road.resuming.resume(ASKER, SERVICE)

    assert (await road.next()).key == asked.key


async def test_what_the_same_person_asks_elsewhere_overtakes_nothing(road: Road) -> None:
    asked = await road.asks("calendar today")
    await road.resuming.wait(ASKER, SERVICE, asked)
    await road.asks("ping", channel_id="C-elsewhere")
    await road.resuming.resume(ASKER, SERVICE)

    assert (await road.next()).key == asked.key


async def test_what_makes_no_sense_overtakes_nothing(road: Road) -> None:
    asked = await road.asks("calendar today")
    await road.resuming.wait(ASKER, SERVICE, asked)
    for kind, payload in (("slack", "{}"), ("elsewhere", "{}")):
        await road.inbox.put(f"test:{kind}", kind, f"slack:{GENERAL}", payload)
        await road.inbox.finish(await road.next())
    await road.resuming.resume(ASKER, SERVICE)

    assert (await road.next()).key == asked.key


async def test_of_two_that_wait_the_later_one_runs(road: Road) -> None:
    for text in ("calendar today", "calendar week"):
        await road.resuming.wait(ASKER, SERVICE, await road.asks(text))
    await road.resuming.resume(ASKER, SERVICE)

    assert "calendar week" in (await road.next()).payload
    assert await road.is_quiet()


async def test_what_waited_for_over_an_hour_does_not_run(road: Road) -> None:
    await road.resuming.wait(ASKER, SERVICE, await road.asks("calendar today"))
    road.clock.more = 3700.0
    await road.resuming.resume(ASKER, SERVICE)

    assert await road.is_quiet()


async def test_where_nothing_waits_nothing_happens(road: Road) -> None:
    await road.resuming.wait(ASKER, SERVICE, await road.asks("calendar today"))
    await road.resuming.resume(ASKER, "notion")
    await road.resuming.resume(Actor("slack", TEAM, GRACE), SERVICE)

    assert await road.is_quiet()


async def test_an_answer_that_is_just_being_given_is_waited_for(road: Road) -> None:
    asked = await road.running("calendar today")
    await road.resuming.wait(ASKER, SERVICE, asked)
    resumed = asyncio.create_task(road.resuming.resume(ASKER, SERVICE))
    await asyncio.sleep(0.1)
    await road.inbox.finish(asked)
    await resumed

    assert (await road.next()).key == asked.key


async def test_what_can_not_be_taken_up_again_is_told(road: Road) -> None:
    asked = await road.running("calendar today")
    await road.resuming.wait(ASKER, SERVICE, asked)
    await road.resuming.resume(ASKER, SERVICE)

    assert "Please ask once more" in await road.told()
    await road.inbox.finish(asked)
