"""What a verified body is: every kind is told apart, nothing in one makes the reader stumble."""

import json
from contextlib import suppress
from copy import deepcopy
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack.envelope import Envelope, read, read_socket
from bot.strict_json import Malformed

patient = settings(deadline=None)
AT = "1700000000"
COMMAND = {
    "token": "x",
    "team_id": "T1",
    "channel_id": "C1",
    "user_id": "U1",
    "command": "/calendar",
    "text": "create “Lunch & co” 100%",
    "api_app_id": "A1",
    "response_url": "https://hooks.slack.com/commands/T1/1/x",
    "trigger_id": "13345224609.738474920.8088930838d88f008e0",
}
MENTION: dict[str, Any] = {
    "type": "event_callback",
    "team_id": "T1",
    "event_id": "Ev1",
    "event_time": 1700000000,
    "authorizations": [{"enterprise_id": None, "team_id": "T1", "user_id": "UBOT", "is_bot": True}],
    "event": {"type": "app_mention", "user": "U1", "channel": "C1", "text": "<@UBOT> help", "ts": "1.2", "event_ts": "1.2"},
}
DIRECT: dict[str, Any] = {**MENTION, "event": {**MENTION["event"], "type": "message", "channel": "D1", "channel_type": "im"}}
PRESS: dict[str, Any] = {
    "type": "block_actions",
    "team": {"id": "T1", "domain": "d"},
    "user": {"id": "U1", "team_id": "T1", "username": "ada"},
    "channel": {"id": "C1", "name": "general"},
    "container": {"type": "message", "channel_id": "C1", "message_ts": "3.4", "thread_ts": "1.2"},
    "trigger_id": "1.2.3",
    "actions": [{"action_id": "press:0", "type": "button", "value": "opaque"}],
}
SUBMISSION: dict[str, Any] = {"type": "view_submission", "team": {"id": "T1"}, "user": {"id": "U1"}, "view": {"id": "V1"}}


def of_json(payload: Any) -> Envelope:
    return read(json.dumps(payload).encode(), AT)


def of_form(fields: dict[str, str]) -> Envelope:
    return read(urlencode(fields).encode(), AT)


def of_interaction(payload: Any) -> Envelope:
    return of_form({"payload": json.dumps(payload)})


def test_a_mention_is_an_event_known_by_its_id() -> None:
    envelope = of_json(MENTION)
    assert (envelope.kind, envelope.key) == ("event", "slack:T1:Ev1")
    assert (envelope.team, envelope.user, envelope.channel, envelope.thread) == ("T1", "U1", "C1", "")
    assert envelope.payload == MENTION


def test_a_redelivered_event_has_the_same_key_whenever_it_comes() -> None:
    assert of_json(MENTION).key == read(json.dumps(MENTION).encode(), "1700000060").key


def test_a_command_is_known_by_the_digest_of_what_was_signed() -> None:
    envelope = of_form(COMMAND)
    assert (envelope.kind, envelope.team, envelope.user, envelope.channel) == ("command", "T1", "U1", "C1")
    assert envelope.payload == COMMAND
    assert envelope.key == of_form(COMMAND).key
    again = {**COMMAND, "trigger_id": "another"}
    assert len({envelope.key, of_form(again).key, read(urlencode(COMMAND).encode(), "1700000001").key}) == 3


def test_a_command_that_speaks_of_a_payload_is_still_a_command() -> None:
    assert of_form({**COMMAND, "text": "the payload is stuck"}).kind == "command"
    assert of_form({**COMMAND, "payload": "{}"}).kind == "command"


@pytest.mark.parametrize(
    ("type", "kind"),
    [
        ("block_actions", "action"),
        ("view_submission", "view"),
        ("block_suggestion", "suggestion"),
        ("shortcut", "shortcut"),
        ("message_action", "message_action"),
        ("view_closed", "other"),
        ("interactive_message", "other"),
    ],
)
def test_interactions_are_told_apart(type: str, kind: str) -> None:
    envelope = of_interaction({**PRESS, "type": type})
    assert (envelope.kind, envelope.team, envelope.user, envelope.channel) == (kind, "T1", "U1", "C1")


def test_a_press_within_a_form_waits_for_its_persons_turn_and_keeps_what_is_entered() -> None:
    view = {"id": "V1", "type": "modal", "state": {"values": {"title": {"value": {"value": "Lunch"}}}}}
    told = {name: value for name, value in PRESS.items() if name not in ("channel", "message", "response_url")}
    envelope = of_interaction({**told, "container": {"type": "view", "view_id": "V1"}, "view": view})
    assert (envelope.kind, envelope.conversation, envelope.payload["view"]) == ("action", "slack:T1::U1", view)


def test_what_slack_asks_of_the_address_itself_needs_no_ids() -> None:
    assert of_json({"type": "url_verification", "token": "x", "challenge": "abc"}).payload["challenge"] == "abc"
    assert of_json({"type": "url_verification", "challenge": "abc"}).kind == "url_verification"
    assert of_form({"ssl_check": "1", "token": "x"}).kind == "ssl_check"
    assert of_json({"type": "app_rate_limited", "team_id": "T1", "minute_rate_limited": 1}).kind == "other"


def test_messages_of_one_thread_wait_for_each_other_whoever_writes() -> None:
    thread = {**DIRECT["event"], "thread_ts": "1.2"}
    ada, grace = of_json({**DIRECT, "event": thread}), of_json({**DIRECT, "event": {**thread, "user": "U2"}})
    assert ada.conversation == grace.conversation == "slack:T1:D1:1.2"


def test_outside_threads_each_person_has_a_turn_of_their_own() -> None:
    conversations = {of_form({**COMMAND, "user_id": user}).conversation for user in ("U1", "U2")}
    assert conversations == {"slack:T1:C1:U1", "slack:T1:C1:U2"}
    assert of_json(MENTION).conversation == "slack:T1:C1:U1"


def test_a_press_belongs_to_the_thread_of_its_message() -> None:
    assert of_interaction(PRESS).conversation == "slack:T1:C1:1.2"
    in_message = {**PRESS, "container": {"type": "message", "channel_id": "C1"}, "message": {"thread_ts": "7.8"}}
    assert of_interaction(in_message).thread == "7.8"


def test_a_press_that_stops_an_answer_does_not_wait_behind_it() -> None:
    stop = {**PRESS, "actions": [{**PRESS["actions"][0], "value": "stop-abc"}]}
    assert of_interaction(stop).conversation == "slack:T1:stop-abc"


@pytest.mark.parametrize("actions", [None, [], ["stop-1"], [None], {"value": "stop-1"}, [{"value": ["stop-1"]}], [{}]])
def test_what_is_no_such_press_waits_its_turn(actions: Any) -> None:
    assert of_interaction({**PRESS, "actions": actions}).conversation == "slack:T1:C1:1.2"


def test_a_press_in_an_ephemeral_message_or_an_organisation_wide_app_still_says_where_and_who() -> None:
    press = {**PRESS, "team": None, "channel": None}
    assert of_interaction(press).conversation == "slack:T1:C1:1.2"


def test_a_form_that_is_submitted_waits_for_its_person_only() -> None:
    assert of_interaction(SUBMISSION).conversation == "slack:T1::U1"


@pytest.mark.parametrize(
    "changed",
    [
        {"subtype": "message_changed"},
        {"subtype": "message_deleted"},
        {"subtype": "bot_message"},
        {"subtype": "channel_join"},
        {"bot_id": "B1"},
        {"bot_profile": {}},
        {"type": "app_mention", "edited": {"user": "U1", "ts": "1706785427.000000"}},
        {"user": None},
        {"user": ""},
        {"channel_type": "channel"},
        {"channel_type": "mpim"},
        {"channel_type": None, "channel": "C1"},
        {"channel_type": None, "channel": ""},
        {"type": None},
    ],
)
def test_what_nobody_said_to_the_bot_is_dropped(changed: dict[str, Any]) -> None:
    event = {**DIRECT["event"], **changed}
    assert of_json({**DIRECT, "event": event}).kind == "other"


def test_a_message_that_does_not_say_its_kind_of_channel_is_direct_where_the_channels_id_is() -> None:
    event = {name: value for name, value in DIRECT["event"].items() if name != "channel_type"}
    assert of_json({**DIRECT, "event": event}).kind == "event"
    assert of_json({**DIRECT, "event": {**event, "channel": "G1"}}).kind == "other"
    assert of_json({**DIRECT, "event": {**event, "channel": {"id": "D1"}}}).kind == "other"


@pytest.mark.parametrize("subtype", ["file_share", "me_message", "thread_broadcast"])
def test_what_a_person_writes_in_another_way_counts(subtype: str) -> None:
    assert of_json({**DIRECT, "event": {**DIRECT["event"], "subtype": subtype}}).kind == "event"


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ({"type": "app_uninstalled"}, "event"),
        ({"type": "tokens_revoked", "tokens": {"bot": ["UBOT"]}}, "event"),
        ({"type": "user_change", "user": {"id": "U1", "deleted": True}}, "event"),
        ({"type": "user_change", "user": {"id": "U1", "deleted": False}}, "other"),
        ({"type": "user_change", "user": {"id": "U1"}}, "other"),
        ({"type": "user_change", "user": "U1"}, "other"),
        ({"type": "app_home_opened", "tab": "home", "user": "U1", "channel": "D1"}, "event"),
        ({"type": "app_home_opened", "tab": "messages", "user": "U1", "channel": "D1"}, "other"),
        ({"type": "app_home_opened", "user": "U1", "channel": "D1"}, "other"),
    ],
)
def test_who_leaves_is_heard_and_the_home_tab_but_not_every_change_of_everybody(event: dict[str, Any], kind: str) -> None:
    assert of_json({**DIRECT, "event": event}).kind == kind


def test_a_mention_by_another_bot_is_dropped() -> None:
    assert of_json({**MENTION, "event": {**MENTION["event"], "bot_id": "B2"}}).kind == "other"


def test_socket_mode_reads_the_same_and_knows_a_command_by_its_content() -> None:
    assert read_socket(MENTION).key == of_json(MENTION).key
    assert read_socket(COMMAND) == read_socket(dict(reversed(COMMAND.items())))
    assert read_socket(COMMAND).key != read_socket({**COMMAND, "text": "else"}).key
    assert read_socket(PRESS).conversation == of_interaction(PRESS).conversation


def test_nul_and_lone_surrogates_become_visible_and_whole_emoji_stay() -> None:
    body = b'{"type": "event_callback", "a\\u0000": ["\\ud800x", "\\udc00\\ud83d\\ude00", {"b": "\\ud83d"}], "c": "\\u00e9"}'
    payload = read(body, AT).payload
    assert payload["a\ufffd"] == ["\ufffdx", "\ufffd😀", {"b": "\ufffd"}]
    assert payload["c"] == "é"
    assert of_form({**COMMAND, "text": "a\0b"}).payload["text"] == "a\ufffdb"
    assert read(urlencode(COMMAND).encode() + b"&x=%ED%A0%80%FF", AT).payload["x"] == "\ufffd" * 4


def test_a_name_that_comes_twice_counts_the_last_time_as_for_everybody_else() -> None:
    assert read(b'{"type": "x", "type": "url_verification"}', AT).kind == "url_verification"
    assert read(b"ssl_check=1&a=1&a=2", AT).payload["a"] == "2"


def nested(levels: int) -> bytes:
    return b'{"type":"x","a":' + b"[" * (levels - 1) + b"]" * (levels - 1) + b"}"


def test_nesting_is_taken_down_to_sixty_four_levels() -> None:
    assert read(nested(64), AT).kind == "other"
    wide = json.dumps({"type": "x", "a": [{}] * 1000}).encode()
    assert len(read(wide, AT).payload["a"]) == 1000
    with pytest.raises(Malformed):
        read(nested(65), AT)


MALFORMED = (
    *(b"{", b"{}x", b'{"a": NaN}', b'{"a": Infinity}', b'{"a": -Infinity}', b'{"a": 1e400}', b'{"a": "\n"}', b"{'a': 1}"),
    *(b'{"a": %b}' % (b"9" * digits) for digits in (20, 5000, 100_000)),
    *(b'{"a": -%b}' % (b"9" * 5000), nested(1000), nested(100_000), b'{"a":' * 100_000, b"\xef\xbb\xbf{}", b"{\xff}"),
    *(
        b"payload=",
        b"payload=1",
        b"payload=null",
        b"payload=%5B%5D",
        b"payload=%7B",
        b"payload=%ff",
        b"a=\xff",
        b"a=\0",
        b"&" * 101,
    ),
)


@pytest.mark.parametrize("body", MALFORMED, ids=lambda body: repr(body[:24]))
def test_what_is_malformed_is_said_to_be(body: bytes) -> None:
    if body.startswith(b"\xef"):
        assert read(body, AT).kind == "other"  # a byte order mark makes it a form of no known field
        return
    with pytest.raises(Malformed) as raised:
        read(body, AT)
    assert "9999" not in str(raised.value), "what was sent does not come back in the error"


@pytest.mark.parametrize(
    ("payload", "name"),
    [(MENTION, "event_id"), (MENTION, "team_id"), (PRESS, "user"), (SUBMISSION, "user"), (SUBMISSION, "team")],
)
@pytest.mark.parametrize("value", [None, "", 7, [], {}, True, "x" * 256])
def test_an_id_that_is_needed_has_to_be_one(payload: dict[str, Any], name: str, value: Any) -> None:
    wrong = {**payload, name: value}
    with pytest.raises(Malformed):
        of_json(wrong) if payload is MENTION else of_interaction(wrong)


@pytest.mark.parametrize("name", ["team_id", "user_id"])
def test_a_command_has_a_team_and_a_person(name: str) -> None:
    with pytest.raises(Malformed):
        of_form({key: value for key, value in COMMAND.items() if key != name})


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
    payload: dict[str, Any] = deepcopy(draw(st.sampled_from([MENTION, DIRECT, PRESS, SUBMISSION, dict(COMMAND)])))
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


def texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [*value, *texts(list(value.values()))]
    return [text for each in value for text in texts(each)] if isinstance(value, list) else [value] * isinstance(value, str)


def is_storable(envelope: Envelope) -> bool:
    json.dumps(dict(envelope.payload), allow_nan=False)
    ours = [envelope.key, envelope.conversation, envelope.team, envelope.user, envelope.channel, envelope.thread]
    return all("\0" not in text and text.encode() is not None for text in ours + texts(envelope.payload))


@patient
@given(bent(), st.sampled_from([of_json, of_interaction, read_socket]))
def test_a_field_that_is_missing_or_of_another_type_is_survived(payload: dict[str, Any], way: Any) -> None:
    with suppress(Malformed):
        assert is_storable(way(payload))


@patient
@given(st.binary(max_size=80) | JSON.map(lambda value: json.dumps(value).encode()), TEXT)
def test_any_bytes_at_all_are_survived(body: bytes, timestamp: str) -> None:
    for start in (b"", b"{", b"payload=", b"command=%2Fx&team_id=T&user_id=U&text="):
        with suppress(Malformed):
            assert is_storable(read(start + body, timestamp))


@patient
@given(st.dictionaries(TEXT, JSON, max_size=4) | JSON)
def test_any_socket_payload_at_all_is_survived(payload: Any) -> None:
    with suppress(Malformed):
        assert is_storable(read_socket(payload))
