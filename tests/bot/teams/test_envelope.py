"""What a verified activity is: every kind is told apart, nothing in one makes the reader stumble."""

import json
from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.strict_json import Malformed, strict_json
from bot.teams.envelope import Envelope, moment, read
from tests.bot.teams.activities import (
    ADA,
    BOT,
    CHANNEL,
    EXECUTE,
    FETCH,
    FORM,
    IN_CHANNEL,
    IN_GROUP,
    INSTALLED,
    KINDS,
    MENTION,
    MESSAGE,
    QUERY,
    SUBMIT,
    TENANT,
    THREAD,
)

patient = settings(deadline=None)
PERSONAL = MESSAGE["conversation"]["id"]


def parsed(body: bytes) -> Envelope:
    return read(strict_json(body), body)


def of(payload: Any) -> Envelope:
    return parsed(json.dumps(payload).encode())


@pytest.mark.parametrize(("kind", "activity"), KINDS, ids=lambda value: value if isinstance(value, str) else "")
def test_every_kind_is_told_apart(kind: str, activity: dict[str, Any]) -> None:
    envelope = of(activity)
    assert (envelope.kind, envelope.tenant, envelope.user, envelope.payload) == (kind, TENANT, ADA, activity)


@pytest.mark.parametrize(
    ("timestamp", "seconds"),
    [
        ("2023-11-14T22:13:20.0012345Z", 1700000000.001234),
        ("2023-11-14T23:13:20+01:00", 1700000000.0),
        ("2023-11-14T22:13:20", 1700000000.0),
        ("0001-01-01T00:00:00Z", 0.0),
        ("yesterday", 0.0),
        (None, 0.0),
        ([], 0.0),
    ],
)
def test_when_it_was_said_is_told_where_the_activity_tells_it(timestamp: object, seconds: float) -> None:
    assert moment({**MESSAGE, "timestamp": timestamp}) == seconds


def test_an_activity_is_known_by_its_conversation_and_its_id() -> None:
    assert of(MESSAGE).key == f"teams:{PERSONAL}:1700000000001"
    assert of(MESSAGE).key == of({**MESSAGE, "timestamp": "2023-11-14T22:13:36Z"}).key, "a second delivery"
    assert of(MESSAGE).key != of({**MESSAGE, "id": "1700000000002"}).key
    assert of(MESSAGE).key != of(IN_CHANNEL).key


def test_an_activity_without_an_id_is_known_by_the_digest_of_its_body() -> None:
    anonymous = {name: value for name, value in MESSAGE.items() if name != "id"}
    assert of(anonymous).key == of(anonymous).key
    assert of(anonymous).key != of({**anonymous, "text": "help"}).key
    assert len(of(anonymous).key) == len("teams:") + 64


def test_messages_of_one_thread_wait_for_each_other_whoever_writes() -> None:
    grace = {**IN_CHANNEL, "from": {"id": "29:grace"}}
    assert of(IN_CHANNEL).conversation == of(grace).conversation == f"teams:{TENANT}:{THREAD}"


def test_outside_threads_each_person_has_a_turn_of_their_own() -> None:
    grace = {**IN_GROUP, "from": {"id": "29:grace"}}
    assert of(grace).conversation == f"teams:{TENANT}:19:8f3c@thread.v2:29:grace"
    assert of(IN_GROUP).conversation == f"teams:{TENANT}:19:8f3c@thread.v2:{ADA}"
    assert of(INSTALLED).conversation == f"teams:{TENANT}:{CHANNEL}:{ADA}"


@pytest.mark.parametrize("activity", [EXECUTE, SUBMIT, {**EXECUTE, "conversation": IN_CHANNEL["conversation"]}])
def test_to_stop_an_answer_does_not_wait_for_its_end(activity: dict[str, Any]) -> None:
    stop = {"offer": "stop-1"}
    value = {"action": {**EXECUTE["value"]["action"], "data": stop}} if activity["type"] == "invoke" else stop

    assert of({**activity, "value": value}).conversation == f"teams:{TENANT}:stop-1"
    assert of(activity).conversation != f"teams:{TENANT}:stop-1"


def test_ids_too_long_for_the_inbox_together_are_digested() -> None:
    long = {**MESSAGE, "id": "i" * 255, "conversation": {"id": "c" * 255}, "from": {"id": "29:" + "u" * 252}}
    envelope = of(long)
    assert len(envelope.key) <= 500 >= len(envelope.conversation)
    assert envelope.key != of({**long, "id": "j" * 255}).key


def test_the_tenant_is_where_teams_documents_it_else_in_the_conversation() -> None:
    assert of({**MESSAGE, "channelData": {"tenant": {"id": "t1"}}}).tenant == "t1"
    assert of({**MESSAGE, "channelData": None}).tenant == TENANT


def test_a_person_without_an_id_in_entra_goes_by_the_one_in_teams() -> None:
    assert of({**MESSAGE, "from": {"id": "29:guest"}}).user == "29:guest"


@pytest.mark.parametrize("sender", [BOT, {"id": "28:another"}, {"id": "29:x", "role": "bot"}])
@pytest.mark.parametrize("activity", [MESSAGE, IN_CHANNEL, SUBMIT, EXECUTE, FORM])
def test_bots_are_not_answered(activity: dict[str, Any], sender: dict[str, Any]) -> None:
    assert of({**activity, "from": sender}).kind == "other"


@pytest.mark.parametrize(
    "entities",
    [
        None,
        [],
        [{"type": "clientInfo"}],
        [{**MENTION, "mentioned": {"id": "29:grace"}}],
        [{**MENTION, "type": "tag"}],
        [None, 7],
    ],
)
@pytest.mark.parametrize("activity", [IN_CHANNEL, IN_GROUP])
def test_what_is_said_around_the_bot_is_dropped(activity: dict[str, Any], entities: Any) -> None:
    assert of({**activity, "entities": entities}).kind == "other"


def test_a_mention_of_nobody_is_not_one_of_a_bot_without_an_id() -> None:
    nobody = {**MENTION, "mentioned": {"id": ""}}
    assert of({**IN_CHANNEL, "recipient": {"id": ""}, "entities": [nobody]}).kind == "other"


@pytest.mark.parametrize(
    ("conversation", "kind"),
    [
        ({"id": "c"}, "message"),
        ({"id": "c", "isGroup": False}, "message"),
        ({"id": "c", "conversationType": "personal"}, "message"),
        ({"id": "c", "isGroup": True}, "other"),
        ({"id": "c", "conversationType": "groupChat"}, "other"),
        ({"id": "c", "conversationType": "channel", "isGroup": False}, "other"),
    ],
)
def test_in_a_personal_chat_nobody_needs_to_be_mentioned(conversation: dict[str, Any], kind: str) -> None:
    assert of({**MESSAGE, "conversation": conversation}).kind == kind


@pytest.mark.parametrize(
    "activity",
    [
        {"type": "messageUpdate", "channelData": {"eventType": "editMessage", "tenant": {"id": TENANT}}},
        {"type": "messageDelete"},
        {"type": "messageReaction", "reactionsAdded": [{"type": "like"}]},
        {"type": "typing"},
        {"type": "conversationUpdate", "membersAdded": [BOT]},
        {"type": "event", "name": "application/vnd.microsoft.readReceipt"},
        {"type": "installationUpdate", "action": "move"},
        {"type": "Message"},
        {"type": None},
        {"type": ["message"]},
    ],
)
def test_what_nobody_says_to_the_bot_is_dropped(activity: dict[str, Any]) -> None:
    assert of({**MESSAGE, **activity}).kind == "other"


@pytest.mark.parametrize("name", ["signin/verifyState", "composeExtension/fetchTask", "message/submitAction", "", None, ["x"]])
def test_an_unknown_invoke_is_dropped_and_still_said_to_be_one(name: Any) -> None:
    envelope = of({**EXECUTE, "name": name})
    assert envelope.kind == "other"


@pytest.mark.parametrize(
    ("activity", "value"),
    [
        (EXECUTE, None),
        (EXECUTE, []),
        (EXECUTE, {"action": "x"}),
        (EXECUTE, {"action": {"verb": "press", "data": {}}}),
        (EXECUTE, {"action": {"verb": "press", "data": {"offer": 7}}}),
        (EXECUTE, {"action": {"verb": "press", "data": {"offer": "x" * 256}}}),
        (FETCH, {"data": {"offer": ""}}),
        (FORM, {"data": {"title": "Lunch"}}),
        (QUERY, {"parameters": []}),
        (SUBMIT, {"offer": ""}),
        (SUBMIT, {"answer": "yes"}),
        (SUBMIT, "opaque"),
    ],
)
def test_a_press_that_carries_nothing_of_ours_is_dropped(activity: dict[str, Any], value: Any) -> None:
    assert of({**activity, "value": value}).kind == "other"


def test_a_message_with_words_is_one_whatever_else_it_carries() -> None:
    assert of({**MESSAGE, "value": {"offer": "opaque"}}).kind == "message"
    assert of({**SUBMIT, "text": ""}).kind == "submit"
    assert of({**MESSAGE, "text": None}).kind == "message", "a file alone, for instance"
    assert of({**IN_CHANNEL, **{name: SUBMIT[name] for name in ("text", "value")}, "entities": None}).kind == "submit"


@pytest.mark.parametrize(
    ("action", "kind"),
    [("add", "installed"), ("add-upgrade", "installed"), ("remove", "removed"), ("remove-upgrade", "removed")],
)
def test_upgrades_that_bring_the_bot_or_take_it_away_count_as_such(action: str, kind: str) -> None:
    assert of({**INSTALLED, "action": action}).kind == kind


def test_a_bot_may_be_installed_by_nobody_in_particular() -> None:
    envelope = of({**INSTALLED, "from": None})
    assert (envelope.kind, envelope.user) == ("installed", "")


@pytest.mark.parametrize("value", [None, "", 7, [], {}, True, "x" * 256])
@pytest.mark.parametrize(("kind", "activity"), KINDS, ids=lambda value: value if isinstance(value, str) else "")
def test_an_id_that_is_needed_has_to_be_one(kind: str, activity: dict[str, Any], value: Any) -> None:
    nowhere = {**activity, "conversation": {**activity["conversation"], "id": value}}
    nobody = {**activity, "from": {"id": value, "aadObjectId": ADA}}
    for wrong in [nowhere] if kind == "installed" else [nowhere, nobody]:
        with pytest.raises(Malformed):
            of(wrong)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"7", b'"message"', b"{}x", b'{"a": NaN}', b"\xff", b"\xef\xbb\xbf{}"]
)
def test_what_is_malformed_is_said_to_be(body: bytes) -> None:
    with pytest.raises(Malformed):
        parsed(body)


def test_nul_and_lone_surrogates_become_visible() -> None:
    body = json.dumps({**MESSAGE, "text": "a\0b", "id": "1\ud800"}).encode()
    envelope = parsed(body)
    assert (envelope.payload["text"], envelope.key) == ("a\ufffdb", f"teams:{PERSONAL}:1\ufffd")


# Whatever stands in any position of a genuine body, the answer is an envelope or Malformed.

TEXT = st.text(st.characters(exclude_categories=()), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda children: st.lists(children, max_size=3) | st.dictionaries(TEXT, children, max_size=3),
    max_leaves=6,
)


def positions(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    entries = list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    return [(*path, key) for key, _ in entries] + [deeper for key, each in entries for deeper in positions(each, (*path, key))]


@st.composite
def bent(draw: st.DrawFn) -> dict[str, Any]:
    payload: dict[str, Any] = deepcopy(draw(st.sampled_from([activity for _, activity in KINDS])))
    for _ in range(draw(st.integers(1, 3))):
        *path, last = draw(st.sampled_from(positions(payload)))
        parent: Any = payload
        for step in path:
            parent = parent[step]
        if draw(st.booleans()):
            del parent[last]
        else:
            parent[last] = draw(JSON)
    return payload


def is_storable(envelope: Envelope) -> bool:
    json.dumps(dict(envelope.payload), allow_nan=False, ensure_ascii=False).encode()
    ours = [envelope.key, envelope.conversation, envelope.tenant, envelope.user]
    return all("\0" not in text and text.encode() is not None for text in ours)


@patient
@given(bent())
def test_a_field_that_is_missing_or_of_another_type_is_survived(payload: dict[str, Any]) -> None:
    with suppress(Malformed):
        envelope = of(payload)
        assert is_storable(envelope)
        assert len(envelope.key) <= 500 >= len(envelope.conversation)


@patient
@given(st.dictionaries(TEXT | st.sampled_from(sorted(IN_CHANNEL)), JSON, max_size=6))
def test_any_object_at_all_is_survived(payload: dict[str, Any]) -> None:
    with suppress(Malformed):
        assert is_storable(of(payload))


@patient
@given(st.binary(max_size=80))
def test_any_bytes_at_all_are_survived(body: bytes) -> None:
    for start in (b"", b"{", b'{"type": "message", "text": "'):
        with suppress(Malformed):
            assert is_storable(parsed(start + body))
