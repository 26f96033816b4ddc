"""Slack's way in over real HTTP: what is genuine is stored before it is acknowledged, all else is refused without a word."""

import asyncio
import io
import json
import logging
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from adapters.base import Secret
from bot.clock import Clock
from bot.metrics import Metrics
from bot.slack.door import Door
from bot.slack.envelope import Envelope
from bot.slack.verify import SIGNATURE, TIMESTAMP, sign
from storage.database import Database
from storage.inbox import Inbox

SECRET = Secret("CANARY-signing-secret")
FORM = "application/x-www-form-urlencoded"
COMMAND = urlencode({"command": "/ping", "text": "hi", "team_id": "T1", "user_id": "U1", "channel_id": "C1"}).encode()
EVENT = json.dumps(
    {
        "type": "event_callback",
        "team_id": "T1",
        "event_id": "Ev1",
        "event": {"type": "app_mention", "user": "U1", "channel": "C1"},
    }
).encode()


@dataclass
class Entrance:
    url: str
    inbox: Inbox
    database: Database
    session: ClientSession
    metrics: Metrics
    later: str = ""  # when the last answer asked to be asked again

    async def send(self, body: bytes, type: str = FORM, headers: Mapping[str, str] | None = None) -> tuple[int, bytes]:
        now = str(int(time.time()))
        said = {TIMESTAMP: now, SIGNATURE: sign(SECRET, now, body), "Content-Type": type} if headers is None else headers
        async with self.session.post(self.url, data=io.BytesIO(body), headers=said) as answer:
            self.later = answer.headers.get("Retry-After", "")
            return answer.status, await answer.read()

    async def stored(self) -> int:
        return len(await self.inbox.list())

    async def payloads(self) -> list[str]:
        statement = "SELECT payload FROM delivery ORDER BY seq"
        return await self.database.read(lambda it: list(it.exec_driver_sql(statement).scalars()))


@pytest.fixture
async def entrance(tmp_path: Path) -> AsyncIterator[Entrance]:
    async def check(envelope: Envelope) -> Mapping[str, str]:
        return {"start": "“yesterday” was already."} if "wrong" in json.dumps(dict(envelope.payload)) else {}

    database = Database(f"sqlite:///{tmp_path / 'inbox.sqlite'}")
    await database.open()
    inbox = Inbox(database, time.time, "test")
    await inbox.open()
    app, metrics = web.Application(client_max_size=1024 * 1024), Metrics()
    app.router.add_post("/slack/events", Door(inbox, [SECRET], check, metrics, Clock()).handle)
    async with TestServer(app) as server, ClientSession() as session:
        yield Entrance(str(server.make_url("/slack/events")), inbox, database, session, metrics)
    await inbox.close()
    await database.close()


async def test_a_command_is_stored_and_acknowledged_with_an_empty_body(entrance: Entrance) -> None:
    assert await entrance.send(COMMAND) == (200, b"")
    assert await entrance.stored() == 1


async def test_the_same_event_is_stored_once_and_acknowledged_each_time(entrance: Entrance) -> None:
    answers = await asyncio.gather(*(entrance.send(EVENT, "application/json") for _ in range(4)))

    assert answers == [(200, b"")] * 4
    assert await entrance.stored() == 1


async def test_url_verification_is_answered_with_its_challenge(entrance: Entrance) -> None:
    body = b'{"type":"url_verification","challenge":"c1"}'

    assert await entrance.send(body, "application/json") == (200, b'{"challenge": "c1"}')
    assert await entrance.stored() == 0


def form(word: str) -> bytes:
    view = {"callback_id": "command_form", "private_metadata": word, "state": {"values": {}}}
    payload = {"type": "view_submission", "team": {"id": "T1"}, "user": {"id": "U1"}, "view": view}
    return urlencode({"payload": json.dumps(payload)}).encode()


async def test_a_form_is_checked_in_the_request_and_stored_when_it_is_right(entrance: Entrance) -> None:
    wrong, right = await entrance.send(form("wrong")), await entrance.send(form("right"))

    assert json.loads(wrong[1]) == {"response_action": "errors", "errors": {"start": "“yesterday” was already."}}
    assert json.loads(right[1]) == {"response_action": "clear"}
    assert await entrance.stored() == 1


async def test_suggestions_are_answered_in_the_request(entrance: Entrance) -> None:
    payload = {"type": "block_suggestion", "team": {"id": "T1"}, "user": {"id": "U1"}}

    assert await entrance.send(urlencode({"payload": json.dumps(payload)}).encode()) == (200, b'{"options": []}')


def signed(body: bytes, **changed: str) -> dict[str, str]:
    now = str(int(time.time()))
    usual = {TIMESTAMP: now, SIGNATURE: sign(SECRET, now, body), "Content-Type": FORM}
    return usual | {name.replace("_", "-"): value for name, value in changed.items()}


TIMESTAMPS = ["", " ", "abc", "-1", "1.5", "1e9", "9" * 11, "9" * 5000, "１７０００００００", "0x10", "{} ", "+{}", "0{}"]
SIGNATURES = ["", "v0=", "v0=00", "v1={}", "{}", "v0={}0", "v0=é", "x" * 5000]
UNSIGNED = {
    "junk": (b"{" * 100_000, "application/json"),
    "ssl_check": (b"ssl_check=1", FORM),
    "url_verification": (b'{"type":"url_verification","challenge":"c"}', "application/json"),
    "a command": (COMMAND, FORM),
}
UNREADABLE = {
    "invalid UTF-8": b"\xff\xfe",
    "broken JSON": b"{",
    "deep JSON": b'{"a":' * 5000,
    "a long number": b'{"a":' + b"9" * 5000 + b"}",
    "NaN": b'{"type":"event_callback","team_id":"T1","event_id":NaN}',
}


async def refused(entrance: Entrance, body: bytes, headers: Mapping[str, str], expected: int) -> None:
    assert await entrance.send(body, headers=headers) == (expected, b"")
    assert await entrance.stored() == 0


@pytest.mark.parametrize("shape", TIMESTAMPS)
async def test_a_timestamp_that_is_none_is_refused(entrance: Entrance, shape: str) -> None:
    spelled = shape.format(int(time.time()))
    headers = {TIMESTAMP: spelled, SIGNATURE: sign(SECRET, spelled, COMMAND), "Content-Type": FORM}
    await refused(entrance, COMMAND, headers, 401)


@pytest.mark.parametrize("offset", [-86400, -400, -310, 310, 400, 86400])
async def test_a_timestamp_of_another_time_is_refused_in_both_directions(entrance: Entrance, offset: int) -> None:
    then = str(int(time.time()) + offset)
    await refused(entrance, COMMAND, {TIMESTAMP: then, SIGNATURE: sign(SECRET, then, COMMAND), "Content-Type": FORM}, 401)


@pytest.mark.parametrize("shape", SIGNATURES)
async def test_a_signature_that_is_not_slacks_is_refused(entrance: Entrance, shape: str) -> None:
    digest = signed(COMMAND)[SIGNATURE].removeprefix("v0=")
    await refused(entrance, COMMAND, signed(COMMAND, X_Slack_Signature=shape.format(digest)), 401)


@pytest.mark.parametrize("name", UNSIGNED)
async def test_what_nobody_signed_is_refused(entrance: Entrance, name: str) -> None:
    body, type = UNSIGNED[name]
    await refused(entrance, body, {"Content-Type": type}, 401)


@pytest.mark.parametrize("changed", [COMMAND + b"x", COMMAND[:-1], COMMAND.replace(b"hi", b"ho"), b""])
async def test_a_body_that_is_not_the_signed_one_is_refused(entrance: Entrance, changed: bytes) -> None:
    await refused(entrance, changed, signed(COMMAND), 401)


async def test_another_secret_is_refused(entrance: Entrance) -> None:
    now = str(int(time.time()))
    headers = {TIMESTAMP: now, SIGNATURE: sign(Secret("CANARY-other"), now, COMMAND), "Content-Type": FORM}
    await refused(entrance, COMMAND, headers, 401)


@pytest.mark.parametrize("type", ["text/plain", f"{FORM}; charset=nope", "application/xml", "multipart/form-data"])
async def test_another_content_type_is_refused(entrance: Entrance, type: str) -> None:
    await refused(entrance, COMMAND, signed(COMMAND, Content_Type=type), 400)


@pytest.mark.parametrize("name", UNREADABLE)
async def test_signed_nonsense_is_refused_too(entrance: Entrance, name: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        await refused(entrance, UNREADABLE[name], signed(UNREADABLE[name], Content_Type="application/json"), 400)

    assert not [record for record in caplog.records if record.name.startswith(("bot", "aiohttp.server", "slack"))]


@pytest.mark.parametrize("body", [b'{"type":"event_callback"}', b"[]", b"a=b", b'{"type":"tomorrows_invention"}'])
async def test_what_is_genuine_and_none_of_our_business_is_taken_and_dropped(entrance: Entrance, body: bytes) -> None:
    assert await entrance.send(body, "application/json") == (200, b"")
    assert await entrance.stored() == 0


async def test_ids_that_are_too_long_to_be_kept_are_refused(entrance: Entrance) -> None:
    body = urlencode(
        {"command": "/ping", "text": "hi", **dict.fromkeys(("team_id", "user_id", "channel_id"), "x" * 250)}
    ).encode()
    await refused(entrance, body, signed(body), 400)


async def test_a_body_of_over_a_mebibyte_is_refused(entrance: Entrance) -> None:
    status, _ = await entrance.send(b"x" * (1024 * 1024 + 1))

    assert status == 413
    assert await entrance.stored() == 0


async def test_what_can_not_be_stored_is_not_acknowledged_but_asked_for_again(entrance: Entrance, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "inbox.sqlite", isolation_level=None) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        began = time.monotonic()
        status, _ = await entrance.send(COMMAND)
        took = time.monotonic() - began
        holder.execute("ROLLBACK")
    holder.close()

    assert (status, entrance.later) == (503, "2")
    assert took < 2.5, "Slack waits for three seconds"
    assert b'interact_puts_refused_total{kind="slack"} 1.0' in entrance.metrics.exposition()
    assert (await entrance.send(COMMAND))[0] == 200


KEY = "sk-ant-api03-CANARY" + "0a1B" * 20  # nobody's


def typed() -> tuple[bytes, str]:
    told = {"command": "/interact", "text": f"connect\n{KEY}", "team_id": "T1", "user_id": "U1", "channel_id": "C1"}
    return urlencode({**told, "response_url": "https://hooks.slack.com/commands/T1/1/aBcDeFgHiJkLmNoPqRsTuVwX"}).encode(), FORM


def mentioned() -> tuple[bytes, str]:
    elements = [{"type": "text", "text": f"my key:\n{KEY}"}]
    blocks = [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}]
    event = {"type": "app_mention", "user": "U1", "channel": "C1", "text": f"<@U9> my key:\n{KEY}", "blocks": blocks}
    told = {"type": "event_callback", "team_id": "T1", "event_id": "Ev9", "event": event}
    return json.dumps(told).encode(), "application/json"


def filled_in() -> tuple[bytes, str]:
    view = {"callback_id": "command_form", "private_metadata": "{}", "state": {"values": {"title": {"value": {"value": KEY}}}}}
    payload = {"type": "view_submission", "team": {"id": "T1"}, "user": {"id": "U1"}, "view": view}
    return urlencode({"payload": json.dumps(payload)}).encode(), FORM


@pytest.mark.parametrize("said", [typed, mentioned, filled_in])
async def test_a_key_in_a_message_is_not_stored(
    entrance: Entrance, said: Callable[[], tuple[bytes, str]], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        status, _ = await entrance.send(*said())
    [stored] = await entrance.payloads()

    assert status == 200
    assert "⟦Anthropic key removed⟧" in stored
    assert json.loads(stored)
    assert "CANARY" not in stored + caplog.text
    assert all(b"CANARY" not in file.read_bytes() for file in tmp_path.iterdir())


async def test_what_is_no_key_is_stored_to_the_letter(entrance: Entrance) -> None:
    body, type = typed()
    await entrance.send(body, type)
    [stored] = await entrance.payloads()

    assert json.loads(stored)["response_url"] == "https://hooks.slack.com/commands/T1/1/aBcDeFgHiJkLmNoPqRsTuVwX"
