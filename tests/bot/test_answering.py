"""One delivery becomes one reply: the real inbox, the real Slack platform, and a clock that can be moved."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from adapters.base import Secret
from adapters.faults import Fault, Script
from adapters.http import Http, pooled_session
from bot.answering import Answering
from bot.clock import Clock
from bot.desk import open_desk
from bot.dispatch import Dispatch
from bot.metrics import Metrics
from bot.plan import Plan
from bot.sandboxes import sandboxes_of, serving
from bot.slack.app import SlackApp
from bot.slack.sandbox import SlackSandbox
from bot.slack.sandbox.workspace import ADA, GENERAL, TEAM
from bot.worker import Worker
from commands.call import Actor
from storage.database import Database
from storage.delivery import Delivery
from storage.inbox import Inbox
from storage.offers import Offers


@dataclass
class Post:
    """Everything behind the door."""

    slack: SlackSandbox
    calendar: Any
    inbox: Inbox
    worker: Worker
    metrics: Metrics
    clock: "MovedClock"
    numbers: Any = field(default_factory=lambda: iter(range(1000)))

    async def put(self, text: str, channel: str = GENERAL) -> str:
        key = f"slack:test:{next(self.numbers)}"
        body = {"command": "/interact", "text": text, "team_id": TEAM, "user_id": ADA, "channel_id": channel}
        await self.inbox.put(key, "slack", f"slack:{channel}", json.dumps(body))
        return key

    async def outcome(self, key: str, *states: str) -> Any:
        async with asyncio.timeout(20):
            while True:
                [record] = [record for record in await self.inbox.list() if record.key == key]
                if record.state in (states or ("done", "dead")):
                    return record
                await asyncio.sleep(0.02)

    async def pass_time(self, key: str, step: float) -> None:
        """Moves the clock on by so many seconds at a time, until the delivery is done or dead."""
        while (await self.outcome(key, "ready", "running", "done", "dead")).state not in ("done", "dead"):
            self.clock.more += step
            await asyncio.sleep(0.05)

    def said(self) -> list[str]:
        return [message["text"] for message in self.slack.messages(GENERAL) if message.get("bot_id")]


class MovedClock(Clock):
    """The real time and some more."""

    def __init__(self) -> None:
        self.more = 0.0

    def time(self) -> float:
        return super().time() + self.more


@asynccontextmanager
async def post_office(plan: Plan, folder: Path, broken: bool = False) -> AsyncIterator[Post]:
    clock = MovedClock()
    slack = SlackSandbox(clock.now, "http://127.0.0.1:9/nobody", delays=())
    apps = sandboxes_of(plan.adapters, plan.hosted, clock)
    database = Database(f"sqlite:///{folder / 'inbox.sqlite'}")
    await database.open()
    inbox = Inbox(database, clock.time, "test", lease=5.0, poll=0.02)
    await inbox.open()
    async with (
        serving({**apps, "slack": slack}, 0) as address,
        pooled_session() as session,
        open_desk(plan, address) as dispatch,
    ):
        slack.address = f"{address}slack/"
        metrics = Metrics()
        app = SlackApp(
            slack.bot_token,
            [Secret("s")],
            Secret(""),
            slack.api_url,
            "UTC",
            session,
            Http(session),
            inbox,
            dispatch.catalog,
            metrics,
            clock,
        )
        serving_with = Broken(dispatch) if broken else dispatch
        tokens = iter(f"token-{number}" for number in range(1000))
        answering = Answering(
            inbox,
            Offers(database),
            serving_with,
            {"slack": await app.open()},
            NoAccounts(),
            metrics,
            clock,
            lambda: next(tokens),
            3600.0,
        )
        worker = Worker(inbox, answering, metrics, clock, lambda: 0.0)
        worker.start(10)
        yield Post(slack, apps["google_calendar"], inbox, worker, metrics, clock)
        await worker.drain(5)
    await inbox.close()
    await database.close()


class NoAccounts:
    """Where nothing can be connected."""

    async def connect(self, actor: Actor, delivery: Delivery, service: str) -> str:
        return ""

    async def forget(self, platform: str, tenant: str, person: str) -> None:
        raise AssertionError


class Broken(Dispatch):
    """A dispatch with a mistake in it."""

    def __init__(self, dispatch: Dispatch) -> None:
        self.__dict__.update(dispatch.__dict__)

    async def read(self, *_: Any) -> Any:
        raise ZeroDivisionError("CANARY-detail")


@pytest.fixture
async def post(make_plan: Callable[..., Plan], tmp_path: Path) -> AsyncIterator[Post]:
    async with post_office(make_plan(), tmp_path) as opened:
        yield opened


async def test_what_waited_too_long_is_not_run_and_its_asker_is_told(post: Post) -> None:
    await post.worker.drain(0)
    key = await post.put('calendar create "Too late" tomorrow 15:00')
    post.clock.more = 2 * 3600.0
    post.worker.start(10)
    await post.outcome(key)

    assert post.said() == ["This waited too long while I was away, so I did not run it. Please ask again."]
    assert not post.calendar.journal


async def test_a_service_that_stays_away_is_given_up_the_asker_told_and_the_letter_kept(post: Post) -> None:
    post.calendar.script.add(Fault(kind="status", status=503, path="/events", times=100))
    key = await post.put("calendar today")
    await post.pass_time(key, 60)
    record = await post.outcome(key, "dead")

    assert record.attempts == 5
    assert len(post.said()) == 1
    assert "gave up" in post.said()[0]
    assert b"interact_dead_letters_total 1.0" in post.metrics.exposition()


async def test_a_dead_letter_can_be_replayed(post: Post) -> None:
    post.calendar.script.add(Fault(kind="status", status=503, path="/events", times=100))
    key = await post.put("calendar today")
    await post.pass_time(key, 60)
    post.calendar.script = Script()  # the service is well again
    post.clock.more = 0.0
    replayed = await post.inbox.replay(key)
    await post.outcome(key, "done")

    assert replayed
    assert "meeting" in post.said()[-1]


async def test_an_answer_that_was_found_is_kept_until_slack_takes_it(post: Post) -> None:
    post.slack.refuse("chat.postMessage", "internal_error", times=8)
    key = await post.put("ping at last")
    await post.pass_time(key, 400)
    record = await post.outcome(key)

    assert (record.state, record.attempts) == ("done", 9)
    assert post.said() == ["pong at last"]


async def test_a_mistake_of_ours_is_told_without_its_details_and_kept_as_a_dead_letter(
    make_plan: Callable[..., Plan], tmp_path: Path
) -> None:
    async with post_office(make_plan(), tmp_path, broken=True) as post:
        record = await post.outcome(await post.put("ping"))
        said = post.said()

    assert (record.state, record.error) == ("dead", "ZeroDivisionError")
    assert len(said) == 1
    assert said[0].startswith("Something broke on my side;")
    assert "CANARY" not in said[0]


async def test_a_delivery_that_makes_no_sense_is_buried_and_holds_up_nobody(post: Post) -> None:
    await post.inbox.put("slack:test:nonsense", "slack", f"slack:{GENERAL}", '{"command": "/ping"}')
    key = await post.put("ping after nonsense")
    await post.outcome(key)

    assert (await post.outcome("slack:test:nonsense")).state == "dead"
    assert post.said() == ["pong after nonsense"]


async def test_an_old_button_says_that_it_is_old(post: Post) -> None:
    await post.outcome(await post.put('calendar create "Keep me" tomorrow 15:00'))
    press = {"type": "block_actions", "team": {"id": TEAM}, "user": {"id": ADA}, "container": {"channel_id": GENERAL}}
    action = {"type": "button", "action_id": "press:0", "block_id": "b", "value": "token-of-somebody-else"}
    await post.inbox.put("slack:test:press", "slack", "slack:press", json.dumps({**press, "actions": [action]}))
    await post.outcome("slack:test:press")

    assert "no longer works" in post.said()[-1]


async def test_draining_gives_back_what_is_not_finished_in_time(post: Post) -> None:
    post.calendar.script.add(Fault(kind="slow", seconds=3, path="/events"))
    key = await post.put("calendar today")
    await post.outcome(key, "running")
    await post.worker.drain(0.1)
    record = await post.outcome(key, "ready")

    assert record.attempts == 0


async def test_a_retry_does_not_find_another_meeting_for_the_same_words(post: Post) -> None:
    """The answers to the first attempt's delete are lost: were "next" looked up anew, it would be the meeting after it."""
    lost = [Fault(kind="drop_after", method="DELETE"), Fault(kind="status", status=503, times=2, method="DELETE")]
    post.calendar.script.add(*lost)
    record = await post.outcome(await post.put("calendar cancel next"))
    deleted = {entry.path for entry in post.calendar.journal if entry.method == "DELETE"}

    assert (record.state, record.attempts) == ("done", 2)
    assert len(deleted) == 1


async def test_a_button_pressed_twice_is_one_call(post: Post) -> None:
    await post.outcome(await post.put("calendar create Dentist at 3"))
    offered = [message for message in post.slack.messages(GENERAL) if message.get("blocks")][-1]
    [value, _] = [
        element["value"] for block in offered["blocks"] if block["type"] == "actions" for element in block["elements"]
    ]
    press = {"type": "block_actions", "team": {"id": TEAM}, "user": {"id": ADA}, "container": {"channel_id": GENERAL}}
    action = {"type": "button", "action_id": "press:0", "block_id": "b", "value": value}
    for number in range(2):
        body = json.dumps({**press, "actions": [action]})
        await post.inbox.put(f"slack:test:press{number}", "slack", f"slack:press{number}", body)
        await post.outcome(f"slack:test:press{number}")
    await post.outcome(await post.put("calendar find dentist"))

    assert post.said()[-1].startswith("1 meeting")


async def test_when_even_the_bad_news_can_not_be_told_the_conversation_goes_on(post: Post) -> None:
    post.calendar.script.add(Fault(kind="status", status=429, retry_after="900", path="/events", times=9))
    post.slack.refuse(".*post.*|conversations.open", "token_revoked", times=2)
    key = await post.put("calendar today")
    await post.outcome(key, "dead")
    after = await post.put("ping and on we go")
    await post.outcome(after)

    assert post.said()[-1] == "pong and on we go"
