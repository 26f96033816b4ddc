"""The road of `test_first_road`, on a Slack that somebody else made up."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.acceptance.emulated_slack import BOT, GENERAL, PERSON, TEAM, EmulatedSlack, bot_settings, emulated_slack
from tests.acceptance.world import World, free_port, until, world
from tests.emulate import Emulate, emulate

__all__ = ["emulate"]

pytestmark = pytest.mark.emulate
TOKYO = ZoneInfo("Asia/Tokyo")


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
async def running(tmp_path: Path, port: int) -> AsyncIterator[World]:
    async with world(tmp_path, TIMEZONE=TOKYO.key, **bot_settings(port)) as opened:
        await opened.bot.start()
        yield opened


@pytest.fixture
async def slack(emulate: Emulate, running: World, port: int) -> AsyncIterator[EmulatedSlack]:
    async with emulated_slack(emulate, port, f"{running.bot.url}slack/events") as slack:
        yield slack


async def test_a_direct_message_is_answered_once_and_the_bot_does_not_answer_itself(
    running: World, slack: EmulatedSlack
) -> None:
    """The emulator tells the bot of its own words too, and not even as Slack does, with a `bot_id`."""
    channel = await slack.direct()
    await slack.say("ping hello", channel)
    await slack.replies(1, channel)
    await running.settled()
    deliveries = await slack.deliveries()

    assert [message["text"] for message in await slack.said(channel)] == ["pong hello"]
    assert [each["payload"]["event"]["user"] for each in deliveries if each["event"] == "message"] == [PERSON, BOT]
    assert all(each["success"] for each in deliveries)


async def test_a_mention_is_answered_where_it_was_made(running: World, slack: EmulatedSlack) -> None:
    thread = await slack.say("Shall we?", GENERAL)
    statuses = [await slack.mention("ping above"), await slack.mention("ping below", thread)]
    [above], [below] = await slack.replies(1), await slack.replies(1, thread=thread)

    assert statuses == [200, 200]
    assert (above["text"], below["text"], below["thread_ts"]) == ("pong above", "pong below", thread)


async def test_a_slash_command_is_answered_in_its_channel(slack: EmulatedSlack) -> None:
    status = await slack.command("/calendar", "today")
    [answer] = await slack.replies(1)

    assert status == 200
    assert "meeting" in answer["text"]


async def test_progress_stands_in_one_message_that_is_replaced(running: World, slack: EmulatedSlack) -> None:
    await slack.command("/interact", "status")

    async def last() -> str:
        return str((await slack.replies(1))[-1]["text"])

    await until(last, lambda text: not text.startswith("Checking"))
    [message] = await slack.said()

    assert message["text"].startswith("All is well.")
    assert message["edited"]["user"] == BOT


async def test_where_slack_does_not_say_a_persons_zone_the_setting_holds(running: World, slack: EmulatedSlack) -> None:
    await slack.command("/calendar", "create Sushi tomorrow 15:00")
    await slack.replies(1)
    [event] = await running.events("Sushi", f"slack:{TEAM}:{PERSON}")

    assert datetime.fromisoformat(event["start"]["dateTime"]).astimezone(TOKYO).hour == 15


async def test_a_form_is_opened_says_what_is_wrong_and_is_taken(running: World, slack: EmulatedSlack) -> None:
    channel = await slack.direct()
    await slack.say("calendar create", channel)
    await slack.replies(1, channel)
    await slack.press("Fill in a form", channel)
    await until(slack.views, bool)
    wrong = await slack.submit({"title": "From a form", "start": "yesterday 5pm"})
    right = await slack.submit({"title": "From a form", "start": "tomorrow 15:00"})
    await slack.replies(2, channel)

    assert list(wrong["errors"]) == ["start"]
    assert right == {"response_action": "clear"}
    assert len(await running.events("From a form", f"slack:{TEAM}:{PERSON}")) == 1


async def test_killed_at_any_moment_after_the_acknowledgement_it_answers_once(running: World, slack: EmulatedSlack) -> None:
    channel, moment = await slack.direct(), random.uniform(0.0, 0.12)
    await slack.say("calendar create Killed tomorrow 15:00", channel)
    await asyncio.sleep(moment)
    await running.bot.kill()
    await running.bot.start()
    await slack.replies(1, channel)
    await running.settled()

    outcome = (len(await slack.said(channel)), len(await running.events("Killed", f"slack:{TEAM}:{PERSON}")))
    assert outcome == (1, 1), f"killed after {moment} seconds"


async def test_killed_before_it_heard_that_its_answer_stands_it_finds_it_and_does_not_repeat_it(
    running: World, slack: EmulatedSlack
) -> None:
    channel = await slack.direct()
    await slack.lose_answer()
    await slack.say("ping hello", channel)
    await slack.replies(1, channel)
    await running.bot.kill()
    await running.bot.start()
    await running.settled()
    [answer] = await slack.said(channel)

    assert answer["text"] == "pong hello"
    assert "edited" in answer, "it was looked for and replaced"


async def test_slack_makes_sure_of_the_address_and_nobody_else_is_let_in(slack: EmulatedSlack) -> None:
    challenge = json.dumps({"type": "url_verification", "challenge": "abc"})
    status, body = await slack.deliver(challenge)
    forged, _ = await slack.deliver(challenge, secret="CANARY-another")

    assert (status, json.loads(body)) == (200, {"challenge": "abc"})
    assert forged == 401
