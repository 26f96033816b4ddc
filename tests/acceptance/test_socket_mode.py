"""Without a public address: the bot opens a socket to Slack, and everything comes through it."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.slack.sandbox.workspace import ADA, BOT, GENERAL, TEAM
from tests.acceptance.world import World, until, world


@pytest.fixture
async def unconnected(tmp_path: Path) -> AsyncIterator[World]:
    """The bot has no signing secret, so that whatever comes over HTTP is turned away. It is not up yet."""
    async with world(tmp_path, SLACK_SIGNING_SECRET="") as opened:
        opened.bot.environment = {**opened.bot.environment, "SLACK_APP_TOKEN": opened.slack.app_token.reveal()}
        yield opened


@pytest.fixture
async def running(unconnected: World) -> World:
    await unconnected.bot.start()
    await connected(unconnected)
    return unconnected


async def connected(world: World) -> None:
    async def look() -> bool:
        return world.slack.sockets.connected

    await until(look, bool)


async def test_commands_mentions_and_messages_come_through_the_socket(running: World) -> None:
    deliveries = [
        await running.slack.command("/calendar", "today"),
        await running.slack.mention("calendar today"),
        await running.slack.message("calendar today"),
    ]
    answers = [*await running.replies(2), *await running.replies(1, ADA)]

    assert [delivery and delivery.ok for delivery in deliveries] == [True] * 3
    assert len({answer.text for answer in answers}) == 1
    assert "meeting" in answers[0].text


async def test_what_comes_over_http_is_turned_away(running: World) -> None:
    assert await running.side.at_once("ping", 1, running.bot.url) == [401]


async def test_a_button_is_pressed_through_the_socket(running: World) -> None:
    await running.slack.command("/calendar", 'create "Board meeting" tomorrow 15:00')
    await running.replies(1)
    before = len(await running.events("Board meeting"))
    await running.slack.click("Undo")
    await until(lambda: running.events("Board meeting"), lambda events: not events)

    assert before == 1


async def test_a_form_is_answered_in_the_acknowledgement(running: World) -> None:
    await running.slack.command("/calendar", "create")
    await until(running.form_opened, bool)
    wrong = await running.slack.submit({"title": "From a form", "start": "yesterday 5pm"})
    right = await running.slack.submit({"title": "From a form", "start": "tomorrow 15:00"})
    await running.replies(1)

    assert list(wrong.answer["errors"]) == ["start"]
    assert right.answer == {"response_action": "clear"}
    assert len(await running.events("From a form")) == 1


async def test_the_same_delivery_again_runs_once(running: World) -> None:
    event = {"type": "app_mention", "user": ADA, "channel": GENERAL, "ts": f"{time.time():.6f}", "text": f"<@{BOT}> ping once"}
    payload = {"type": "event_callback", "team_id": TEAM, "event_id": "Ev0TWICE", "event": event}
    handed = [running.slack.courier.hand_over("events_api", payload, retry) for retry in range(3)]
    deliveries = await asyncio.gather(*handed)
    await running.replies(1)
    await running.settled()

    assert all(delivery.ok for delivery in deliveries)
    assert [answer.text for answer in running.side.said()] == ["pong once"]


async def test_what_makes_no_sense_is_acknowledged_so_that_it_does_not_come_again(running: World) -> None:
    delivery = await running.slack.courier.hand_over("interactive", {"type": "block_actions"})

    assert delivery.ok
    assert await running.bot.get("readyz") == 200


async def test_a_kill_before_the_acknowledgement_loses_nothing_because_slack_delivers_again(running: World) -> None:
    sending = asyncio.create_task(running.slack.mention('calendar create "Not yet acknowledged" tomorrow 15:00'))
    await asyncio.sleep(0)
    await running.bot.kill()
    delivery = await sending
    await running.bot.start()
    await running.replies(1)
    await running.settled()

    assert not delivery.ok
    assert len(running.side.said()) == 1
    assert len(await running.events("Not yet acknowledged")) == 1


async def test_when_slack_asks_for_another_connection_it_gets_one(running: World) -> None:
    """It does so every few hours."""
    await running.slack.sockets.disconnect()
    delivery = await running.slack.mention("ping still there")
    [answer] = await running.replies(1)

    assert delivery.ok, "nothing is lost between two connections"
    assert answer.text == "pong still there"


async def test_when_slack_hangs_up_the_bot_calls_again(running: World) -> None:
    await running.slack.sockets.close()
    await running.slack.mention("ping still there")
    [answer] = await running.replies(1)

    assert answer.text == "pong still there"


async def test_when_the_connection_breaks_the_bot_opens_another(running: World) -> None:
    running.slack.sockets.drop()
    await running.slack.mention("ping still there")
    [answer] = await running.replies(1)

    assert answer.text == "pong still there"


async def test_an_address_that_no_longer_lets_in_is_not_tried_for_ever(unconnected: World) -> None:
    """Slack's are good for one connection, and for half a minute only."""
    unconnected.slack.sockets.turning_away = 1
    await unconnected.bot.start()
    await connected(unconnected)


async def test_slack_being_away_at_the_start_keeps_nothing_but_the_socket_from_being_up(unconnected: World) -> None:
    unconnected.slack.refuse("apps.connections.open", "internal_error", times=2)
    await unconnected.bot.start()
    ready = await unconnected.bot.get("readyz")
    await connected(unconnected)

    assert ready == 200


async def test_nothing_of_what_came_and_no_key_to_the_socket_is_logged(running: World) -> None:
    await running.slack.mention("ping CANARY-words")
    await running.replies(1)
    await running.slack.sockets.close()
    code = await running.bot.end()
    log = running.bot.log.read_text()

    assert code == 0
    assert "CANARY" not in log
    assert running.slack.app_token.reveal() not in log
    assert "ticket=" not in log
    for complaint in ("Unclosed", "never awaited", "Task was destroyed", "Traceback"):
        assert complaint not in log
