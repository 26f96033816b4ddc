"""The sandbox's messages that grow, called by Slack's own client: https://docs.slack.dev/reference/methods/chat.startStream."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.sandbox import SlackSandbox
from bot.slack.sandbox.workspace import ADA, GENERAL, GRACE, TEAM
from tests.bot.slack.conftest import MovableClock
from tests.bot.slack.test_sandbox import actions, button, error_of


async def begun(sandbox: SlackSandbox, slack: AsyncWebClient, **more: Any) -> dict[str, Any]:
    """A stream that answers somebody in a channel; where to find it."""
    asked = sandbox.workspace.post(GENERAL, GRACE, "why?").ts
    started = await slack.chat_startStream(
        channel=GENERAL, thread_ts=asked, recipient_team_id=TEAM, recipient_user_id=GRACE, **more
    )
    return {"channel": GENERAL, "ts": started["ts"]}


async def test_a_stream_can_be_added_to_until_it_is_stopped_and_changed_from_then_on(
    sandbox: SlackSandbox, slack: AsyncWebClient
) -> None:
    there = await begun(sandbox, slack, markdown_text="one ")
    await slack.chat_appendStream(**there, chunks=[{"type": "markdown_text", "text": "two "}])
    assert await error_of(slack.chat_update(**there, text="x")) == "streaming_state_conflict"
    assert await error_of(slack.chat_delete(**there)) == "cant_delete_message"
    stopped = await slack.chat_stopStream(**there, markdown_text="three", blocks=[actions(button())])
    assert (stopped["message"]["text"], stopped["message"]["blocks"][0]["type"]) == ("one two three", "actions")
    for late in (slack.chat_appendStream(**there, markdown_text="x"), slack.chat_stopStream(**there)):
        assert await error_of(late) == "message_not_in_streaming_state"
    assert (await slack.chat_update(**there, text="whole"))["text"] == "whole"


async def test_a_stream_ends_by_itself_and_by_who_stops_it(
    sandbox: SlackSandbox, slack: AsyncWebClient, clock: MovableClock
) -> None:
    there = await begun(sandbox, slack)
    await sandbox.stop(there["ts"])
    assert await error_of(slack.chat_appendStream(**there, markdown_text="x")) == "stopped_by_user"
    there = await begun(sandbox, slack)
    clock.skip(301)
    assert await error_of(slack.chat_appendStream(**there, markdown_text="x")) == "message_not_in_streaming_state"


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"markdown_text": "x" * 12_001}, "msg_too_long"),
        ({"chunks": [{"type": "blocks", "blocks": [actions()]}]}, "invalid_blocks"),
        ({"chunks": [{"type": "marquee"}]}, "invalid_chunks"),
        ({"chunks": [{"type": "markdown_text"}]}, "invalid_chunks"),
        ({"chunks": "x"}, "invalid_chunks"),
    ],
)
async def test_what_is_streamed_has_its_form(
    sandbox: SlackSandbox, slack: AsyncWebClient, more: dict[str, Any], error: str
) -> None:
    there = await begun(sandbox, slack)
    assert await error_of(slack.api_call("chat.appendStream", json={**there, **more})) == error
    assert await error_of(slack.chat_appendStream(**there)) == "no_text"


async def test_a_stream_is_a_reply_and_in_channels_it_says_to_whom(sandbox: SlackSandbox, slack: AsyncWebClient) -> None:
    ts = sandbox.workspace.post(GENERAL, GRACE, "why?").ts
    assert await error_of(slack.chat_startStream(channel=GENERAL, thread_ts="1.1")) == "invalid_thread_ts"
    assert await error_of(slack.chat_startStream(channel=GENERAL, thread_ts=ts)) == "missing_recipient_team_id"
    direct = sandbox.workspace.direct(ADA).id
    asked = sandbox.workspace.post(direct, ADA, "why?").ts
    assert (await slack.chat_startStream(channel=direct, thread_ts=asked))["channel"] == direct
