"""Bolt behind the inbox: what it makes of each delivery, and its known traps."""

import gc
import json
import logging
import os
from typing import Any

import pytest

from bot.platform import Filled, Gone, Press, Words
from bot.slack.listen import Listener

WHO = {"team": {"id": "T1"}, "user": {"id": "U1"}}
LEFT_ALONE = "a delivery is left alone, for it can't be read"


@pytest.fixture
def listener() -> Listener:
    return Listener("http://127.0.0.1:9/api/")


def command(text: str, name: str = "/calendar") -> dict[str, Any]:
    ids = {"team_id": "T1", "user_id": "U1", "channel_id": "C1", "trigger_id": "1.2", "response_url": "http://127.0.0.1:9/r"}
    return {"command": name, "text": text, **ids}


def event(**fields: Any) -> dict[str, Any]:
    told = {"user": "U1", "channel": "C1", "ts": "1.1", **fields}
    return {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": told}


async def test_a_slash_command_is_its_name_and_its_text(listener: Listener) -> None:
    heard = await listener.hear(command("today day=fri"))

    assert heard is not None
    assert (heard.what, heard.via, heard.user, heard.channel) == (Words("calendar today day=fri"), "slash", "U1", "C1")
    assert heard.route == {"response_url": "http://127.0.0.1:9/r", "trigger_id": "1.2"}


async def test_the_general_command_adds_nothing_to_its_text(listener: Listener) -> None:
    heard = await listener.hear(command("ping hello", "/interact"))

    assert heard is not None
    assert heard.what == Words("ping hello")


@pytest.mark.parametrize("text", ["payload", "payload=1", "the payload service is down", 'payload={"type":"block_actions"}'])
async def test_the_word_payload_does_not_swallow_a_command(listener: Listener, text: str) -> None:
    heard = await listener.hear(command(text, "/ping"))

    assert heard is not None
    assert heard.what == Words(f"ping {text}")


async def test_a_mention_is_taken_off_the_words(listener: Listener) -> None:
    heard = await listener.hear(event(type="app_mention", text="<@UBOT> ping  <mailto:a@b.test|a@b.test>"))

    assert heard is not None
    assert (heard.what, heard.via, heard.thread) == (Words("ping  a@b.test"), "mention", "")


async def test_a_message_in_a_thread_is_answered_in_that_thread(listener: Listener) -> None:
    heard = await listener.hear(event(type="message", channel="D1", channel_type="im", text="ping", thread_ts="0.9"))

    assert heard is not None
    assert (heard.what, heard.via, heard.channel, heard.thread) == (Words("ping"), "message", "D1", "0.9")


@pytest.mark.parametrize("sign", [{"bot_id": "B1"}, {"app_id": "A1"}, {"user": None}])
async def test_bots_are_not_answered(listener: Listener, sign: dict[str, Any]) -> None:
    assert await listener.hear(event(type="app_mention", text="<@UBOT> ping", **sign)) is None


@pytest.mark.parametrize("type", ["app_mention", "message"])
async def test_the_message_that_asks_is_known_by_its_timestamp(listener: Listener, type: str) -> None:
    heard = await listener.hear(event(type=type, channel="D1", channel_type="im", text="ping", ts="1.1"))

    assert heard is not None
    assert heard.message == "1.1"


@pytest.mark.parametrize(("told", "thread"), [({}, "1.1"), ({"thread_ts": "0.9"}, "0.9")])
async def test_a_command_from_a_messages_menu_is_about_that_message(
    listener: Listener, told: dict[str, str], thread: str
) -> None:
    body = {
        "type": "message_action",
        "callback_id": "notion save",
        "team": {"id": "T1"},
        "user": {"id": "U1"},
        "channel": {"id": "C1"},
        "message": {"ts": "1.1", "user": "U2", "bot_id": "B9", "text": "ship it", **told},
        "trigger_id": "1.2",
        "response_url": "http://127.0.0.1:9/r",
    }
    heard = await listener.hear(body)

    assert heard is not None
    assert (heard.what, heard.via) == (Filled("notion save", {"message": "1.1"}), "shortcut")
    assert (heard.channel, heard.thread, heard.message) == ("C1", thread, "1.1")
    assert heard.route == {"response_url": "http://127.0.0.1:9/r", "trigger_id": "1.2"}


async def test_a_press_carries_its_opaque_id_only(listener: Listener) -> None:
    body = {
        "type": "block_actions",
        "team": {"id": "T1"},
        "user": {"id": "U1"},
        "container": {"type": "message", "channel_id": "C1", "message_ts": "1.1", "thread_ts": "0.9"},
        "trigger_id": "1.2",
        "actions": [{"type": "button", "action_id": "press:0", "block_id": "b", "value": "opaque"}],
    }

    heard = await listener.hear(body)

    assert heard is not None
    assert (heard.what, heard.via, heard.channel, heard.thread) == (Press("opaque"), "button", "C1", "0.9")
    assert heard.route == {"response_url": "", "trigger_id": "1.2", "pressed": "1.1"}


async def test_a_press_in_the_home_tab_has_no_channel(listener: Listener) -> None:
    body = {
        "type": "block_actions",
        "team": {"id": "T1"},
        "user": {"id": "U1"},
        "container": {"type": "view", "view_id": "V1"},
        "view": {"id": "V1", "type": "home"},
        "trigger_id": "1.2",
        "actions": [{"type": "button", "action_id": "press:0", "block_id": "b", "value": "opaque"}],
    }

    heard = await listener.hear(body)

    assert heard is not None
    assert (heard.what, heard.via, heard.channel) == (Press("opaque"), "button", "")
    assert heard.route["pressed"] == "", "there is no card that could settle"


async def test_an_opened_home_tab_asks_for_the_integrations(listener: Listener) -> None:
    heard = await listener.hear(event(type="app_home_opened", tab="home", channel="D1"))

    assert heard is not None
    assert (heard.what, heard.via, heard.user, heard.channel) == (Words("integrations"), "home", "U1", "D1")


@pytest.mark.parametrize(
    ("told", "gone"),
    [
        ({"type": "app_uninstalled"}, Gone("T1")),
        ({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["UBOT"]}}, Gone("T1")),
        ({"type": "user_change", "user": {"id": "U7", "deleted": True}}, Gone("T1", "U7")),
    ],
)
async def test_who_leaves_is_gone(listener: Listener, told: dict[str, Any], gone: Gone) -> None:
    heard = await listener.hear({"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event_time": 5, "event": told})

    assert heard is not None
    assert (heard.what, heard.route) == (gone, {"at": "5"})


@pytest.mark.parametrize("tokens", [{"oauth": ["U1"]}, {"oauth": ["U1"], "bot": []}, None])
async def test_tokens_of_people_which_the_bot_has_none_of_are_nobodys_end(listener: Listener, tokens: Any) -> None:
    told = {"type": "tokens_revoked", "tokens": tokens}

    assert await listener.hear({"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": told}) is None


async def test_a_submitted_form_says_its_command_and_its_fields(listener: Listener) -> None:
    told = json.dumps({"command": "calendar create", "channel": "C1", "thread": ""})
    values = {"title": {"value": {"type": "plain_text_input", "value": "Lunch"}}, "place": {"value": {"value": None}}}
    view = {"type": "modal", "callback_id": "command_form", "private_metadata": told, "state": {"values": values}}

    heard = await listener.hear({"type": "view_submission", "team": {"id": "T1"}, "user": {"id": "U1"}, "view": view})

    assert heard is not None
    assert heard.what == Filled("calendar create", {"title": "Lunch"})


def previewed(metadata: str = '{"command": "calendar create", "channel": "C1", "thread": "0.9"}') -> dict[str, Any]:
    """A press of Preview in a form that is only half filled in."""
    values = {"title": {"value": {"type": "plain_text_input", "value": "Lunch"}}, "start": {"value": {"value": None}}}
    view = {"type": "modal", "callback_id": "command_form", "private_metadata": metadata, "state": {"values": values}}
    return {
        "type": "block_actions",
        "team": {"id": "T1"},
        "user": {"id": "U1"},
        "container": {"type": "view", "view_id": "V1"},
        "view": view,
        "trigger_id": "1.2",
        "actions": [{"type": "button", "action_id": "preview", "block_id": "b"}],
    }


async def test_a_press_of_preview_says_what_is_entered_so_far(listener: Listener) -> None:
    heard = await listener.hear(previewed())

    assert heard is not None
    assert heard.what == Filled("calendar create", {"title": "Lunch"}, dry_run=True)
    assert (heard.via, heard.user, heard.channel, heard.thread) == ("form", "U1", "C1", "0.9")


@pytest.mark.parametrize("metadata", ["", "[]", "{}", '{"command": 1, "channel": "C1", "thread": ""}'])
async def test_a_press_of_preview_in_no_form_of_ours_is_left_alone(
    listener: Listener, caplog: pytest.LogCaptureFixture, metadata: str
) -> None:
    assert await listener.hear(previewed(metadata)) is None
    [record] = caplog.records
    assert record.getMessage().startswith(f"{LEFT_ALONE}: block_actions, ")


async def test_other_events_ask_nothing_and_bolt_says_nothing(listener: Listener, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        assert await listener.hear(event(type="reaction_added")) is None

    assert caplog.records == []


@pytest.mark.parametrize(
    ("odd", "said"),
    [
        ({"command": "/ping", "text": "CANARY-text", "team_id": "T1", "channel_id": "C1"}, "command, its “user_id”"),
        (event(type="app_mention", text="CANARY-text", ts=None), "app_mention, some part of it (TypeError)"),
        (event(type="app_mention", text=["CANARY-text"]), "app_mention, some part of it (TypeError)"),
        (event(type="app_mention", text="ping", channel=["CANARY-text"]), "app_mention, its “channel”"),
        (event(type="app_mention", text="ping", user="<@CANARY-text>"), "app_mention, its “user”"),
        (
            {"type": "message_action", "callback_id": "notion save", **WHO, "message": {"ts": "1.1"}},
            "message_action, its “channel”",
        ),
    ],
)
async def test_what_can_not_be_read_is_left_alone_with_one_line_that_quotes_nothing_of_it(
    listener: Listener, caplog: pytest.LogCaptureFixture, odd: dict[str, Any], said: str
) -> None:
    assert await listener.hear(odd) is None
    [record] = caplog.records
    assert (record.getMessage(), record.exc_info) == (f"{LEFT_ALONE}: {said}", None)


async def test_when_an_event_was_said_is_told_by_its_message(listener: Listener) -> None:
    told = [event(type="app_mention", text="ping", ts=ts) for ts in ("1700000000.000100", "nan", "1")]

    assert [heard.said for each in told if (heard := await listener.hear(each))] == [1700000000.0001, 0.0, 0.0]
    assert [heard.said for heard in [await listener.hear(command("today"))] if heard] == [0.0]


async def test_a_listener_is_done_when_bolt_returns_so_that_nothing_can_be_collected_half_way(listener: Listener) -> None:
    heard = await listener.hear(command("today"))
    gc.collect()

    assert heard is not None


async def test_bolt_asks_slack_nothing_per_delivery(listener: Listener) -> None:
    """Nothing listens at the base URL: an `auth.test` per delivery would fail here."""
    assert [await listener.hear(command("today")) for _ in range(3)] != [None, None, None]


async def test_bolt_takes_nothing_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"):
        monkeypatch.setenv(name, f"CANARY-{name}")

    bolt = Listener("http://127.0.0.1:9/api/").bolt

    assert bolt.oauth_flow is None
    assert bolt.client.token is None
    assert caplog.records == []
    assert os.environ["SLACK_BOT_TOKEN"] == "CANARY-SLACK_BOT_TOKEN"
