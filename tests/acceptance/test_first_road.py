"""From a signed delivery to Google's calendar and back, through the real process: on each platform the same."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.faults import Fault
from tests.acceptance.world import World, until, world


async def test_the_same_words_give_the_same_answer_in_a_channel_alone_and_at_the_terminal(running: World) -> None:
    side = running.side
    rooms = (side.home, side.own_chat(side.ada))
    for room in rooms:
        await side.ask("calendar today", room)
    answers = [(await running.replies(1, room))[0] for room in rooms]
    said = await running.say("calendar today")

    assert answers[0].text == answers[1].text
    assert said.strip().splitlines()[0] == answers[0].text.splitlines()[0]
    for line in answers[0].text.splitlines():
        assert line.split(" — ")[0] in said


async def test_the_same_delivery_four_times_at_once_runs_once(running: World) -> None:
    statuses = await running.side.at_once('calendar create "Four times" tomorrow 15:00', 4, running.bot.url)
    await running.replies(1)
    await running.settled()

    assert {status // 100 for status in statuses} == {2}
    assert len(running.side.said(running.side.home)) == 1
    assert len(await running.events("Four times")) == 1


async def test_one_thread_is_answered_in_order_while_a_slow_one_holds_up_nobody_else(running: World) -> None:
    side = running.side
    running.calendar.script.add(Fault(kind="slow", seconds=1.5, path="/events"))
    first, second = side.begin(side.home, "slow"), side.begin(side.home, "quick")
    await side.ask("calendar today", thread=first)
    await asyncio.sleep(0.2)
    await side.ask("ping after the slow one", thread=first)
    await side.ask("ping quick", thread=second, user=side.grace)
    said = await running.replies(3)

    assert said[0].text == "pong quick"
    assert [message.thread for message in said] == [second, first, first]
    assert said[2].text == "pong after the slow one"


async def test_a_meeting_is_created_and_taken_back_with_the_undo_button(running: World) -> None:
    side = running.side
    await side.ask('calendar create "Board meeting" tomorrow 15:00 guests=grace@acme.test')
    [created] = await running.replies(1)
    before = len(await running.events("Board meeting"))
    await side.press("Undo")
    await until(lambda: running.events("Board meeting"), lambda events: not events)
    await running.settled()

    assert "Created “Board meeting”" in created.text
    assert before == 1
    assert "Cancelled “Board meeting”" in side.said(side.home)[-1].text


async def test_nobody_else_can_press_the_askers_button(running: World) -> None:
    side = running.side
    await side.ask('calendar create "Mine alone" tomorrow 15:00')
    await running.replies(1)
    await side.press("Undo", user=side.grace)
    await running.settled()
    told = [each for each in side.said() if "Only the person who asked" in each.text]

    assert [each.only_for for each in told] == [side.grace]
    assert "Created" in side.said(side.home)[0].text
    assert len(await running.events("Mine alone")) == 1


async def test_a_near_miss_offers_a_button_that_runs_the_right_command(running: World) -> None:
    side = running.side
    own = side.own_chat(side.ada)
    await side.ask("calender todya", own)
    [offered] = await running.replies(1, own)
    await side.press("calendar today")
    await running.settled()

    assert "Did you mean “calendar today”?" in offered.text
    assert "meeting" in side.said(own)[-1].text


async def test_missing_options_are_asked_for_in_a_form_whose_fields_say_what_is_wrong(running: World) -> None:
    side = running.side
    own = side.own_chat(side.ada)
    await side.ask("calendar create", own)
    await running.replies(1, own)
    await side.press("Fill in a form")
    await until(running.form_opened, bool)
    wrong = await side.submit({"title": "From a form", "start": "yesterday 5pm"})
    right = await side.submit({"title": "From a form", "start": "tomorrow 15:00"})
    await running.replies(2, own)

    assert len(wrong) == 1
    assert "was already" in wrong[0]
    assert right == []
    assert len(await running.events("From a form")) == 1


async def test_a_guest_gets_a_polite_no_and_nothing_is_run(running: World) -> None:
    side = running.side
    await side.ask("calendar today", user=side.guest)
    await running.settled()
    [answer] = side.said()

    assert "members of this workspace" in answer.text
    assert answer.only_for == side.guest
    assert not running.calendar.journal


async def test_a_service_that_is_away_for_a_while_is_asked_again_and_answers_once(running: World) -> None:
    running.calendar.script.add(Fault(kind="status", status=503, path="/events", times=4))
    await running.side.ask("calendar today")
    await running.replies(1)
    await running.settled()
    [answer] = running.side.said()

    assert "meeting" in answer.text


async def test_the_platform_itself_being_in_trouble_loses_no_answer(on_both: World) -> None:
    """Both at once: each waits for its next try by itself."""
    sides = list(on_both.sides.values())
    for side in sides * 2:
        side.refuse_once()
    await asyncio.gather(*(side.ask("ping still there") for side in sides))
    answers = [await on_both.replies(1, side=side) for side in sides]

    assert [[answer.text for answer in each] for each in answers] == [["pong still there"]] * 2


async def test_a_term_signal_lets_what_runs_finish_and_ends_in_good_order(running: World) -> None:
    running.calendar.script.add(Fault(kind="slow", seconds=0.5, path="/events"))
    await running.side.ask("calendar today")
    await until(running.calendar_asked, bool)
    code = await running.bot.end()

    assert code == 0
    assert len(running.side.said()) == 1


@pytest.mark.parametrize("platform", ["slack", "teams"])
async def test_what_is_said_while_the_bot_is_down_is_answered_when_it_is_up(platform: str, tmp_path: Path) -> None:
    async with world(tmp_path, [platform]) as opened:
        taken = await opened.side.ask("ping patience")
        await opened.bot.start()
        [answer] = await opened.replies(1)

    assert not taken
    assert answer.text == "pong patience"


async def test_no_secret_and_no_body_reaches_the_log_or_the_metrics(on_both: World) -> None:
    headers = {"X-Slack-Signature": "v0=CANARY-signature", "X-Slack-Request-Timestamp": "abc"}
    headers |= {"Authorization": "Bearer CANARY-token", "Content-Type": "application/json"}
    async with on_both.http() as session:
        for path in ("slack/events", "api/messages", "healthz", "metrics"):
            async with session.post(f"{on_both.bot.url}{path}", data="CANARY-body", headers=headers) as answer:
                assert answer.status in (401, 405)
        async with session.get(f"{on_both.bot.url}metrics") as answer:
            metrics = await answer.text()
    for side in on_both.sides.values():
        await side.ask('calendar create "CANARY-title" tomorrow 15:00')
        await on_both.replies(1, side=side)
    await on_both.bot.end()
    log = on_both.bot.log.read_text()

    assert "interact_ack_seconds_bucket" in metrics
    slack, teams = on_both.slack, on_both.teams
    secrets = [slack.bot_token.reveal(), slack.signing_secret.reveal(), "/response/", "google_calendar-"]
    for canary in ("CANARY", "eyJ", teams.app_password.reveal(), "teams-", *secrets):
        assert canary not in log
        assert canary not in metrics


def test_python_dash_m_bot_is_the_console_script() -> None:
    root = Path(__file__).parents[2]
    run = subprocess.run([sys.executable, "-m", "bot", "--help"], cwd=root, env=os.environ, capture_output=True, check=True)

    assert b"run" in run.stdout
