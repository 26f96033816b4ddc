"""The connector as the bot uses it, and what it refuses."""

import asyncio
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.base import Secret
from adapters.errors import Refused, Unavailable, Unknown
from adapters.faults import Fault
from adapters.http import Http, Rate
from bot.teams.bearer import Bearer
from bot.teams.connector import SERVICE, Address, Connector, ConnectorError
from bot.teams.credentials import CONNECTOR, Token
from bot.teams.hosts import Hosts
from bot.teams.sandbox.workspace import ADA, BOT, GENERAL, GRACE, GROUP, TEAM, TEAM_GROUP, TENANT
from tests.bot.teams.stage import Stage

HELLO = {"type": "message", "text": "hello"}


async def test_a_message_is_sent_changed_and_taken_back(on: Stage) -> None:
    at = on.at(GROUP)
    id = await on.connector.send(at, HELLO)
    await on.connector.update(at, id, {**HELLO, "text": "hello again"})
    assert [(said["id"], said["text"]) for said in on.teams.said(GROUP)] == [(id, "hello again")]

    await on.connector.delete(at, id)
    assert on.teams.said(GROUP) == []


async def test_what_is_sent_to_a_thread_stands_in_it(on: Stage) -> None:
    thread = on.thread()
    await on.connector.send(on.at(thread), HELLO)

    assert [said["text"] for said in on.teams.said(thread)] == ["hello"]


async def test_a_sign_of_work_is_shown_where_they_ask(on: Stage) -> None:
    thread = on.thread()
    await on.connector.typing(on.at(thread))

    assert on.teams.workspace.typing == [thread]
    assert on.teams.said() == []


async def test_a_chat_is_opened_with_the_tenant_named_and_is_the_same_each_time(on: Stage) -> None:
    chats = [await on.connector.open_chat(on.at(GENERAL), BOT, on.user(GRACE)) for _ in range(2)]

    assert chats == [on.at(on.chat(GRACE))] * 2
    assert all(TENANT in str(entry.body) for entry in on.asked("POST", "/v3/conversations"))


async def test_a_member_is_found_from_a_thread(on: Stage) -> None:
    member = await on.connector.member(on.at(on.thread()), on.user())

    assert member["aadObjectId"] == ADA


async def test_a_team_tells_its_group(on: Stage) -> None:
    assert (await on.connector.team(on.at(GENERAL), TEAM))["aadGroupId"] == TEAM_GROUP


@pytest.mark.parametrize(
    "url",
    [
        "https://smba.trafficmanager.net.evil.test/emea/",
        "https://smba.trafficmanager.net@127.0.0.1/emea/",
        "http://smba.trafficmanager.net/emea/",
        "http://127.0.0.1:9/emea/",
        "",
    ],
)
async def test_to_an_address_that_is_not_allowed_nothing_goes_out_at_all(on: Stage, url: str) -> None:
    connector = Connector(on.bearer, Hosts(["smba.trafficmanager.net"]), on.sleep)
    with pytest.raises(Refused, match="TEAMS_SERVICE_HOSTS"):
        await connector.send(Address(TENANT, url, on.chat()), HELLO)

    assert list(on.teams.journal) == []  # not even for a token


async def test_ids_can_not_lead_to_another_path(on: Stage) -> None:
    with pytest.raises(ConnectorError, match="ConversationNotFound"):  # it is looked for, and not another address asked
        await on.connector.update(on.at("x/../../teams?a=b#c"), "../../y", HELLO)


async def test_a_refusal_bears_microsofts_own_word_for_it(on: Stage) -> None:
    on.teams.block(ADA)
    with pytest.raises(ConnectorError, match=r"^ConversationBlockedByUser$") as raised:
        await on.connector.send(on.at(on.chat()), HELLO)

    assert raised.value.status == 403


async def test_a_busy_conversation_is_tried_again_after_the_time_that_teams_asks_for(on: Stage) -> None:
    on.teams.script.add(Fault(kind="status", status=429, retry_after="3", path="/activities"))
    await on.connector.send(on.at(GROUP), HELLO)

    assert [said["text"] for said in on.teams.said()] == ["hello"]
    assert 3.0 <= on.waits[0] < 4.0


async def test_one_that_asks_for_more_time_than_there_is_is_come_back_to(on: Stage) -> None:
    on.teams.script.add(Fault(kind="status", status=429, retry_after="120", path="/activities"))
    with pytest.raises(Unavailable) as raised:
        await on.connector.send(on.at(GROUP), HELLO)

    assert raised.value.retry_after == 120.0


async def test_a_failed_precondition_is_tried_again(on: Stage) -> None:
    on.teams.script.add(Fault(kind="status", status=412, path="/activities", times=2))
    await on.connector.send(on.at(GROUP), HELLO)

    assert [said["text"] for said in on.teams.said()] == ["hello"]
    assert len(on.waits) == 2


async def test_one_that_keeps_failing_is_come_back_to(on: Stage) -> None:
    on.teams.script.add(Fault(kind="status", status=412, path="/activities", times=3))
    with pytest.raises(Unavailable):
        await on.connector.send(on.at(GROUP), HELLO)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_what_may_be_repeated_is_repeated_when_teams_stumbles(on: Stage, status: int) -> None:
    id = await on.connector.send(on.at(GROUP), HELLO)
    on.teams.script.add(Fault(kind="status", status=status, method="PUT", times=2))
    await on.connector.update(on.at(GROUP), id, {**HELLO, "text": "changed"})

    assert [said["text"] for said in on.teams.said()] == ["changed"]


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "malformed"])
async def test_a_message_that_may_have_been_sent_is_not_sent_again_blindly(on: Stage, kind: Any) -> None:
    on.teams.script.add(Fault(kind=kind, path="/activities"))
    with pytest.raises(Unknown):
        await on.connector.send(on.at(GROUP), HELLO)

    assert len(on.asked("POST", "/activities")) == 1


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ('{"error": {"code": "BotDisabledByAdmin", "message": "CANARY"}}', "BotDisabledByAdmin"),
        ('{"errorCode":209,"message":"{\\r\\n \\"subCode\\": \\"MessageWritesBlocked\\"}"}', "MessageWritesBlocked"),
        ('{"error": {"code": "CANARY with more words"}}', "status 403"),
        ('{"error": "CANARY"}', "status 403"),
        ("CANARY", "status 403"),
        ("[]", "status 403"),
        ("", "status 403"),
    ],
)
async def test_of_what_a_refusal_says_only_the_code_is_told(on: Stage, body: str, word: str) -> None:
    async def refuse(request: web.Request) -> web.Response:
        return web.Response(status=403, text=body)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", refuse)
    async with TestServer(app) as server:
        with pytest.raises(ConnectorError) as raised:
            await on.connector.send(Address(TENANT, str(server.make_url("/emea/")), GROUP), HELLO)

    assert str(raised.value) == word


class Canary:
    """Credentials whose token nobody accepts."""

    async def ask(self, scope: str) -> Token:
        return Token(Secret("CANARY-token"), 4102444800.0)


async def test_a_token_that_is_refused_is_not_told(on: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    connector = Connector(Bearer(on.http, Canary(), CONNECTOR, on.clock), Hosts.loopback(), on.sleep)
    with pytest.raises(ConnectorError, match="Unauthorized") as raised:
        await connector.send(on.at(GROUP), HELLO)

    assert "CANARY" not in str(raised.getrepr(showlocals=True)) + caplog.text


async def test_each_conversation_has_a_rate_of_its_own(on: Stage) -> None:
    http = Http(on.session, rates={SERVICE: Rate(1, 3600)})
    connector = Connector(Bearer(http, on.credentials, CONNECTOR, on.clock), Hosts.loopback())
    await connector.send(on.at(GROUP), HELLO)
    await connector.send(on.at(on.chat()), HELLO)
    await connector.member(on.at(GROUP), on.user())  # reading is another matter
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await connector.send(on.at(GROUP), HELLO)

    assert len(on.teams.said()) == 2
