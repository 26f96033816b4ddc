"""botbuilder behind the inbox: what it makes of each activity, and its known traps."""

import gc
import json
import logging
import os
import socket
from typing import Any, NoReturn

import pytest

from bot.platform import Filled, Joined, Press, Words
from bot.teams.envelope import read
from bot.teams.heard import Heard, Left
from bot.teams.listen import Listener
from tests.bot.teams.activities import (
    ADA,
    BOT,
    CHANNEL,
    COMMON,
    EXECUTE,
    FETCH,
    FORM,
    IN_CHANNEL,
    IN_GROUP,
    INSTALLED,
    KINDS,
    MESSAGE,
    QUERY,
    SERVICE_URL,
    SHORTCUT,
    SHORTCUT_FORM,
    SUBMIT,
    TENANT,
    THREAD,
)


@pytest.fixture
def listener() -> Listener:
    return Listener()


async def heard(activity: dict[str, Any]) -> Heard:
    """As the worker has it: from the stored payload."""
    found = await Listener().hear(json.loads(json.dumps(activity)))
    assert found is not None
    return found


async def test_a_message_in_a_personal_chat_says_what_was_typed_by_whom_and_where() -> None:
    assert await heard(MESSAGE) == Heard(
        what=Words("calendar today"),
        via="message",
        tenant=TENANT,
        user=ADA,
        name="Ada Lovelace",
        zone="Europe/Berlin",
        channel=COMMON["conversation"]["id"],
        thread="",
        route={
            "service_url": SERVICE_URL,
            "conversation": COMMON["conversation"]["id"],
            "type": "personal",
            "bot": BOT["id"],
            "user": COMMON["from"]["id"],
            "team": "",
            "replaces": "",
        },
        message=MESSAGE["id"],
    )


async def test_a_message_in_a_channel_is_answered_in_its_thread_and_the_mention_is_taken_off() -> None:
    found = await heard(IN_CHANNEL)

    assert (found.what, found.via) == (Words("calendar today"), "mention")
    assert (found.channel, found.thread) == (CHANNEL, "1700000000000")
    assert (found.route["conversation"], found.route["type"]) == (THREAD, "channel")
    assert found.route["team"] == "da849743-4259-475f-ae7a-4f4b0fb49943"


async def test_a_message_in_a_group_chat_is_a_mention_without_a_thread() -> None:
    found = await heard(IN_GROUP)

    assert (found.what, found.via, found.channel, found.thread) == (Words("calendar today"), "mention", "19:8f3c@thread.v2", "")
    assert (found.route["type"], found.route["team"]) == ("groupChat", "")


@pytest.mark.parametrize(
    ("told", "type"), [({"isGroup": False}, "personal"), ({"isGroup": True}, "groupChat"), ({}, "personal")]
)
async def test_a_conversation_that_does_not_say_its_type_is_personal_unless_it_is_a_group(
    told: dict[str, bool], type: str
) -> None:
    assert (await heard({**MESSAGE, "conversation": {"id": "c", **told}})).route["type"] == type


async def test_the_bot_is_recognised_by_its_own_name_where_no_entity_says_so() -> None:
    assert (await heard({**MESSAGE, "text": "<at>Interact</at> ping"})).what == Words("ping")


async def test_the_bots_name_is_taken_off_as_a_mention_only() -> None:
    """botbuilder's `remove_mention_text` would leave "in the": it deletes the name wherever it stands."""
    assert (await heard({**IN_CHANNEL, "text": "<at>Interact</at> ask Interact in the UK"})).what == Words(
        "ask Interact in the UK"
    )


@pytest.mark.parametrize("text", [None, "", "<at>Interact</at>", " \r\n"])
async def test_a_bare_mention_or_a_file_alone_has_no_words(text: str | None) -> None:
    assert (await heard({**MESSAGE, "text": text})).what == Words("")


@pytest.mark.parametrize("activity", [SUBMIT, {**SUBMIT, "text": ""}])
async def test_a_submitted_button_leaves_its_card_as_it_is(activity: dict[str, Any]) -> None:
    """It comes as a message without any text."""
    found = await heard(activity)

    assert (found.what, found.via, found.route["replaces"]) == (Press("opaque"), "button", "")


async def test_an_executed_button_says_which_message_is_to_be_replaced() -> None:
    found = await heard(EXECUTE)

    assert (found.what, found.via, found.route["replaces"]) == (Press("opaque"), "button", "1699999999999")


async def test_a_button_that_opens_a_form_is_pressed_too() -> None:
    found = await heard(FETCH)

    assert (found.what, found.via, found.route["replaces"]) == (Press("opaque"), "button", "")


async def test_a_submitted_form_says_its_command_and_its_fields() -> None:
    found = await heard(FORM)

    assert (found.what, found.via) == (Filled("calendar create", {"title": "Lunch"}), "form")


async def test_a_search_is_its_command_filled_in() -> None:
    found = await heard(QUERY)

    assert (found.what, found.via) == (Filled("calendar find", {"text": "lunch"}), "search")


@pytest.mark.parametrize("parameters", [None, [], [{"name": "initialRun", "value": "true"}], [{"name": "text", "value": ""}]])
async def test_a_search_before_anything_is_typed_has_nothing_filled_in(parameters: Any) -> None:
    value = {**QUERY["value"], "parameters": parameters}

    assert (await heard({**QUERY, "value": value})).what == Filled("calendar find", {})


@pytest.mark.parametrize(
    ("activity", "filled"),
    [
        (SHORTCUT, Filled("notion save-message", {"message": "1700000000009"})),
        (SHORTCUT_FORM, Filled("notion save-message", {"message": "1700000000009", "into": "Notes"})),
    ],
)
async def test_a_command_from_a_messages_menu_is_about_that_message_in_its_thread(
    activity: dict[str, Any], filled: Filled
) -> None:
    found = await heard(activity)

    assert (found.what, found.via, found.message) == (filled, "shortcut", "1700000000009")
    assert (found.channel, found.thread, found.route["conversation"]) == (CHANNEL, "1700000000000", THREAD)


async def test_what_begins_a_thread_in_a_channel_is_in_it_and_chats_have_none() -> None:
    began = {**SHORTCUT["value"], "messagePayload": {"id": "1700000000009", "replyToId": None}}
    conversation = {**SHORTCUT["conversation"], "id": CHANNEL}

    assert (await heard({**SHORTCUT, "conversation": conversation, "value": began})).thread == "1700000000009"
    assert (await heard({**SHORTCUT, "conversation": IN_GROUP["conversation"], "value": began})).thread == ""


@pytest.mark.parametrize("activity", [SUBMIT, EXECUTE, FETCH, FORM, QUERY, INSTALLED])
async def test_what_is_pressed_or_filled_in_is_no_message(activity: dict[str, Any]) -> None:
    assert (await heard(activity)).message == ""


@pytest.mark.parametrize("action", ["add", "add-upgrade"])
async def test_the_bot_is_welcome_where_it_is_installed(action: str) -> None:
    found = await heard({**INSTALLED, "action": action})

    assert (found.what, found.via, found.channel, found.user) == (Joined(), "installed", CHANNEL, ADA)


@pytest.mark.parametrize("action", ["remove", "remove-upgrade"])
async def test_the_bot_knows_where_it_is_no_more(action: str) -> None:
    found = await heard({**INSTALLED, "action": action})

    assert (found.what, found.via, found.channel) == (Left(), "removed", CHANNEL)


async def test_an_installation_by_nobody_in_particular_is_heard() -> None:
    found = await heard({**INSTALLED, "from": None, "recipient": None, "entities": None})

    assert (found.what, found.user, found.name, found.route["user"], found.route["bot"]) == (Joined(), "", "", "", "")


@pytest.mark.parametrize(("kind", "activity"), KINDS, ids=lambda value: value if isinstance(value, str) else "")
async def test_all_that_the_envelope_lets_in_is_heard_as_the_same_persons(kind: str, activity: dict[str, Any]) -> None:
    envelope, found = read(activity, b""), await heard(activity)

    assert (envelope.kind, envelope.tenant, envelope.user) == (kind, found.tenant, found.user)
    assert all(isinstance(value, str) for value in found.route.values())


async def test_the_tenant_is_not_lost_where_only_the_conversation_tells_it() -> None:
    """botbuilder's `ConversationAccount.tenant_id` reads a "tenantID" that Teams does not send."""
    assert (await heard({**MESSAGE, "channelData": None})).tenant == TENANT


async def test_the_clients_zone_does_where_the_message_has_none() -> None:
    """What an entity says is in botbuilder's additional properties."""
    assert (await heard(EXECUTE)).zone == "Europe/Berlin"
    assert (await heard({**EXECUTE, "entities": None})).zone == ""
    assert (await heard({**MESSAGE, "localTimezone": "W. Europe Standard Time", "entities": []})).zone == ""


@pytest.mark.parametrize(
    "activity",
    [
        {**MESSAGE, "type": "messageUpdate", "channelData": {"eventType": "editMessage", "tenant": {"id": TENANT}}},
        {**MESSAGE, "type": "typing"},
        {**MESSAGE, "type": "messageReaction", "reactionsAdded": [{"type": "like"}]},
        {**MESSAGE, "type": "conversationUpdate", "membersAdded": [BOT]},
        {**MESSAGE, "type": "conversationUpdate", "membersAdded": None},
        {**EXECUTE, "name": "composeExtension/submitAction", "value": {}},
        {**EXECUTE, "name": "signin/verifyState", "value": {}},
        {**EXECUTE, "name": "unheard/of"},
        {**EXECUTE, "value": {"action": {"type": "Action.Submit", "data": {"offer": "x"}}}},
        {**SUBMIT, "value": {"answer": "yes"}},
        {**INSTALLED, "action": "move"},
    ],
)
async def test_what_asks_nothing_of_us_is_nothing_and_nothing_is_sent(listener: Listener, activity: dict[str, Any]) -> None:
    assert await listener.hear(activity) is None


@pytest.mark.parametrize(("kind", "activity"), KINDS, ids=lambda value: value if isinstance(value, str) else "")
async def test_botbuilder_says_nothing(kind: str, activity: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    """Each `trigger` of a pressed card would be a warning."""
    with caplog.at_level(logging.INFO):
        await heard(activity)

    assert caplog.records == []


async def test_the_stored_activity_is_left_as_it_is(listener: Listener) -> None:
    before = json.dumps(EXECUTE)
    await listener.hear(EXECUTE)

    assert json.dumps(EXECUTE) == before


@pytest.mark.parametrize(
    ("odd", "said"),
    [
        ({**FORM, "value": {"data": {"form": ["CANARY-form"]}}}, "task/submit, some part of it (TypeError)"),
        ({**MESSAGE, "entities": {"type": "CANARY-type"}}, "message, its “entities”"),
    ],
)
async def test_what_can_not_be_read_is_left_alone_with_one_line_that_quotes_nothing_of_it(
    listener: Listener, caplog: pytest.LogCaptureFixture, odd: dict[str, Any], said: str
) -> None:
    assert await listener.hear(odd) is None
    [record] = caplog.records
    assert (record.getMessage(), record.exc_info) == (f"an activity is left alone, for it can't be read: {said}", None)


async def test_one_listener_keeps_apart_what_it_hears(listener: Listener) -> None:
    first, nothing, second = [await listener.hear(each) for each in (MESSAGE, {**MESSAGE, "type": "typing"}, EXECUTE)]
    gc.collect()

    assert first is not None
    assert second is not None
    assert (first.what, nothing, second.what) == (Words("calendar today"), None, Press("opaque"))


async def test_there_is_nothing_to_send_with(listener: Listener) -> None:
    verified = await listener._adapter.bot_framework_authentication.authenticate_request(None, "")
    connector = await verified.connector_factory.create(SERVICE_URL, "audience")

    with pytest.raises(RuntimeError, match="only listens"):
        _ = connector.conversations


class Watched(dict[str, str]):
    """An environment that remembers what was looked for."""

    def __init__(self) -> None:
        super().__init__(os.environ)
        self.asked: list[str] = []

    def __getitem__(self, name: str) -> str:
        self.asked.append(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self.asked.append(name)
        return super().get(name, default)


async def test_botbuilder_takes_nothing_from_the_environment_and_opens_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = Watched()

    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise AssertionError("a connection")

    with monkeypatch.context() as patch:
        patch.setattr(os, "environ", environment)
        patch.setattr(socket, "socket", refuse)
        assert [await heard(activity) for _, activity in KINDS]

    assert environment.asked == []
