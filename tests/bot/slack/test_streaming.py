"""An answer grows while it is read, can be stopped, and is replaced by the whole of it, whatever happens in between."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.errors import Unavailable
from adapters.faults import Fault
from bot.platform import Asked, Press, StoppedError
from bot.slack.outgoing import load
from bot.slack.sandbox.delivery import Delivery as Sent
from bot.slack.sandbox.workspace import ADA, GENERAL
from bot.slack.slack import Slack
from bot.talk import talk_of
from commands.call import Call
from commands.heard import before
from commands.reply import Button, Reply
from storage.delivery import Delivery
from tests.bot.slack.stage import Stage, stage

WORDS = "The answer is long, and it comes word by word. "


@pytest.fixture
async def on() -> AsyncIterator[Stage]:
    async with stage() as opened:
        yield opened


async def heard(on: Stage, told: Sent | None) -> Asked:
    assert told
    asked = await on.platform.read(Delivery("k", "slack", "c", json.dumps(dict(told.payload)), time.time(), 1, 1, ""))
    assert asked
    return asked


async def mentioned(on: Stage) -> Asked:
    return await heard(on, await on.slack.mention("ask why"))


def partial(prose: str, stop: bool = True) -> Reply:
    buttons = (Button("Stop", "stop", {"call": "c"}),) if stop else ()
    return Reply("Claude says:", prose=prose, partial=True, buttons=buttons)


async def say(
    on: Stage, asked: Asked, reply: Reply, sent: Sequence[str] = (), look: bool = False, by: Slack | None = None
) -> Sequence[str]:
    platform = by or on.platform
    rendered = platform.render(asked, reply, "call-1", [f"stop-{number}" for number, _ in enumerate(reply.pressed)])
    return await platform.send(rendered, sent, look)


def another_process(on: Stage) -> Slack:
    told = vars(on.platform)
    names = ("workspaces", "listener", "people", "http", "pace", "zone", "clock")
    return Slack(*(told[f"_{name}"] for name in names))


def calls(on: Stage, method: str = "chat") -> list[str]:
    """What was asked of Slack, in order."""
    asked = [entry.path.removeprefix("/api/") for entry in on.slack.journal]
    return [each for each in asked if each.startswith(method)]


def shown(on: Stage) -> dict[str, Any]:
    [said] = on.said()
    return said


async def test_an_answer_to_a_mention_grows_in_its_thread_and_ends_as_a_whole(on: Stage) -> None:
    asked = await mentioned(on)
    sent = await say(on, asked, partial(WORDS))
    first = shown(on)
    assert await say(on, asked, partial(WORDS * 2), sent) == sent
    grown = shown(on)
    assert await say(on, asked, Reply("Claude says:", prose=f"{WORDS * 2}**Done.**"), sent) == sent

    assert (first["thread_ts"], first["streaming_state"]) == (asked.message, "in_progress")
    assert (first["text"], grown["text"]) == (f"Claude says:\n\n{WORDS}", f"Claude says:\n\n{WORDS * 2}")
    assert calls(on) == ["chat.startStream", "chat.appendStream", "chat.stopStream", "chat.update"]
    whole = shown(on)
    assert whole["metadata"]["event_payload"] == {"call": "call-1", "part": 0}
    assert ("Done." in whole["text"], [whole["ts"]]) == (True, sent)
    assert "actions" not in {block["type"] for block in whole["blocks"]}, "the button has gone with the stream"


async def test_what_is_streamed_in_a_thread_or_a_direct_message_stands_there(on: Stage) -> None:
    root = on.slack.workspace.post(GENERAL, ADA, "a question").ts
    await say(on, await heard(on, await on.slack.mention("ask why", thread=root)), partial(WORDS))
    direct = await heard(on, await on.slack.message("ask why"))
    await say(on, direct, partial(WORDS))

    stands = {(said["channel"], said["thread_ts"], said["streaming_state"]) for said in on.said()}
    assert stands == {(GENERAL, root, "in_progress"), ("D0ADA", direct.message, "in_progress")}


async def test_it_can_be_stopped_by_a_button_from_its_first_moment(on: Stage) -> None:
    await say(on, await mentioned(on), partial(WORDS))

    pressed = await heard(on, await on.slack.click("Stop"))
    assert pressed.what == Press("stop-0")


async def test_who_stops_it_by_slacks_own_button_has_stopped_it(on: Stage) -> None:
    asked = await mentioned(on)
    sent = await say(on, asked, partial(WORDS))
    await on.slack.stop(sent[0])

    with pytest.raises(StoppedError):
        await say(on, asked, partial(WORDS * 2), sent)
    assert await say(on, asked, Reply("Stopped.", prose=WORDS), sent) == sent
    assert "Stopped." in shown(on)["text"]


async def test_a_slash_commands_answer_is_one_message_that_is_replaced(on: Stage) -> None:
    asked = await heard(on, await on.slack.command("/ask", "why"))
    sent = await say(on, asked, partial(WORDS))
    await on.slack.click("Stop")
    for times in (2, 3, 4):
        sent = await say(on, asked, partial(WORDS * times), sent)
    await say(on, asked, Reply("Claude says:", prose="All of it."), sent)

    assert calls(on) == ["chat.postMessage", "chat.update", "chat.update"], "the parts wait for their turn, the end does not"
    assert "All of it." in shown(on)["text"]
    assert [round(wait) for wait in on.waits] == [1, 2], "once a second at most"


@pytest.mark.parametrize("error", ["channel_type_not_supported", "invalid_chunks", "invalid_blocks", "unknown_method"])
async def test_where_slack_does_not_stream_it_is_a_message_that_is_replaced(on: Stage, error: str) -> None:
    on.slack.refuse("chat.startStream", error, times=9)
    asked = await mentioned(on)
    sent = await say(on, asked, partial(WORDS))
    sent = await say(on, asked, partial(WORDS * 2), sent)
    await say(on, asked, Reply("Claude says:", prose="All of it."), sent)

    assert calls(on) == ["chat.startStream", "chat.postMessage", "chat.update", "chat.update"]
    assert (shown(on)["thread_ts"], "All of it." in shown(on)["text"]) == (asked.message, True)


async def test_another_process_ends_the_stream_of_one_that_is_gone(on: Stage) -> None:
    asked = await mentioned(on)
    sent = await say(on, asked, partial(WORDS))
    assert await say(on, asked, Reply("Claude says:", prose="All of it."), sent, by=another_process(on)) == sent

    assert calls(on) == ["chat.startStream", "chat.update", "chat.stopStream", "chat.update"]
    assert "All of it." in shown(on)["text"]


@pytest.mark.parametrize("reply", [Reply("Claude says:", prose="All of it."), Reply("It came to nothing.")])
async def test_a_stream_that_nobody_has_noted_is_found_by_its_button(on: Stage, reply: Reply) -> None:
    asked = await mentioned(on)
    on.slack.script.add(Fault(kind="drop_after", path="chat.startStream"))
    with pytest.raises(Unavailable):
        await say(on, asked, partial(WORDS))
    began = shown(on)["ts"]
    assert await say(on, asked, reply, look=True, by=another_process(on)) == [began]

    assert reply.text in shown(on)["text"]


async def test_another_process_that_answers_anew_goes_on_in_the_same_place(on: Stage) -> None:
    asked = await mentioned(on)
    sent, other = await say(on, asked, partial(WORDS)), another_process(on)
    assert await say(on, asked, partial("Other words. "), sent, by=other) == sent
    assert await say(on, asked, Reply("Claude says:", prose="All of it."), sent, by=other) == sent

    assert "All of it." in shown(on)["text"]


async def test_a_stream_that_slack_has_ended_is_replaced_from_then_on(on: Stage) -> None:
    asked = await mentioned(on)
    sent = await say(on, asked, partial(WORDS))
    await on.client.chat_stopStream(channel=GENERAL, ts=sent[0])
    assert await say(on, asked, partial(WORDS * 2), sent) == sent

    assert calls(on)[-2:] == ["chat.appendStream", "chat.update"]
    assert len(shown(on)["text"]) > len(WORDS) * 1.9


async def test_of_very_many_streams_the_oldest_is_forgotten_and_none_is_lost(on: Stage) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("bot.slack.stream._MOST", 2)
        begun = []
        for _ in range(3):
            asked = await mentioned(on)
            begun.append((asked, await say(on, asked, partial(WORDS))))
        for asked, sent in begun:
            assert await say(on, asked, partial(WORDS * 2), sent) == sent

    assert calls(on).count("chat.appendStream") == 2, "the two newest go on"
    assert [said["text"].count("word by word") for said in on.said()] == [2, 2, 2], "the oldest is replaced"


async def test_a_stream_that_is_forgotten_while_slack_refuses_more_of_it_is_replaced(on: Stage) -> None:
    asked = await mentioned(on)
    sent = await say(on, asked, partial(WORDS))
    on.slack.refuse("chat.appendStream", "message_not_in_streaming_state")
    on.slack.script.add(Fault(kind="slow", path="chat.appendStream", seconds=0.3))
    growing = asyncio.create_task(say(on, asked, partial(WORDS * 2), sent))
    await asyncio.sleep(0.1)
    await say(on, asked, Reply("Claude says:", prose="All of it."), sent)
    assert await growing == sent


async def test_what_may_have_been_said_already_is_not_said_twice(on: Stage) -> None:
    asked = await mentioned(on)
    sent = await say(on, asked, partial(WORDS))
    on.slack.script.add(Fault(kind="drop_after", path="chat.appendStream"))
    await say(on, asked, partial(WORDS * 2), sent)

    assert shown(on)["text"].count("word by word") == 2


async def test_while_slack_is_away_for_a_moment_the_answer_goes_on(on: Stage) -> None:
    asked = await mentioned(on)
    sent = await say(on, asked, partial(WORDS))
    on.slack.script.add(Fault(kind="status", status=429, retry_after="60", path="chat.appendStream", times=3))
    assert await say(on, asked, partial(WORDS * 2), sent) == sent
    on.slack.script.clear()
    await asyncio.sleep(0.8)  # until it is its turn again
    await say(on, asked, partial(WORDS * 3), sent)

    assert shown(on)["text"].count("word by word") == 3


async def test_a_stream_that_has_to_go_is_ended_first(on: Stage) -> None:
    asked = await mentioned(on)
    sent = await say(on, asked, partial(WORDS))
    await say(on, asked, Reply("For you alone.", private=True), sent)

    assert (shown(on)["text"].strip(), shown(on)["only_for"]) == ("For you alone.", ADA)


async def test_what_only_one_person_may_see_is_not_shown_before_it_is_whole(on: Stage) -> None:
    asked = await mentioned(on)
    assert await say(on, asked, Reply("Psst", prose=WORDS, partial=True, private=True)) == ()
    assert on.said() == []


async def test_nothing_that_is_streamed_can_mention_lead_anywhere_or_show_a_picture(on: Stage) -> None:
    hostile = (
        "<!channel> <@U0GRACE> @here [x](https://evil.test) ![x](https://evil.test/x.png) www.evil.test mailto:a@evil.test "
        "&lt;!here&gt; <https://evil.test|x> [x]: https://evil.test\n"
    )
    await say(on, await mentioned(on), partial(hostile, stop=False))

    told = shown(on)["text"]
    for sign in ("<", "@", "[", "](", "://", "www.", "evil.test", "&"):
        assert sign not in told, sign
    assert "channel" in told


def test_what_is_stored_says_all_that_streaming_needs() -> None:
    kept = (
        '{"call":"c","team":"T","channel":"C","thread":"","user":"U","private":false,"response_url":"","since":1,"messages":[]}'
    )
    assert (load(kept).partial, load(kept).stream, load(kept).asking) == (False, "", ""), "what was stored before an upgrade"


async def test_who_asks_further_in_a_chat_with_the_bot_need_not_use_its_threads(on: Stage) -> None:
    first = await heard(on, await on.slack.message("ask why"))
    sent = await say(on, first, partial(WORDS))
    await say(on, first, Reply("Claude says:", prose="Because."), sent)
    further = await heard(on, await on.slack.message("ask and how"))
    call = Call("c", "ask", {"question": "and how"}, further.actor, further.place, "message", datetime.now(UTC))
    talk = talk_of({"slack": on.platform}, replace(call, message=further.message))

    told = await before(talk, await talk.asking())
    assert [(turn.role, turn.text) for turn in told.turns] == [
        ("user", "Ada Lovelace: ask why"),
        ("assistant", "Claude says:\n\nBecause."),
    ]


async def test_where_somebody_takes_the_bot_out_meanwhile_the_answer_comes_to_the_one_who_asked(on: Stage) -> None:
    asked = await mentioned(on)
    sent = await say(on, asked, partial(WORDS))
    for method in ("chat.appendStream", "chat.update", "chat.postMessage", "chat.stopStream"):
        on.slack.refuse(method, "channel_not_found")
    sent = await say(on, asked, partial(WORDS * 2), sent)
    on.slack.refuse("chat.postMessage", "channel_not_found")
    await say(on, asked, Reply("Claude says:", prose="Because."), sent)

    assert [said["channel"] for said in on.said() if "Because." in said["text"]] == ["D0ADA"]
    assert len(on.said()) == 2, "what was streamed where the bot is no more, and the answer"


async def test_what_is_too_long_for_one_stream_goes_on_in_further_messages_of_its_thread(on: Stage) -> None:
    asked = await mentioned(on)
    sent = await say(on, asked, partial(WORDS))
    on.slack.refuse("chat.appendStream", "msg_too_long", times=9)
    for times in (400, 600):
        sent = await say(on, asked, partial(WORDS * times), sent)
    sent = await say(on, asked, Reply("Claude says:", prose=WORDS * 700), sent)

    assert [said["ts"] for said in on.said()] == list(sent)
    assert {said["thread_ts"] for said in on.said()} == {asked.message}
    assert len(sent) > 1
    assert sum(json.dumps(said["blocks"]).count("comes") for said in on.said()) == 700
