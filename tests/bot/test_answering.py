"""One delivery becomes one reply: the real inbox, the real Slack platform, and a clock that can be moved."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from adapters import openai
from adapters.base import Secret
from adapters.errors import Unavailable
from adapters.faults import Fault, Script
from adapters.http import Http, pooled_session
from adapters.sandbox_chat_script import Pause
from bot.answering import Answering
from bot.cards import Cards
from bot.clock import Clock
from bot.desk import open_desk
from bot.dispatch import Dispatch
from bot.hearing import Hearing
from bot.leaked import dumped
from bot.metrics import Metrics
from bot.notices import Notices
from bot.plan import Plan
from bot.sandboxes import sandboxes_of, serving
from bot.schedule import Schedule
from bot.slack.app import SlackApp
from bot.slack.pace import Pace
from bot.slack.sandbox import SlackSandbox
from bot.slack.sandbox.workspace import ADA, GENERAL, TEAM
from bot.worker import Worker
from commands.call import Actor
from commands.reply import Button, Reply
from storage.audit import Audit, Entry
from storage.database import Database
from storage.delivery import Delivery
from storage.inbox import Inbox
from storage.offers import Offers
from storage.proposals import Proposals
from storage.shared_clock import SharedClock
from storage.stops import Stops

WHO = Actor("slack", TEAM, ADA)
KEY = "sk-ant-api03-CANARY" + "0a1B" * 20  # nobody's


@dataclass
class Post:
    """Everything behind the door."""

    slack: SlackSandbox
    calendar: Any
    services: dict[str, Any]  # the sandboxes of all services
    inbox: Inbox
    worker: Worker
    metrics: Metrics
    clock: "MovedClock"
    accounts: "Accounts"
    audit: Audit
    notices: Notices
    numbers: Any = field(default_factory=lambda: iter(range(1000)))

    async def put(self, text: str, channel: str = GENERAL) -> str:
        key = f"slack:test:{next(self.numbers)}"
        body = {"command": "/interact", "text": text, "team_id": TEAM, "user_id": ADA, "channel_id": channel}
        await self.inbox.put(key, "slack", f"slack:{channel}", dumped(body))  # as the door does
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

    async def happens(self, event: dict[str, Any]) -> str:
        key = f"slack:test:{next(self.numbers)}"
        body = {"type": "event_callback", "team_id": TEAM, "event_id": key, "event": event}
        await self.inbox.put(key, "slack", key, json.dumps(body))
        return key

    async def noted(self) -> list[Entry]:
        return await self.audit.of(WHO.key)


class MovedClock(Clock):
    """The real time and some more."""

    def __init__(self) -> None:
        self.more = 0.0

    def time(self) -> float:
        return super().time() + self.more


@asynccontextmanager
async def post_office(plan: Plan, folder: Path, broken: bool = False, ahead: float = 0.0) -> AsyncIterator[Post]:
    """A process whose clock is `ahead` of the server's by so many seconds."""
    clock = MovedClock()
    plan = replace(plan, clock=clock)  # what services are told is the same present
    shared = SharedClock(clock.time)
    shared.measure(lambda: clock.time() - ahead)
    slack = SlackSandbox(clock.now, "http://127.0.0.1:9/nobody", delays=())
    apps = sandboxes_of(plan.adapters, plan.hosted, clock)
    database = Database(f"sqlite:///{folder / 'inbox.sqlite'}")
    await database.open()
    inbox = Inbox(database, shared, "test", lease=5.0, poll=0.02)
    await inbox.open()
    impatient = partial(Http, now=clock.time, random=lambda: 0.0)  # it waits by our clock, and not between its attempts
    async with AsyncExitStack() as stack:
        address = await stack.enter_async_context(serving({**apps, "slack": slack}, 0))
        session = await stack.enter_async_context(pooled_session())
        patched = stack.enter_context(pytest.MonkeyPatch.context())
        patched.setattr("bot.desk.Http", impatient)
        patched.setattr("bot.slack.app.Pace", lambda _: Pace(_at_once))
        desk = await stack.enter_async_context(open_desk(plan, address, plan.settings.database))
        slack.address = f"{address}slack/"
        metrics = Metrics()
        app = SlackApp(
            slack.bot_token,
            [Secret("s")],
            Secret(""),
            slack.api_url,
            "UTC",
            session,
            impatient(session),
            inbox,
            desk.dispatch.catalog,
            metrics,
            clock,
        )
        serving_with = Broken(desk.dispatch) if broken else desk.dispatch
        accounts = Accounts()
        platforms, proposals = {"slack": await app.open()}, Proposals(database, clock.time)
        tokens = iter(f"token-{number}" for number in range(1000))
        answering = Answering(
            inbox,
            Offers(database),
            serving_with,
            platforms,
            Hearing(inbox, proposals, platforms),
            Cards(proposals, Notices(inbox, platforms)),
            accounts,
            Stops(database),
            metrics,
            lambda: next(tokens),
            3600.0,
        )
        worker = Worker(inbox, answering, metrics, clock, lambda: 0.0, Schedule(inbox, (), metrics, clock))
        worker.start(10)
        kept = (Audit(database), Notices(inbox, {"slack"}))
        yield Post(slack, apps.get("google_calendar"), dict(apps), inbox, worker, metrics, clock, accounts, *kept)
        await worker.drain(5)
    await inbox.close()
    await database.close()


async def _at_once(seconds: float) -> None:
    return


class Accounts:
    """Writes down what it is asked. `link` is where something can be connected; `failures` is how often forgetting fails."""

    def __init__(self) -> None:
        self.link = ""
        self.failures = 0
        self.wanted: list[tuple[str, str, str]] = []
        self.forgotten: list[tuple[str, str, str]] = []
        self.left: list[float] = []  # when they had, each time

    async def connect(self, actor: Actor, delivery: Delivery, service: str) -> str:
        self.wanted.append((actor.key, delivery.key, service))
        return self.link

    async def forget(self, platform: str, tenant: str, person: str, when: float) -> None:
        self.forgotten.append((platform, tenant, person))
        self.left.append(when)
        self.failures -= 1
        if self.failures >= 0:
            raise Unavailable("Some connections could not be revoked yet.")


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


def mention(post: Post, text: str, age: float) -> dict[str, Any]:
    """The bot is told of it so many seconds after it was said."""
    said = f"{post.clock.time() - age:.6f}"
    return {"type": "app_mention", "user": ADA, "channel": GENERAL, "text": f"<@U0BOT> {text}", "ts": said}


async def test_what_slack_kept_for_a_day_is_not_run_and_its_asker_is_told(post: Post) -> None:
    key = await post.happens(mention(post, 'calendar create "Too late" tomorrow 15:00', age=24 * 3600.0))
    await post.outcome(key)

    assert post.said() == ["This waited too long while I was away, so I did not run it. Please ask again."]
    assert not post.calendar.journal


async def test_what_slack_kept_for_a_day_runs_when_it_is_replayed_on_purpose(post: Post) -> None:
    key = await post.happens(mention(post, "ping at last", age=24 * 3600.0))
    await post.outcome(key)
    await post.inbox.replay(key)
    await post.outcome(key, "done")

    assert post.said()[-1] == "pong at last"


async def test_a_process_whose_clock_is_ahead_of_the_servers_finds_nothing_old(
    make_plan: Callable[..., Plan], tmp_path: Path
) -> None:
    async with post_office(make_plan(), tmp_path, ahead=2 * 3600.0) as post:
        await post.outcome(await post.put("ping now"), "done")
        assert post.said() == ["pong now"]


async def test_a_clock_that_is_ahead_makes_nothing_young(post: Post) -> None:
    await post.worker.drain(0)
    key = await post.happens(mention(post, "ping", age=-24 * 3600.0))
    post.clock.more = 2 * 3600.0
    post.worker.start(10)
    await post.outcome(key)

    assert "waited too long" in post.said()[0]


async def test_tomorrow_is_counted_from_when_it_was_said(post: Post) -> None:
    """At one minute to midnight, and Slack delivers it a minute after."""
    midnight = (post.clock.now() + timedelta(days=2)).replace(hour=0, minute=0, second=0, microsecond=0)
    post.clock.more = midnight.timestamp() + 60.0 - Clock().time()
    await post.outcome(await post.happens(mention(post, 'calendar create "Early" tomorrow 15:00', age=120.0)))

    assert f"{midnight:%A %-d}" in post.said()[-1]


@pytest.mark.parametrize(("state", "told"), [("done", "Created"), ("begun", "I don't know whether")])
async def test_what_was_written_before_its_process_died_is_not_said_to_have_not_run(
    post: Post, tmp_path: Path, state: str, told: str
) -> None:
    """Its answer was not stored: as after kill -9 in between."""
    key = await post.put('calendar create "Done" tomorrow 15:00')
    await post.outcome(key)
    await post.worker.drain(0)
    with closing(sqlite3.connect(tmp_path / "inbox.sqlite", timeout=20)) as database, database:
        database.execute("UPDATE delivery SET state = 'ready', intent = '' WHERE key = ?", (key,))
    with closing(sqlite3.connect(tmp_path / "bot.sqlite", timeout=20)) as database, database:
        database.execute("UPDATE effect SET state = ?", (state,))
    post.clock.more, asked = 2 * 3600.0, len(post.calendar.journal)
    post.worker.start(10)
    await post.outcome(key)

    assert told in post.said()[-1]
    assert not [text for text in post.said() if "did not run" in text]
    assert len(post.calendar.journal) == asked


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
    replayed = await post.inbox.replay(key)
    await post.pass_time(key, 60)

    assert replayed
    assert "meeting" in post.said()[-1]


async def test_an_answer_that_was_found_is_kept_until_slack_takes_it(post: Post) -> None:
    post.slack.refuse("chat.postMessage", "internal_error", times=8)
    key = await post.put("ping at last")
    await post.pass_time(key, 400)
    record = await post.outcome(key)

    assert (record.state, record.attempts) == ("done", 9)
    assert post.said() == ["pong at last"]


async def test_an_answer_that_can_not_be_sent_is_not_looked_for_anew(post: Post) -> None:
    post.slack.refuse("chat.postMessage", "internal_error", times=8)
    key = await post.put("calendar today")
    await post.pass_time(key, 400)

    assert (await post.outcome(key)).attempts == 9
    assert len(post.calendar.journal) == 1


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


@pytest.mark.parametrize(("deaths", "asked"), [(9, True), (10, False)])
async def test_what_ended_its_process_time_and_again_is_not_run_any_more_and_its_asker_is_told(
    post: Post, tmp_path: Path, deaths: int, asked: bool
) -> None:
    await post.worker.drain(0)
    key = await post.put("calendar today")
    die(tmp_path, deaths)
    post.worker.start(10)
    record = await post.outcome(key)

    assert bool(post.calendar.journal) == asked
    assert record.state == ("done" if asked else "dead")
    assert ["broke down" in text for text in post.said()] == [not asked]


async def test_if_even_to_tell_that_ends_its_process_nobody_is_told(post: Post, tmp_path: Path) -> None:
    await post.worker.drain(0)
    key = await post.put("calendar today")
    die(tmp_path, 13)
    post.worker.start(10)

    assert (await post.outcome(key)).state == "dead"
    assert post.said() == []


def die(folder: Path, times: int) -> None:
    """As if so many processes had died over what waits."""
    with closing(sqlite3.connect(folder / "inbox.sqlite", timeout=20)) as database, database:
        database.execute("UPDATE delivery SET attempts = ?", (times,))


async def test_a_delivery_that_makes_no_sense_is_left_alone_and_holds_up_nobody(post: Post) -> None:
    await post.inbox.put("slack:test:nonsense", "slack", f"slack:{GENERAL}", '{"command": "/ping"}')
    key = await post.put("ping after nonsense")
    await post.outcome(key)

    assert (await post.outcome("slack:test:nonsense")).state == "done"
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


async def test_a_key_in_a_message_is_answered_with_a_warning_and_reaches_no_command(post: Post) -> None:
    key = await post.put(f"calendar create {KEY} tomorrow 15:00")
    await post.outcome(key, "done")
    [said] = post.said()
    [entry] = await post.noted()

    assert "looked like a secret key (Anthropic)" in said
    assert "delete your message" in said
    assert not post.calendar.journal
    assert entry.outcome == "a key in a message"
    assert "CANARY" not in said + repr(entry)


async def test_a_key_in_a_form_reaches_no_command_either(post: Post) -> None:
    values = {"title": {"value": {"type": "plain_text_input", "value": f"keep {KEY}"}}}
    view = {
        "type": "modal",
        "callback_id": "command_form",
        "private_metadata": json.dumps({"command": "calendar create", "channel": GENERAL, "thread": ""}),
        "state": {"values": values},
    }
    body = {"type": "view_submission", "team": {"id": TEAM}, "user": {"id": ADA}, "view": view}
    await post.inbox.put("slack:test:form", "slack", "slack:form", dumped(body))
    await post.outcome("slack:test:form", "done")

    assert "looked like a secret key (Anthropic)" in post.said()[0]
    assert not post.calendar.journal


async def test_an_account_that_is_missing_comes_with_the_way_to_connect_it(post: Post) -> None:
    post.accounts.link = "https://bot.acme.test/connect/CANARY-ticket"
    post.calendar.script.add(Fault(kind="status", status=401, times=2))
    key = await post.put("calendar today")
    await post.outcome(key, "done")
    [message] = [message for message in post.slack.messages(GENERAL) if message.get("bot_id")]
    [entry] = await post.noted()

    assert post.accounts.wanted == [(WHO.key, key, "Google Calendar")]
    assert "Connect your account, and I will go on by myself." in message["text"]
    assert post.accounts.link in json.dumps(message["blocks"])
    assert (entry.command, entry.outcome) == ("calendar today", "not connected")
    assert "CANARY" not in repr(entry), "a ticket is a secret"


async def test_what_runs_after_all_is_noted_in_the_place_of_what_was_noted_before(post: Post) -> None:
    post.calendar.script.add(Fault(kind="status", status=401, times=2))
    key = await post.put("calendar today")
    await post.outcome(key, "done")
    [before] = await post.noted()
    await post.inbox.replay(key)
    await post.outcome(key, "done")
    after, _ = await post.noted()

    assert (before.id, before.outcome) == (key, "not connected")
    assert (after.id, after.outcome, after.number) == (key, "done", before.number + 1)
    assert "today" in after.said


@pytest.mark.parametrize(
    ("text", "command", "outcome"),
    [
        ("ping hello", "ping", "done"),
        ("nonsense and more", "nonsense (8 characters)", "asked back"),
        ("calendar create Lunch", "calendar create Lunch", "asked back"),
        ("calendar find lunch", "calendar find", "done"),
    ],
)
async def test_what_was_asked_and_what_came_of_it_is_noted(post: Post, text: str, command: str, outcome: str) -> None:
    key = await post.put(text)
    await post.outcome(key, "done")
    [entry] = await post.noted()

    assert (entry.id, entry.command, entry.outcome, entry.via) == (key, command, outcome, "slash")
    assert post.said()[0].startswith(entry.said)
    assert bool(entry.said) == ("characters" not in command)  # it would quote them


async def test_what_was_given_up_is_noted_so(post: Post) -> None:
    post.calendar.script.add(Fault(kind="status", status=503, path="/events", times=100))
    await post.pass_time(await post.put("calendar today"), 60)
    [entry] = await post.noted()

    assert entry.outcome == "gave up"


async def test_nobody_sees_what_others_asked(post: Post) -> None:
    await post.outcome(await post.put("ping"))

    assert await post.audit.of("slack:T-other:U-other") == []


async def test_a_notice_is_said_to_one_person_alone_and_once_with_its_buttons(post: Post) -> None:
    reply = Reply("Your Notes account has to be connected again.", buttons=(Button("Reconnect", "ping", {"text": "notes"}),))
    for _ in range(2):
        await post.notices.tell(WHO, reply, "broken:1")
    await post.outcome("notice:broken:1", "done")
    await post.notices.tell(WHO, reply, "broken:1")
    told = [message for message in post.slack.messages() if message["text"] == reply.text]

    assert len(told) == 1
    assert told[0]["channel"].startswith("D")
    assert "Reconnect" in json.dumps(told[0]["blocks"])


async def test_a_button_of_a_notice_works(post: Post) -> None:
    await post.notices.tell(WHO, Reply("Broken.", buttons=(Button("Reconnect", "ping", {"text": "again"}),)), "broken:2")
    await post.outcome("notice:broken:2", "done")
    [told] = [message for message in post.slack.messages() if message["text"] == "Broken."]
    [value] = [each["value"] for block in told["blocks"] if block["type"] == "actions" for each in block["elements"]]
    press = {"type": "block_actions", "team": {"id": TEAM}, "user": {"id": ADA}, "container": {"channel_id": GENERAL}}
    action = {"type": "button", "action_id": "press:0", "block_id": "b", "value": value}
    await post.inbox.put("slack:test:press", "slack", "slack:press", json.dumps({**press, "actions": [action]}))
    await post.outcome("slack:test:press", "done")

    assert post.said() == ["pong again"]


async def test_a_notice_that_was_said_is_noted_nowhere(post: Post) -> None:
    await post.notices.tell(WHO, Reply("Broken."), "broken:3")
    await post.outcome("notice:broken:3", "done")

    assert await post.noted() == []


async def test_a_notice_waits_until_slack_is_back(post: Post) -> None:
    post.slack.refuse("chat.postMessage", "internal_error", times=6)
    await post.notices.tell(WHO, Reply("Broken."), "broken:4")
    await post.pass_time("notice:broken:4", 400)

    assert len([message for message in post.slack.messages() if message["text"] == "Broken."]) == 1


async def test_who_has_left_is_forgotten_without_a_word(post: Post) -> None:
    key = await post.happens({"type": "user_change", "user": {"id": ADA, "deleted": True}})
    await post.outcome(key, "done")

    assert post.accounts.forgotten == [("slack", TEAM, ADA)]
    assert [message for message in post.slack.messages() if message.get("bot_id")] == []
    assert await post.noted() == []


async def test_a_workspace_that_took_the_bot_out_is_forgotten_as_a_whole(post: Post) -> None:
    key = await post.happens({"type": "app_uninstalled"})
    await post.outcome(key, "done")

    assert post.accounts.forgotten == [("slack", TEAM, "")]


async def test_forgetting_is_tried_for_long_and_nobody_is_told_that_it_failed(post: Post) -> None:
    post.accounts.failures = 20
    key = await post.happens({"type": "app_uninstalled"})
    record = await post.outcome(key, "done")

    assert record.attempts == 21
    assert len(set(post.accounts.left)) == 1  # when it happened, however late it is
    assert [message for message in post.slack.messages() if message.get("bot_id")] == []


async def test_an_answer_that_takes_too_long_is_said_as_far_as_it_came_and_asked_only_once(
    make_plan: Callable[..., Plan], tmp_path: Path
) -> None:
    async with post_office(make_plan(adapters=[openai.ADAPTER]), tmp_path) as post:
        model = post.services["openai"]
        model.say(("The Earth slows ", Pause(60.0), "down."))
        key = await post.put("ask What is a leap second?")
        await _heard(model)
        post.clock.more += 101
        record = await post.outcome(key)
        shown = json.dumps(post.slack.messages(GENERAL))

    assert (record.state, record.attempts, len(model.questions)) == ("done", 1, 1)
    assert "The Earth slows" in shown
    assert "This took too long, so I stopped it here." in shown


async def test_what_is_drained_in_the_middle_of_an_answer_stops_the_provider_at_once(
    make_plan: Callable[..., Plan], tmp_path: Path
) -> None:
    async with post_office(make_plan(adapters=[openai.ADAPTER]), tmp_path) as post:
        model = post.services["openai"]
        model.say(("The Earth slows ", Pause(60.0), "down."))
        await post.put("ask What is a leap second?")
        await _heard(model)
        await post.worker.drain(0.1)
        async with asyncio.timeout(2):
            while not model.stopped:
                await asyncio.sleep(0.02)


async def _heard(model: Any) -> None:
    """Waits until it has been asked, and what it says at first is here."""
    async with asyncio.timeout(20):
        while not model.questions:
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.3)
