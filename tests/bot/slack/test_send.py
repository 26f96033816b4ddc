"""Replies reach Slack once, whatever went wrong before, and find another way where the bot may not post."""

from collections.abc import AsyncIterator

import pytest

from adapters.errors import Unavailable
from adapters.faults import Fault
from bot.slack.outgoing import load
from bot.slack.render import render
from bot.slack.sandbox.workspace import ADA, GENERAL, PRIVATE
from commands.reply import Reply
from tests.bot.slack.stage import Stage, outgoing, stage


@pytest.fixture
async def on() -> AsyncIterator[Stage]:
    async with stage() as opened:
        yield opened


async def test_a_reply_is_posted_with_the_calls_id_and_unfurls_nothing(on: Stage) -> None:
    await on.sender.send(outgoing("hello"), (), look=False)

    [said] = on.said()
    posted = [entry for entry in on.slack.journal if entry.path.endswith("chat.postMessage")]
    assert said["metadata"]["event_payload"] == {"call": "call-1", "part": 0}
    assert '"unfurl_links": false' in str(posted[0].body)


async def test_looking_finds_what_an_earlier_attempt_has_sent(on: Stage) -> None:
    for _ in range(3):
        await on.sender.send(outgoing("hello"), (), look=True)

    assert [said["text"] for said in on.said()] == ["hello"]


async def test_looking_finds_it_in_its_thread_too(on: Stage) -> None:
    root = on.slack.workspace.post(GENERAL, ADA, "a question").ts
    for _ in range(2):
        await on.sender.send(outgoing("hello", thread=root), (), look=True)

    assert [said["thread_ts"] for said in on.said()] == [root]


async def test_of_a_reply_in_parts_only_the_missing_ones_are_sent(on: Stage) -> None:
    on.slack.script.add(Fault(kind="drop_before", path="chat.postMessage", times=1))
    with pytest.raises(Unavailable):
        await on.sender.send(outgoing("one", "two"), (), look=False)
    await on.sender.send(outgoing("one", "two"), (), look=True)

    assert [said["text"] for said in on.said()] == ["one", "two"]


async def test_a_drop_after_the_post_does_not_lead_to_a_second_one(on: Stage) -> None:
    on.slack.script.add(Fault(kind="drop_after", path="chat.postMessage"))
    with pytest.raises(Unavailable):
        await on.sender.send(outgoing("once"), (), look=False)
    await on.sender.send(outgoing("once"), (), look=True)

    assert [said["text"] for said in on.said()] == ["once"]


async def test_a_later_version_takes_the_place_of_the_one_before(on: Stage) -> None:
    sent = await on.sender.send(outgoing("checking"), (), look=False)
    again = await on.sender.send(outgoing("done"), sent, look=False)

    assert again == sent
    assert [said["text"] for said in on.said()] == ["done"]


async def test_a_version_that_was_deleted_meanwhile_is_posted_anew(on: Stage) -> None:
    sent = await on.sender.send(outgoing("checking"), (), look=False)
    await on.client.chat_delete(channel=GENERAL, ts=sent[0])
    await on.sender.send(outgoing("done"), sent, look=False)

    assert [said["text"] for said in on.said()] == ["done"]


async def test_a_private_reply_is_seen_by_its_asker_only(on: Stage) -> None:
    await on.sender.send(outgoing("psst", private=True), (), look=False)

    assert [(said["text"], said["only_for"]) for said in on.said()] == [("psst", ADA)]


async def test_where_the_bot_may_not_post_its_answer_comes_as_a_direct_message(on: Stage) -> None:
    await on.sender.send(outgoing("here it is", channel=PRIVATE), (), look=False)

    assert [said["channel"][0] for said in on.said()] == ["D"]


@pytest.mark.parametrize("answered", [True, False])
async def test_a_part_of_an_answer_is_not_said_where_nothing_could_take_its_place(on: Stage, answered: bool) -> None:
    url = f"{on.slack.address}response/none" if answered else ""
    asked = {"channel": PRIVATE, "response_url": url}
    assert await on.sender.send(outgoing("so far", partial=True, **asked), (), look=False) == [""]
    assert on.said() == []

    await on.sender.send(outgoing("all of it", **asked), [""], look=False)
    assert [(said["text"], said["channel"][0]) for said in on.said()] == [("all of it", "D")]


async def test_a_response_url_elsewhere_than_at_slack_is_not_used(on: Stage) -> None:
    on.slack.refuse("chat.postMessage", "not_in_channel")
    await on.sender.send(outgoing("here", response_url="https://hooks.slack.com.evil.test/x"), (), look=False)

    assert [said["channel"][0] for said in on.said()] == ["D"]


@pytest.mark.parametrize(
    ("spelled", "seconds"), [("7", 7.0), ("1.5", 1.5), ("0", 1.0), ("999999999", 900.0), ("", None), ("abc", None)]
)
async def test_retry_after_is_honoured_however_it_is_spelled(on: Stage, spelled: str, seconds: float | None) -> None:
    on.slack.script.add(Fault(kind="status", status=429, retry_after=spelled, path="chat.postMessage", times=5))
    with pytest.raises(Unavailable) as raised:
        await on.sender.send(outgoing("hello"), (), look=False)

    assert raised.value.retry_after == seconds


@pytest.mark.parametrize("error", ["internal_error", "ratelimited", "service_unavailable", "fatal_error"])
async def test_what_may_pass_is_tried_again_later(on: Stage, error: str) -> None:
    on.slack.refuse("chat.postMessage", error, times=5)
    with pytest.raises(Unavailable):
        await on.sender.send(outgoing("hello"), (), look=False)


async def test_a_channel_gets_one_message_a_second_and_another_channel_does_not_wait_for_it(on: Stage) -> None:
    await on.sender.send(outgoing("one", "two", "three"), (), look=False)
    await on.sender.send(outgoing("elsewhere", channel="D0ADA"), (), look=False)

    assert [round(seconds) for seconds in on.waits] == [1, 2]


def test_what_is_stored_before_sending_is_all_that_sending_needs() -> None:
    reply = outgoing("hello “world” 🎉", thread="1.2", private=True, response_url="http://127.0.0.1:1/r")

    assert load(reply.dump()) == reply


async def test_a_shorter_version_leaves_nothing_of_a_longer_one(on: Stage) -> None:
    sent = await on.sender.send(outgoing("one", "two", "three"), (), look=False)
    await on.sender.send(outgoing("final"), sent, look=False)

    assert [said["text"] for said in on.said()] == ["final"]


async def test_a_private_reply_never_takes_the_place_of_what_others_see(on: Stage) -> None:
    sent = await on.sender.send(outgoing("checking"), (), look=False)
    await on.sender.send(outgoing("psst", private=True), sent, look=False)

    assert [(said["text"], said["only_for"]) for said in on.said()] == [("psst", ADA)]


async def test_a_picture_that_slack_can_not_fetch_costs_no_more_than_itself(on: Stage) -> None:
    message = vars(render(Reply("a lighthouse", image="https://localhost/lighthouse.jpg"))[0])
    sent = await on.sender.send(outgoing(messages=[message]), (), look=False)
    again = await on.sender.send(outgoing(messages=[message]), sent, look=False)

    assert again == sent
    assert [(said["text"], len(said["blocks"])) for said in on.said()] == [("a lighthouse", 1)]
