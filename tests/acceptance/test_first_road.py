"""From a signed Slack delivery to Google's calendar and back, through the real process."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from adapters.faults import Fault
from bot.slack.sandbox.workspace import ADA, GRACE, GUEST, RANDOM
from tests.acceptance.world import World, until, world


def texts(messages: list[dict[str, object]]) -> list[object]:
    return [message["text"] for message in messages]


async def test_the_same_words_give_the_same_answer_everywhere(running: World) -> None:
    slash, mention = running.open_channel("slash"), running.open_channel("mention")
    await running.slack.command("/calendar", "today", channel=slash)
    await running.slack.mention("calendar today", channel=mention)
    await running.slack.message("calendar today")
    answers = [(await running.replies(1, channel))[0] for channel in (slash, mention, ADA)]
    said = await running.say("calendar today")

    assert len({answer["text"] for answer in answers}) == 1
    assert said.strip().splitlines()[0] == str(answers[0]["text"]).splitlines()[0]
    for line in str(answers[0]["text"]).splitlines():
        assert line.split(" — ")[0] in said


async def test_the_same_delivery_four_times_at_once_runs_once(running: World) -> None:
    statuses = await running.deliver_event_at_once('calendar create "Four times" tomorrow 15:00', times=4)
    await running.replies(1)
    await running.settled()

    assert statuses == [200] * 4
    assert len(running.said()) == 1
    assert len(await running.events("Four times")) == 1


async def test_one_thread_is_answered_in_order_while_a_slow_one_holds_up_nobody_else(running: World) -> None:
    running.calendar.script.add(Fault(kind="slow", seconds=1.5, path="/events"))
    first = running.slack.workspace.post("C0GENERAL", ADA, "slow").ts
    second = running.slack.workspace.post("C0GENERAL", GRACE, "quick").ts
    await running.slack.mention("calendar today", thread=first)
    await asyncio.sleep(0.2)
    await running.slack.mention("ping after the slow one", thread=first)
    await running.slack.mention("ping quick", thread=second, user=GRACE)
    said = await running.replies(3)

    assert str(said[0]["text"]) == "pong quick"
    assert [message["thread_ts"] for message in said] == [second, first, first]
    assert str(said[2]["text"]) == "pong after the slow one"


async def test_a_meeting_is_created_and_taken_back_with_the_undo_button(running: World) -> None:
    await running.slack.command("/calendar", 'create "Board meeting" tomorrow 15:00 guests=grace@acme.test')
    [created] = await running.replies(1)
    before = len(await running.events("Board meeting"))
    await running.slack.click("Undo")
    undone = (await running.replies(2))[1]

    assert "Created “Board meeting”" in str(created["text"])
    assert before == 1
    assert "Board meeting" in str(undone["text"])
    assert await running.events("Board meeting") == []


async def test_nobody_else_can_press_the_askers_button(running: World) -> None:
    await running.slack.command("/calendar", 'create "Mine alone" tomorrow 15:00')
    await running.replies(1)
    await running.slack.click("Undo", user=GRACE)
    told = (await running.replies(2))[1]

    assert "Only the person who asked" in str(told["text"])
    assert told["only_for"] == GRACE
    assert len(await running.events("Mine alone")) == 1


async def test_a_near_miss_offers_a_button_that_runs_the_right_command(running: World) -> None:
    await running.slack.command("/interact", "calender todya")
    [offered] = await running.replies(1)
    await running.slack.click("calendar today")
    answered = (await running.replies(2))[1]

    assert "Did you mean “calendar today”?" in str(offered["text"])
    assert offered["only_for"] == ADA
    assert "meeting" in str(answered["text"])


async def test_missing_options_are_asked_for_in_a_form_whose_fields_say_what_is_wrong(running: World) -> None:
    await running.slack.command("/calendar", "create")
    await running.replies(1)
    await running.slack.click("Fill in a form")
    await until(running.form, bool)
    wrong = await running.slack.submit({"title": "From a form", "start": "yesterday 5pm"})
    right = await running.slack.submit({"title": "From a form", "start": "tomorrow 15:00"})
    await running.replies(2)

    assert list(wrong.answer["errors"]) == ["start"]
    assert right.answer == {"response_action": "clear"}
    assert len(await running.events("From a form")) == 1


async def test_a_channel_that_the_bot_is_not_in_is_answered_all_the_same(running: World) -> None:
    await running.slack.command("/ping", "from outside", channel=RANDOM)
    [answer] = await running.replies(1, RANDOM)

    assert answer["text"] == "pong from outside"


async def test_a_guest_gets_a_polite_no_and_nothing_is_run(running: World) -> None:
    await running.slack.command("/calendar", "today", user=GUEST)
    [answer] = await running.replies(1)

    assert "members of this workspace" in str(answer["text"])
    assert answer["only_for"] == GUEST
    assert not running.calendar.journal


async def test_a_service_that_is_away_for_a_while_is_asked_again_and_answers_once(running: World) -> None:
    running.calendar.script.add(Fault(kind="status", status=503, path="/events", times=4))
    await running.slack.command("/calendar", "today")
    await running.replies(1)
    await running.settled()

    assert len(running.said()) == 1
    assert "meeting" in str(running.said()[0]["text"])


async def test_slack_itself_being_away_loses_no_answer(running: World) -> None:
    running.slack.refuse("chat.postMessage", "internal_error", times=2)
    await running.slack.command("/ping", "still there")
    [answer] = await running.replies(1)

    assert answer["text"] == "pong still there"


async def test_a_term_signal_lets_what_runs_finish_and_ends_in_good_order(running: World) -> None:
    running.calendar.script.add(Fault(kind="slow", seconds=1.0, path="/events"))
    await running.slack.command("/calendar", "today")
    await until(running.calendar_asked, bool)
    code = await running.bot.end()

    assert code == 0
    assert len(running.said()) == 1


async def test_what_is_said_while_the_bot_is_down_is_answered_when_it_is_up(tmp_path: Path) -> None:
    async with world(tmp_path) as opened:
        refused = await opened.slack.mention("ping patience")
        await opened.bot.start()
        [answer] = await opened.replies(1)

    assert not refused.ok
    assert answer["text"] == "pong patience"


async def test_no_secret_and_no_body_reaches_the_log_or_the_metrics(running: World) -> None:
    async with running.http() as session:
        for path in ("slack/events", "healthz", "metrics"):
            headers = {"X-Slack-Signature": "v0=CANARY-signature", "X-Slack-Request-Timestamp": "abc"}
            async with session.post(f"{running.bot.url}{path}", data="CANARY-body", headers=headers) as answer:
                assert answer.status in (401, 405)
        async with session.get(f"{running.bot.url}metrics") as answer:
            metrics = await answer.text()
    await running.slack.command("/calendar", 'create "CANARY-title" tomorrow 15:00')
    await running.replies(1)
    await running.bot.end()
    log = running.bot.log.read_text()

    assert "interact_ack_seconds_bucket" in metrics
    secrets = [running.slack.bot_token.reveal(), running.slack.signing_secret.reveal(), "/response/", "google_calendar-"]
    for canary in ("CANARY", *secrets):
        assert canary not in log
        assert canary not in metrics


def test_python_dash_m_bot_is_the_console_script() -> None:
    root = Path(__file__).parents[2]
    run = subprocess.run([sys.executable, "-m", "bot", "--help"], cwd=root, env=os.environ, capture_output=True, check=True)

    assert b"run" in run.stdout
